import { isObject, type Json, numberText } from '../../src/domain/json.ts';
import type { Random } from './random.ts';

interface Style {
  readonly random: Random;
  /** The whitespace between tokens. */
  readonly blanks: readonly string[];
  /** The share of characters that are written as an escape. */
  readonly escapes: number;
  /** The probability that a field is printed twice. */
  readonly twice: number;
  readonly indent?: string;
}

/** Prints a value as JSON in a random layout, with escapes, and rarely with a duplicate field. */
export function printJsonStyled(value: Json, random: Random): string {
  const style: Style = {
    random,
    blanks: random.pick([[''], [' '], ['', ' ', '\n', '\t', '\r\n'], ['\n']]),
    escapes: random.weighted([
      [7, 0],
      [2, 0.05],
      [1, 1],
    ]),
    twice: random.chance(0.02) ? 0.05 : 0,
  };
  return random.chance(0.4)
    ? JSON.stringify(value, undefined, random.pick([0, 2, '\t']))
    : node(value, style);
}

function node(value: Json, style: Style): string {
  const blank = () => style.random.pick(style.blanks);
  if (Array.isArray(value))
    return `[${value.map((item) => `${blank()}${node(item, style)}${blank()}`).join(',')}]`;
  if (isObject(value)) {
    const members = Object.entries(value).flatMap(([name, member]) => {
      const text = `${blank()}${jsonText(name, style)}${blank()}:${blank()}${node(member, style)}${blank()}`;
      return style.random.chance(style.twice) ? [text, text] : [text];
    });
    return `{${members.join(',')}}`;
  }
  return typeof value === 'string' ? jsonText(value, style) : (numberText(value) ?? String(value));
}

function jsonText(text: string, { random, escapes }: Style): string {
  if (escapes === 0) return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, at) => text.charAt(at));
  return `"${units.map((unit) => (random.chance(escapes) ? escaped(unit) : JSON.stringify(unit).slice(1, -1))).join('')}"`;
}

function escaped(unit: string): string {
  return unit === '/' ? '\\/' : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
