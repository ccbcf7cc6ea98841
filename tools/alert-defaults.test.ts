import { load } from 'js-yaml';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compileAlert } from '../src/alerts/compile.ts';
import { canonicalDuration } from '../src/alerts/durations.ts';
import { FIELDS } from '../src/alerts/fields/fields.ts';
import { parseAlert } from '../src/contract/alert-schema.ts';
import { isObject, type Json, type JsonObject } from '../src/domain/json.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../docs/alerts.md'), 'utf8');
const [, SECTION = ''] = PAGE.split('\n## Defaults\n');
const ROW = /^\| `([a-z_.]+)`([^|]*) \| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm;

const OVER = { over: '1h', above: 1 };
const COUNTED = { metric: 'm', as: 'count' };
const METRIC = { metric: 'm', by: ['host'] };
/** An alert with each kind of default, by the first part of the option that matches. */
const BASES: readonly (readonly [row: RegExp, alert: JsonObject])[] = [
  [/with `as: count`/, { signal: COUNTED, condition: OVER }],
  [/with `warn`/, { signal: METRIC, condition: { ...OVER, above: 2, warn: 1 } }],
  [/of `logs`/, { signal: { logs: 'a' }, condition: OVER }],
  [/of a check/, { signal: { check: 'c' }, condition: { failures: 2 } }],
  [/anomaly/, { signal: METRIC, condition: { over: '1h', anomaly: {} } }],
  [/outlier/, { signal: METRIC, condition: { over: '1h', outlier: {} } }],
  [/forecast/, { signal: METRIC, condition: { within: '1w', forecast: {}, above: 1 } }],
  [/./, { signal: METRIC, condition: OVER }],
];

function compiled(alert: JsonObject): JsonObject {
  return compileAlert(parseAlert({ title: 'T', notify: [{ to: '@a' }], ...alert }));
}

/** Returns an alert with a value at a path. */
function withAt(alert: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  const inner = alert[name];
  return { ...alert, [name]: rest.length === 0 ? value : withAt(isObject(inner) ? inner : {}, rest, value) };
}

function json(text: string): Json {
  return JSON.parse(JSON.stringify(load(text)));
}

describe('the table of defaults', () => {
  const rows = [...SECTION.matchAll(ROW)];
  it('names every kind of default', () => assert.ok(rows.length >= 30, String(rows.length)));

  for (const [, option = '', context = '', ours = ''] of rows) {
    it(`is right about ${option}${context}: ${ours}`, () => {
      const [, base = {}] = BASES.find(([row]) => row.test(`${option}${context}`)) ?? [];
      const monitor = compiled(base);
      if (ours === 'none') {
        const covered = FIELDS.find(({ name }) => name === option)?.options;
        assert.ok(covered && Object.keys(covered).length > 0, option);
        for (const name of Object.keys(covered)) assert.equal(Object(monitor['options'])[name], undefined);
        return;
      }
      const value = json(ours.replaceAll('`', ''));
      const explicit =
        option === 'notify.when'
          ? { ...base, notify: [{ to: '@a', when: value }] }
          : withAt(base, option.split('.'), value);
      const written = compiled(explicit);
      const { draft_status: _, ...rest } = written;
      assert.deepEqual(option === 'draft_status' ? rest : written, monitor);
    });
  }

  it('has each default of the fields in the schema', () => {
    const fields = PAGE.split('## Fields')[1]?.split('## Defaults')[0] ?? '';
    for (const [, path = '', value] of fields.matchAll(/^\| `([^`]+)` \| [^|]+ \| `([^`]+)` \|/gm)) {
      const row = rows.find(([, option]) => option === path);
      const ours = row && String(json(row[3]?.replaceAll('`', '') ?? ''));
      if (ours !== undefined) assert.equal(canonicalDuration(ours), canonicalDuration(value ?? ''), path);
    }
  });
});
