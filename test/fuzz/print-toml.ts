import { isObject, type Json, type JsonObject, numberText } from '../../src/domain/json.ts';
import type { Random } from './random.ts';

interface Style {
  readonly random: Random;
  /** The probability that an object becomes a table with a separate header, or dotted keys. */
  readonly tables: number;
  readonly dotted: number;
  readonly escapes: number;
}

/** Prints an object as TOML in a random style: tables, arrays of tables, dotted keys, inline tables; nulls are left out. */
export function printTomlStyled(value: Json, random: Random): string {
  const style: Style = {
    random,
    tables: random.pick([0, 0.5, 1]),
    dotted: random.pick([0, 0, 0.5]),
    escapes: random.weighted([
      [7, 0],
      [3, 0.1],
    ]),
  };
  if (!isObject(value)) return inline(value, style);
  const text = table(value, '', style);
  return random.chance(0.06) ? text.replaceAll('\n', '\r\n') : text;
}

function table(object: JsonObject, path: string, style: Style): string {
  const { random } = style;
  let lines = '';
  let tables = '';
  for (const [name, value] of Object.entries(object)) {
    if (value === null) continue;
    const key = keyText(name, style);
    const below = path === '' ? key : `${path}.${key}`;
    const isTable = random.chance(style.tables);
    if (isObject(value) && isTable) tables += `${comment(random)}[${below}]\n${table(value, below, style)}`;
    else if (isTable && Array.isArray(value) && value.length > 0 && value.every(isObject))
      tables += value
        .filter(isObject)
        .map((one) => `[[${below}]]\n${table(one, below, style)}`)
        .join('');
    else if (isObject(value) && Object.keys(value).length > 0 && random.chance(style.dotted))
      lines += dotted(key, value, style);
    else lines += `${key} = ${inline(value, style)}${comment(random)}\n`;
  }
  return `${lines}${tables}`;
}

function dotted(prefix: string, object: JsonObject, style: Style): string {
  return Object.entries(object)
    .filter(([, value]) => value !== null)
    .map(
      ([name, value]) =>
        `${prefix}${style.random.pick(['.', ' . '])}${keyText(name, style)} = ${inline(value, style)}\n`,
    )
    .join('');
}

function comment(random: Random): string {
  return random.chance(0.02) ? ` # ${random.pick(['x', '"""', '= [', '\t'])}\n` : '';
}

function keyText(name: string, { random }: Style): string {
  if (/^[A-Za-z0-9_-]+$/.test(name) && random.chance(0.9)) return name;
  return random.chance(0.3) && fitsLiteral(name) ? `'${name}'` : quoted(name);
}

function inline(value: Json, style: Style): string {
  const { random } = style;
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null).map((item) => inline(item, style));
    const between = random.pick([', ', ',', ',\n  ']);
    return `[${items.join(between)}${items.length > 0 && random.chance(0.1) ? ',' : ''}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== null);
    return `{${members.map(([name, member]) => `${keyText(name, style)} = ${inline(member, style)}`).join(', ')}}`;
  }
  return typeof value === 'string' ? tomlText(value, style) : (numberText(value) ?? String(value));
}

function tomlText(text: string, { random, escapes }: Style): string {
  if (random.chance(0.2) && fitsLiteral(text)) return `'${text}'`;
  if (random.chance(0.1) && !/'''|'$|[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) return `'''\n${text}'''`;
  const basic =
    escapes === 0
      ? quoted(text)
      : quoted(text).replaceAll(/[A-Za-z]/g, (char, at: number, whole: string) =>
          whole.charAt(at - 1) !== '\\' &&
          random.chance(escapes) &&
          !/\\u[0-9a-f]{0,3}$/.test(whole.slice(Math.max(0, at - 5), at))
            ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
            : char,
        );
  return random.chance(0.1) && !basic.endsWith('\\""')
    ? `"""${random.pick(['', '\n', '\\\n   '])}${basic.slice(1, -1)}"""`
    : basic;
}

function fitsLiteral(text: string): boolean {
  return !/['\n\r\u0000-\u0008\u000b-\u001f\u007f]/.test(text);
}

/** Returns a TOML string. TOML has JSON's escapes, but requires DEL to be escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
