import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descriptionsText } from './type-descriptions.ts';

/** The npm package that the tables come from, downloaded at development time only. */
const PACKAGE = '@datadog/datadog-api-client@1.64.0';
const MODELS = 'package/dist/packages/datadog-api-client-v1/models';
const ROOT = join(import.meta.dirname, '..');

/** The two copies of the table: neither the emulator nor lint imports from the other. */
export const OUTPUTS = {
  emulator: join(ROOT, 'emulators/datadog/dashboards/widget-types.txt'),
  lint: join(ROOT, 'src/lint/dashboard/widget-types.txt'),
};

export const DESCRIPTIONS = join(ROOT, 'src/contract/json-schema/datadog-descriptions.txt');

const SHIPPED = 'dashboards that Datadog ships do without';

/** Facts of the client that dashboards which Datadog accepted contradict, with what replaces them. */
const CORRECTIONS: readonly (readonly [type: string, from: string, to: string, reason: string])[] = [
  ['DashboardTab', 'widget_ids!:number[]', 'widget_ids!:any[]', 'positions such as "@1" are accepted too'],
  ['WidgetConditionalFormat', 'comparator!:', 'comparator:', SHIPPED],
  ['WidgetConditionalFormat', 'value!:', 'value:', SHIPPED],
  ['WidgetConditionalFormat', 'palette!:WidgetPalette', 'palette:string', SHIPPED],
  ['WidgetFormulaSort', 'index!:', 'index:', 'a recorded request without it was accepted'],
];

/** The types from which all others are reached. */
const STARTS = ['Dashboard', 'Monitor'];

/** Returns the text of the table: one type per line, with its fields, its values or its alternatives, separated by tabs. */
export function widgetTypesText(folder: string): string {
  const serializer = readFileSync(join(folder, 'ObjectSerializer.js'), 'utf8');
  const enums = listsIn(serializer, 'enumsMap');
  const alternatives = listsIn(serializer, 'oneOfMap');
  const lines = new Map<string, string>();
  const add = (name: string): void => {
    if (lines.has(name)) return;
    lines.set(name, '');
    const texts = alternatives.get(name);
    const fields = texts || enums.has(name) ? [] : fieldsIn(join(folder, `${name}.js`));
    if (enums.has(name)) lines.set(name, [name, '=', ...(enums.get(name) ?? [])].join('\t'));
    else if (texts) lines.set(name, [name, '|', ...texts.map(shortType)].join('\t'));
    else lines.set(name, [name, ':', ...fields.map((one) => one.text)].join('\t'));
    for (const type of [...(texts ?? []), ...fields.map((one) => one.type)])
      for (const [other] of type.matchAll(/\b[A-Z]\w+/g)) if (!BUILT_IN.has(other)) add(other);
  };
  for (const start of STARTS) add(start);
  for (const [type, from, to] of CORRECTIONS) {
    const line = lines.get(type) ?? '';
    if (!line.includes(from)) throw new Error(`${type} has no ${from}`);
    lines.set(type, line.replace(from, to));
  }
  return `${[...lines.values()].toSorted().join('\n')}\n`;
}

const BUILT_IN = new Set(['Array', 'Date']);

/** Shortens `Array<T>` and `[T]` to `T[]`, and every map to `object`. */
function shortType(type: string): string {
  if (type.startsWith('{')) return 'object';
  const element = /^Array<(.*)>$/.exec(type)?.[1] ?? /^\[(.*)\]$/.exec(type)?.[1];
  return element === undefined ? type : `${shortType(element)}[]`;
}

function fieldsIn(file: string): { type: string; text: string }[] {
  const [, body = ''] = readFileSync(file, 'utf8').split('.attributeTypeMap = ');
  const fields = body.matchAll(/baseName: "([^"]+)",\s+type: "([^"]+)",(\s+required: true)?/g);
  return [...fields]
    .filter(([, name]) => name !== 'additionalProperties')
    .map(([, name = '', type = '', required]) => ({
      type,
      text: `${name}${required === undefined ? '' : '!'}:${shortType(type)}`,
    }));
}

/** Reads a table of lists of texts, such as `const enumsMap = {Name: ["a", "b"]};`. */
function listsIn(source: string, name: string): Map<string, string[]> {
  const [, rest = ''] = source.split(`const ${name} = {`);
  const [body = ''] = rest.split('\n};');
  const lists = body.split('],').map((entry) => entry.split(': ['));
  return new Map(
    lists.map(([key = '', values = '']) => [
      key.trim(),
      [...values.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value),
    ]),
  );
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'widget-types-'));
  execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder]);
  for (const archive of readdirSync(folder))
    execFileSync('tar', ['xzf', join(folder, archive), '-C', folder]);
  const text = widgetTypesText(join(folder, MODELS));
  writeFileSync(DESCRIPTIONS, descriptionsText(join(folder, MODELS), text));
  rmSync(folder, { recursive: true });
  for (const file of Object.values(OUTPUTS)) writeFileSync(file, text);
  console.log(`${text.split('\n').length - 1} types, ${text.length} bytes, from ${PACKAGE}`);
}
