import { line } from '../../src/format/encode-yaml.ts';
import type { Random } from './random.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

interface Context {
  readonly random: Random;
  /** The share of characters in double quotes that are written as an escape. */
  readonly escapes: number;
  /** The indentation of continuation lines. */
  readonly indent: string;
  /** True within brackets, where block scalars and multi-line scalars are not allowed. */
  readonly isFlow: boolean;
}

/** Matches text that a block scalar can contain unchanged: printable, with a non-empty first line and no trailing spaces. */
const FITS_BLOCK =
  /^[^\s\u0000-\u001f][\t\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;
const FITS_SINGLE = /^[\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;

/** Prints a text in the given style, or in double quotes if that style cannot express it. */
export function yamlScalar(text: string, style: ScalarStyle, context: Context): string {
  const plain = line(text);
  if (style === 'plain') return plain === text ? folded(text, context) : plain;
  if (style === 'single' && FITS_SINGLE.test(text)) return `'${folded(text.replaceAll("'", "''"), context)}'`;
  const fitsBlock = !context.isFlow && FITS_BLOCK.test(text) && !/[ \t](?:\n|$)|\n[ \t]/.test(text);
  if (style === 'literal' && fitsBlock) return literalBlock(text, context);
  if (style === 'folded' && fitsBlock) return foldedBlock(text, context);
  return doubleQuoted(text, context);
}

/** Breaks a line at a single space between two words, which is parsed as that space. */
function folded(text: string, { random, indent, isFlow }: Context): string {
  if (isFlow || !random.chance(0.1)) return text;
  return text.replaceAll(/(?<=[A-Za-z]) (?=[A-Za-z])/g, (blank) =>
    random.chance(0.3) ? `\n${indent}` : blank,
  );
}

function literalBlock(text: string, { random, indent }: Context): string {
  const lines = text.replace(/\n*$/, '').split('\n');
  return `|${header(text, indent, random)}\n${lines.map((one) => (one === '' ? '' : indent + one)).join('\n')}${ending(text)}`;
}

function foldedBlock(text: string, { random, indent }: Context): string {
  const lines = text
    .replace(/\n*$/, '')
    .replaceAll(/(?<=\w) (?=\w)/g, (blank) => (random.chance(0.3) ? '\u0000' : blank))
    .replaceAll('\n', '\n\n')
    .replaceAll('\u0000', '\n')
    .split('\n');
  return `>${header(text, indent, random)}\n${lines.map((one) => (one === '' ? '' : indent + one)).join('\n')}${ending(text)}`;
}

function header(text: string, indent: string, random: Random): string {
  const breaks = /\n*$/.exec(text)?.[0].length ?? 0;
  const chomping = breaks === 0 ? '-' : breaks === 1 ? '' : '+';
  const isShort = indent.length <= 9 && random.chance(0.02);
  return `${chomping}${isShort ? random.pick(['1', '2', '9']) : ''}${random.chance(0.1) ? random.pick([' # note', '  ']) : ''}`;
}

/** Returns the line breaks after the one that ends the last line of the scalar. */
function ending(text: string): string {
  const breaks = /\n*$/.exec(text)?.[0].length ?? 0;
  return '\n'.repeat(Math.max(0, breaks - 1));
}

const SHORT: ReadonlyMap<string, string> = new Map([
  [' ', '\\ '],
  ['\t', '\\\t'],
  ['/', '\\/'],
  ['\n', '\\n'],
  ['\u0000', '\\0'],
  ['\u00a0', '\\_'],
  ['\u0085', '\\N'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
  ['\u001b', '\\e'],
]);

function doubleQuoted(text: string, { random, escapes, indent, isFlow }: Context): string {
  if (escapes === 0)
    return JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, long);
  const units = Array.from({ length: text.length }, (_, at) => text.charAt(at));
  const written = units.map((unit) => {
    if (!random.chance(escapes))
      return doubleQuoted(unit, { random, escapes: 0, indent, isFlow }).slice(1, -1);
    const short = SHORT.get(unit);
    if (short !== undefined && random.chance(0.5)) return short;
    const code = unit.charCodeAt(0);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < 256 && random.chance(0.5)) return `\\x${code.toString(16).padStart(2, '0')}`;
    const wide = !isSurrogate && random.chance(0.2) ? `\\U${code.toString(16).padStart(8, '0')}` : long(unit);
    return !isFlow && random.chance(0.05) ? `${wide}\\\n${indent}` : wide;
  });
  return `"${written.join('')}"`;
}

function long(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
