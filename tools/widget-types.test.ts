import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { OUTPUTS, widgetTypesText } from './widget-types.ts';

it('the tables of the emulator and of lint state the same facts', () => {
  const [emulator, lint] = [OUTPUTS.emulator, OUTPUTS.lint].map((file) => readFileSync(file, 'utf8'));
  assert.equal(emulator, lint);
  const names = new Set(
    lint
      ?.trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]),
  );
  const used = [...(lint ?? '').matchAll(/(?<=:)[A-Z]\w+|(?<=\|\t.*)[A-Z]\w+/g)].map(([name]) => name);
  assert.deepEqual(
    used.filter((name) => name !== 'Date' && !names.has(name)),
    [],
    'types that are used but not defined',
  );
});

it('reads fields, values and alternatives from the models of the client', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'widget-types-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(folder, { recursive: true });
  const model = (name: string, ...fields: string[]) =>
    writeFileSync(join(folder, `${name}.js`), `${name}.attributeTypeMap = {\n${fields.join('\n')}\n};\n`);
  const field = (name: string, type: string, required = '') =>
    `    x: {\n        baseName: "${name}",\n        type: "${type}",${required}\n    },`;
  const REQUIRED = '\n        required: true,';
  writeFileSync(
    join(folder, 'ObjectSerializer.js'),
    'const enumsMap = {\n    Color: ["red", "light blue"],\n};\nconst oneOfMap = {\n    Shape: ["number", "Array<Color>"],\n};\n',
  );
  model(
    'Dashboard',
    field('shapes', 'Array<Shape>', REQUIRED),
    field('additionalProperties', '{ [key: string]: any; }'),
    field('tabs', 'Array<DashboardTab>'),
    field('format', 'WidgetConditionalFormat'),
    field('sort', 'WidgetFormulaSort'),
  );
  model('Monitor', field('priority', 'number'));
  model('DashboardTab', field('widget_ids', 'Array<number>', REQUIRED));
  model(
    'WidgetConditionalFormat',
    field('comparator', 'string', REQUIRED),
    field('value', 'number', REQUIRED),
    field('palette', 'WidgetPalette', REQUIRED),
  );
  model('WidgetPalette');
  model('WidgetFormulaSort', field('index', 'number', REQUIRED));
  assert.deepEqual(widgetTypesText(folder).trimEnd().replaceAll('\t', ', ').split('\n'), [
    'Color, =, red, light blue',
    'Dashboard, :, shapes!:Shape[], tabs:DashboardTab[], format:WidgetConditionalFormat, sort:WidgetFormulaSort',
    'DashboardTab, :, widget_ids!:any[]',
    'Monitor, :, priority:number',
    'Shape, |, number, Color[]',
    'WidgetConditionalFormat, :, comparator:string, value:number, palette:string',
    'WidgetFormulaSort, :, index:number',
    'WidgetPalette, :',
  ]);
});
