import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Format } from '../../format/decoded.ts';
import { inlineMember, quoted, tomlName } from '../../format/edit/print-value.ts';
import { printYaml } from '../../format/encode-yaml.ts';

type Print = (document: JsonObject, comment: string) => string;

const PRINTERS: Readonly<Record<Format, Print>> = {
  yaml: (document, comment) => comment + printYaml(document),
  // JSON has no comments.
  json: (document) => `${JSON.stringify(document, undefined, 2)}\n`,
  toml: (document, comment) => comment + tomlText(document),
};

/** The lines that name the schema of a document, for YAML's language server and for Taplo. */
const SCHEMA_LINES: Readonly<Record<Format, string>> = {
  yaml: '# yaml-language-server: $schema=',
  json: '',
  toml: '#:schema ',
};

/**
 * Formats a document. If the format has comments, the first line names the schema for editors, and the comment follows. TOML has
 * no null, so null values are left out.
 */
export function printDocument(
  document: JsonObject,
  format: Format,
  { schema, comment }: { readonly schema: URL; readonly comment: readonly string[] },
): string {
  const lines = comment.map((line) => `# ${line.replace(/[\x00-\x1f\x7f\u2028\u2029]/g, ' ')}\n`);
  return PRINTERS[format](document, `${SCHEMA_LINES[format]}${schema.href}\n${lines.join('')}`);
}

/** Writes lists of objects as `[[name]]` tables, as people do, and all nested values inline. */
function tomlText(document: JsonObject): string {
  const tables = Object.entries(document).filter((member): member is [string, JsonObject[]] =>
    isTables(member[1]),
  );
  const names = new Set(tables.map(([name]) => name));
  const plain = Object.entries(document).filter(([name]) => !names.has(name));
  const entries = tables.flatMap(([name, list]) =>
    list.map((entry) => `\n[[${tomlName(name)}]]\n${members(Object.entries(entry))}`),
  );
  return members(plain) + entries.join('');
}

function isTables(value: Json): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

function members(entries: readonly (readonly [string, Json])[]): string {
  return entries
    .flatMap(([name, value]) => {
      if (typeof value === 'string' && value.includes('\n'))
        return [`${tomlName(name)} = ${textLines(value)}\n`];
      const line = value === null ? undefined : inlineMember('toml', name, withoutNulls(value));
      return line === undefined ? [] : [`${line}\n`];
    })
    .join('');
}

function textLines(text: string): string {
  const lines = text.split('\n').map((line) => quoted(line).slice(1, -1));
  return `"""\n${lines.join('\n')}"""`;
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null ? [] : [[name, withoutNulls(member)]],
    ),
  );
}
