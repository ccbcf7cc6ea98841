import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { withPlaceholders } from '../src/domain/references.ts';
import { isObject, type Json, type JsonObject } from '../src/domain/json.ts';
import { decode } from '../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../src/format/decoded.ts';
import { lintDashboard } from '../src/lint/dashboard/lint-dashboard.ts';
import { readDocument } from '../src/pipeline/document/read-document.ts';
import { lintFile } from '../src/pipeline/lint.ts';
import { PICTURED_DOCUMENT } from './dashboard-picture.ts';

let document: JsonObject = {};
let dashboard: JsonObject = {};
before(async () => {
  const { value } = await decode(readFileSync(PICTURED_DOCUMENT, 'utf8'), 'yaml', DOCUMENT_LIMITS);
  document = isObject(value) ? value : {};
  dashboard = readDocument(document).entries.find(({ kind }) => kind === 'dashboard')?.object ?? {};
});

function objects(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** The thresholds of a condition, in the order of the lines. */
const LIMITS = ['above', 'at_least', 'below', 'at_most', 'equals', 'warn', 'recover'];

/** Returns the lines that the graph of an alert must have; undefined if it has no graph, or another unit. */
function linesOf({ signal, condition = {} }: JsonObject): string[] | undefined {
  assert.ok(isObject(signal) && isObject(condition));
  if (['check', 'processes', 'slo', 'error_tracking'].some((name) => Object.hasOwn(signal, name)))
    return undefined;
  if (['anomaly', 'outlier', 'missing_for'].some((name) => Object.hasOwn(condition, name))) return [];
  return LIMITS.flatMap((name) => (condition[name] === undefined ? [] : [`y = ${String(condition[name])}`]));
}

describe('the dashboard of the everyday alerts', () => {
  it('has one widget for each of the 25 alerts, on 12 columns, with the numbers of the alert as lines', () => {
    const alerts = objects(document['alerts']);
    const widgets = objects(dashboard['widgets']);
    // The others are the states and the note.
    const shown = widgets.slice(1, -1);
    assert.deepEqual([alerts.length, shown.length], [25, 25]);
    for (const [at, alert] of alerts.entries()) {
      const { definition, layout } = shown[at] ?? {};
      assert.ok(isObject(definition) && isObject(layout));
      assert.ok(Number(layout['x']) + Number(layout['width']) <= 12);
      const lines = linesOf(alert);
      if (lines === undefined) assert.notEqual(definition['type'], 'timeseries');
      else
        assert.deepEqual(
          objects(definition['markers']).map(({ value }) => value),
          lines,
          String(alert['key']),
        );
    }
  });

  it('and their document are clean', () => {
    assert.deepEqual(
      lintFile(document).filter(({ severity }) => severity !== 'info'),
      [],
    );
    assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
  });
});
