import { isObject, numberText, type Json, type JsonObject } from '../domain/json.ts';

const INDENT = '  ';
/** Text that is text without quotes in YAML 1.1 and 1.2 alike, in any place. */
const PLAIN = /^[A-Za-z_/](?:[\w./@-]|:(?=\w))*(?: (?:[\w./@()-]|:(?=\w))+)*$/;
/** Words that some reader of YAML takes for something else than text. */
const WORDS = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'nan', 'inf']);
/** Text of several lines that a block scalar holds as it is: printable, its first line not blank or indented, its last not blank. */
const BLOCK =
  /^(?=[^\s])[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;
const BLANK_END = /\n[ \t]+$/;
/** What JSON leaves as it is in quotes and YAML wants escaped. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * A value as a YAML 1.2 document that reads back as the very same value, numbers in their own spelling.
 * Lines of text stay lines; what could be taken for something else is quoted.
 */
export function printYaml(value: Json): string {
  return `${node(value, '').replace(/^[ \n]/, '')}\n`;
}

/** What follows a `-` or a name and its colon: a value on the same line, or a block on the next ones. */
export function node(value: Json, indent: string): string {
  if (Array.isArray(value)) return value.length === 0 ? ' []' : `\n${list(value, indent)}`;
  if (isObject(value)) return Object.keys(value).length === 0 ? ' {}' : `\n${object(value, indent)}`;
  if (typeof value === 'string') return ` ${text(value, indent === '' ? INDENT : indent)}`;
  return ` ${numberText(value) ?? String(value)}`;
}

function list(items: readonly Json[], indent: string): string {
  return items
    .map((item) => {
      const below = node(item, indent + INDENT);
      return `${indent}-${below.startsWith('\n') ? ` ${below.slice(1 + indent.length + INDENT.length)}` : below}`;
    })
    .join('\n');
}

function object(members: JsonObject, indent: string): string {
  return Object.entries(members)
    .map(([name, value]) => `${indent}${line(name)}:${node(value, indent + INDENT)}`)
    .join('\n');
}

/** A text as YAML, its lines in a block where that can hold them. */
export function text(value: string, indent: string): string {
  if (!value.includes('\n') || !BLOCK.test(value) || BLANK_END.test(value)) return line(value);
  const ends = /\n*$/.exec(value)?.[0].length ?? 0;
  const chomping = ends === 0 ? '-' : ends === 1 ? '' : '+';
  const lines = (ends === 0 ? value : value.slice(0, -1)).split('\n');
  return `|${chomping}\n${lines.map((each) => (each === '' ? '' : indent + each)).join('\n')}`;
}

/** A text on one line, in double quotes where it could be taken for something else. */
export function line(value: string): string {
  if (PLAIN.test(value) && !WORDS.has(value.toLowerCase())) return value;
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
