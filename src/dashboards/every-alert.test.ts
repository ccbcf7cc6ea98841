import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { z } from 'zod';
import { createTestClient, statusAndErrors } from '../../emulators/datadog/test-client.ts';
import { realDefinitions, withoutCorpus } from '../../test/corpus.ts';
import { compileAlert } from '../alerts/compile.ts';
import { parseAlert } from '../contract/alert-schema.ts';
import { isObject, type Json, type JsonObject, numberText } from '../domain/json.ts';
import { withPlaceholders } from '../domain/references.ts';
import { lintDashboard } from '../lint/dashboard/lint-dashboard.ts';
import { alertsDashboard, readShownAlert } from './alerts-dashboard.ts';

const GOLDEN = join(import.meta.dirname, '../alerts/golden');
const ROWS = z.array(z.looseObject({ alert: z.custom<JsonObject>() }));

/** The alerts of the golden tables: every signal and every condition. */
function goldenAlerts(): JsonObject[] {
  return readdirSync(GOLDEN)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => ROWS.parse(load(readFileSync(join(GOLDEN, name), 'utf8'))))
    .map(({ alert }) => compileAlert(parseAlert({ title: 'T', ...alert })));
}

const THRESHOLDS = ['critical', 'warning', 'critical_recovery', 'warning_recovery'];
/** Thresholds of these are shares, or larger than every value. */
const WITHOUT_LINES = /anomalies\(|outliers\(|> 1000000000000000$/;

function objects(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Returns the dashboard of these monitors after it was linted and created in the emulator, with the definitions of the alerts. */
function checkedDashboard(monitors: readonly JsonObject[]): JsonObject[] {
  const alerts = monitors.map((monitor, at) =>
    readShownAlert({ application: 'shop', key: `alert-${at}`, monitor }),
  );
  const dashboard = withPlaceholders(alertsDashboard({ application: 'shop', team: 't' }, alerts, {}));
  assert.deepEqual(lintDashboard(dashboard, '', { inDocument: true }), []);
  const created = createTestClient().send('POST', '/api/v1/dashboard', dashboard);
  assert.deepEqual(statusAndErrors(created), [200]);
  const definitions = objects(dashboard['widgets']).map(({ definition }) =>
    isObject(definition) ? definition : {},
  );
  return definitions.slice(1, -1);
}

describe('a dashboard from alerts of every kind', () => {
  it('is accepted by Datadog, clean under lint, and has the numbers of each alert as lines', () => {
    const monitors = goldenAlerts();
    const definitions = checkedDashboard(monitors);
    assert.equal(definitions.length, monitors.length);
    for (const [at, { type, markers }] of definitions.entries()) {
      const { query, options } = monitors[at] ?? {};
      if (type !== 'timeseries') continue;
      const thresholds = isObject(options) && isObject(options['thresholds']) ? options['thresholds'] : {};
      const numbers = THRESHOLDS.flatMap((name) => numberText(thresholds[name]) ?? []);
      assert.deepEqual(
        objects(markers).map(({ value }) => value),
        WITHOUT_LINES.test(String(query)) ? [] : [...new Set(numbers)].map((number) => `y = ${number}`),
        String(query),
      );
    }
    const types = new Set(definitions.map(({ type }) => type));
    for (const type of ['timeseries', 'check_status', 'slo', 'alert_graph']) assert.ok(types.has(type), type);
  });

  it('is accepted and clean with every real monitor', { skip: withoutCorpus }, () => {
    const monitors = realDefinitions('monitor').map(({ object }) => object);
    assert.equal(checkedDashboard(monitors).length, monitors.length);
  });
});
