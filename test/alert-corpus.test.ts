import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alertJson } from '../src/alerts/alert.ts';
import { compileAlert } from '../src/alerts/compile.ts';
import { readOrObstacle } from '../src/alerts/read-back.ts';
import { sameQuery } from '../src/language/query/canonical-query.ts';
import { isObject, type JsonObject } from '../src/domain/json.ts';
import { realDefinitions, withoutCorpus, withoutDevelopmentSet } from './corpus.ts';

/** The options that an alert that counts as read back may have. */
const COUNTED_OPTIONS: ReadonlySet<string> = new Set([
  'include_tags',
  'notify_audit',
  'new_host_delay',
  'locked',
  'enable_logs_sample',
  'notification_preset_name',
  'avalanche_window',
  'notify_by',
  'group_retention_duration',
  'groupby_simple_monitor',
]);
/** The monitors of the development set that read back: docs/alerts.md names the rest. */
const MIN_READ = 194;
/** The share of monitors that reads back in any set of real ones. */
const MIN_SHARE = 0.8;

/** Returns whether a monitor reads back as an alert without a whole query and without other options. */
function readsBack(monitor: JsonObject): boolean {
  const read = readOrObstacle(monitor);
  if (!('alert' in read)) return false;
  const { signal, options } = alertJson(read.alert);
  const names = isObject(options) ? Object.keys(options) : [];
  return (
    !(isObject(signal) && Object.hasOwn(signal, 'query')) && names.every((name) => COUNTED_OPTIONS.has(name))
  );
}

describe('real monitors', { skip: withoutCorpus }, () => {
  const monitors = realDefinitions('monitor').map(
    ({ source, object }): { source: string; object: JsonObject } => ({
      source,
      object: { name: 'Without a name', ...object },
    }),
  );

  it('are read back as alerts that compile to them', (context) => {
    const types = new Map<string, { read: number; all: number }>();
    for (const { object } of monitors) {
      const type = String(object['type']).replace('metric alert', 'query alert');
      const counts = types.get(type) ?? { read: 0, all: 0 };
      types.set(type, { read: counts.read + (readsBack(object) ? 1 : 0), all: counts.all + 1 });
    }
    for (const [type, { read, all }] of types) context.diagnostic(`${type}: ${read} of ${all}`);
    const read = [...types.values()].reduce((sum, one) => sum + one.read, 0);
    context.diagnostic(`all types: ${read} of ${monitors.length}`);
    assert.ok(read >= MIN_SHARE * monitors.length, `only ${read} of ${monitors.length} monitors read back`);
    if (withoutDevelopmentSet === false) assert.ok(read >= MIN_READ, `only ${read} monitors read back`);
  });

  it('have the query of their alert, but for its spelling', () => {
    for (const { object, source } of monitors) {
      const read = readOrObstacle(object);
      if (!('alert' in read)) continue;
      const { type, query } = compileAlert(read.alert);
      assert.ok(sameQuery(String(type), String(query), String(object['query'])), source);
    }
  });

  it('that no alert can express have a reason', () => {
    for (const { object, source } of monitors) {
      const read = readOrObstacle(object);
      if ('obstacle' in read) assert.ok(read.obstacle.field !== '' && read.obstacle.reason !== '', source);
    }
  });
});
