import { isObject, type Json, numberText } from '../../src/domain/json.ts';
import { line } from '../../src/format/encode-yaml.ts';
import type { Random } from './random.ts';
import { type ScalarStyle, yamlScalar } from './yaml-scalars.ts';

interface Style {
  readonly random: Random;
  /** The probability that a list or an object is written in flow style. */
  readonly flow: number;
  readonly scalars: readonly ScalarStyle[];
  readonly escapes: number;
  readonly indent: string;
  /** Probabilities of single features at each node. */
  readonly anchors: number;
  readonly tags: number;
  readonly comments: number;
  readonly explicitKeys: number;
  readonly odd: number;
  /** Names of anchors by the JSON text of their value. */
  readonly anchored: Map<string, string>;
}

const SCALARS: readonly (readonly ScalarStyle[])[] = [
  ['plain'],
  ['plain', 'double', 'single', 'literal', 'folded'],
  ['double'],
  ['single'],
  ['literal', 'plain'],
  ['folded', 'plain'],
];

/** Prints a value as YAML in a random style: block or flow, any style of scalars, anchors, tags, comments. */
export function printYamlStyled(value: Json, random: Random): string {
  const rarely = (probability: number, share: number) => (random.chance(probability) ? share : 0);
  const style: Style = {
    random,
    flow: random.weighted([
      [6, 0],
      [2, 0.2],
      [2, 1],
    ]),
    scalars: random.pick(SCALARS),
    escapes: rarely(0.3, random.pick([0.03, 0.3, 1])),
    indent: ' '.repeat(random.pick([1, 2, 2, 2, 3, 4, 8])),
    anchors: rarely(0.25, 0.1),
    tags: rarely(0.1, 0.1),
    comments: rarely(0.2, 0.1),
    explicitKeys: rarely(0.05, 0.1),
    odd: rarely(0.03, 0.05),
    anchored: new Map(),
  };
  const start = random.weighted([
    [12, ''],
    [3, '---\n'],
    [1, '%YAML 1.2\n---\n'],
    [1, '# comment\n'],
    [1, '\n\n'],
  ]);
  const end = random.weighted([
    [12, '\n'],
    [2, ''],
    [1, '\n...\n'],
    [1, '\n\n# end'],
  ]);
  const text = `${start}${node(value, '', style).replace(/^[ \n]/, '')}${end}`;
  return random.chance(0.06) ? text.replaceAll('\n', random.pick(['\r\n', '\r'])) : text;
}

/** Prints the value after a name and its colon, or after a dash: on the same line, or as a block on the next lines. */
function node(value: Json, indent: string, style: Style): string {
  const { random, anchored } = style;
  const isHolder = Array.isArray(value) || isObject(value);
  const known = anchored.size > 0 && isHolder ? anchored.get(JSON.stringify(value)) : undefined;
  if (known !== undefined && random.chance(0.8)) return ` *${known}`;
  const properties = propertiesOf(value, style);
  const written = random.chance(style.flow) ? ` ${flow(value, style)}` : block(value, indent, style);
  const comment =
    random.chance(style.comments) && written.startsWith('\n') ? ` ${random.pick(COMMENTS)}` : '';
  const text = `${properties}${comment}${written}`;
  return random.chance(style.odd) ? `${text}${random.pick(ODDITIES)}` : text;
}

const COMMENTS = ['# x', '#', '# | # | # |', '# a: b', '#\t- "'] as const;
const ODDITIES = [
  ' *missing',
  ' &again',
  '\n  <<: *a1',
  ' !!binary ""',
  ' # : |',
  '\n\t',
  ': x',
  '\n- x',
] as const;

function propertiesOf(value: Json, { random, anchors, tags, anchored }: Style): string {
  let properties = '';
  if (random.chance(anchors)) {
    const name = random.chance(0.9) ? `a${anchored.size + 1}` : 'a-._1';
    anchored.set(JSON.stringify(value), name);
    properties += ` &${name}`;
  }
  if (random.chance(tags)) properties += ` ${tagOf(value, random)}`;
  return properties;
}

function tagOf(value: Json, random: Random): string {
  if (random.chance(0.1)) return random.pick(['!!timestamp', '!x', '!<tag:yaml.org,2002:str>', '!!', '!']);
  if (Array.isArray(value)) return '!!seq';
  if (isObject(value)) return '!!map';
  if (typeof value === 'string') return '!!str';
  if (value === null) return '!!null';
  return typeof value === 'boolean' ? '!!bool' : random.pick(['!!float', '!!int']);
}

function block(value: Json, indent: string, style: Style): string {
  const below = indent + style.indent;
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []';
    return `\n${value.map((item) => `${noted(indent, style)}${indent}-${compact(node(item, below, style), below)}`).join('\n')}`;
  }
  if (!isObject(value)) return ` ${scalar(value, below, style)}`;
  const members = Object.entries(value);
  if (members.length === 0) return ' {}';
  const lines = members.map(([name, member]) => {
    const key = keyText(name, style);
    const text = node(member, below, style);
    if (style.random.chance(style.explicitKeys)) return `${indent}? ${key}\n${indent}:${text}`;
    return `${noted(indent, style)}${indent}${key}:${text}`;
  });
  return `\n${lines.join('\n')}`;
}

/** Prints a block after a dash, starting on the line of the dash if its indentation permits. */
function compact(text: string, indent: string): string {
  const first = `\n${indent}`;
  return text.startsWith(first) && indent.length % 2 === 0 && !text.startsWith(`${first}?`)
    ? `${' '.repeat(Math.max(1, indent.length - indent.lastIndexOf('-') - 1)).slice(0, 1)}${text.slice(first.length)}`
    : text;
}

function noted(indent: string, { random, comments }: Style): string {
  return random.chance(comments) ? `${indent}${random.pick(COMMENTS)}\n` : '';
}

function flow(value: Json, style: Style): string {
  const { random } = style;
  const blank = () => random.pick(['', ' ']);
  if (Array.isArray(value))
    return `[${value.map((item) => `${blank()}${flow(item, style)}`).join(',')}${random.chance(0.05) && value.length > 0 ? ',' : ''}]`;
  if (!isObject(value)) return typeof value === 'string' ? flowText(value, style) : scalar(value, '', style);
  const members = Object.entries(value).map(
    ([name, member]) => `${blank()}${flowText(name, style)}: ${flow(member, style)}`,
  );
  return `{${members.join(',')}}`;
}

function flowText(text: string, { random, escapes }: Style): string {
  const style = random.pick<ScalarStyle>(['double', 'single', 'plain']);
  return yamlScalar(text, style, { random, escapes, indent: ' ', isFlow: true });
}

function keyText(name: string, { random, escapes }: Style): string {
  return random.chance(0.9)
    ? line(name)
    : yamlScalar(name, 'double', { random, escapes, indent: '', isFlow: true });
}

const NULLS = ['null', '~', 'Null', 'NULL'] as const;

function scalar(value: Json, indent: string, { random, scalars, escapes }: Style): string {
  if (typeof value === 'string')
    return yamlScalar(value, random.pick(scalars), { random, escapes, indent: indent || ' ', isFlow: false });
  if (value === null) return random.pick(NULLS);
  if (typeof value === 'boolean')
    return random.pick([String(value), String(value), String(value).toUpperCase()]);
  const number = numberText(value) ?? '0';
  return /^\d{1,15}$/.test(number) && random.chance(0.05) ? `0x${Number(number).toString(16)}` : number;
}
