import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isObject, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { viewDashboard } from '../../src/lint/dashboard/dashboard-view.ts';
import { lintDashboard } from '../../src/lint/dashboard/lint-dashboard.ts';
import { CORPUS } from './corpus.ts';
import { type Exchange, readScenarios } from './recording.ts';
import { print } from './value.ts';

const skip = existsSync(CORPUS) ? false : 'the recorded exchanges are not here (set CORPUS)';
const WRITES = /^\/api\/v1\/dashboard(\/[a-z0-9]{3}-[a-z0-9]{3}-[a-z0-9]{3})?$/;

/** Datadog's messages, with the code and position of the error that lint reports for each. */
const REFUSED: readonly (readonly [says: RegExp, finding: RegExp])[] = [
  [
    /Minimum length of parameter 'defaults'/,
    /^defaults_empty \/template_variables\/\d+\/defaults(?:\/\d+)?$/,
  ],
  [
    /'values': .* is invalid/,
    /^preset_value_and_values \/template_variable_presets\/\d+\/template_variables\/\d+\/value$/,
  ],
  [/'template_variables' is invalid/, /^default_and_defaults \/template_variables\/\d+\/default$/],
  [
    /Minimum number of elements in parameter 'values'/,
    /^preset_values_empty \/template_variable_presets\/\d+\/template_variables\/\d+\/values$/,
  ],
  [/Valid tag keys are: team/, /^dashboard_tag \/tags\/\d+$/],
];

function errorsOf(dashboard: JsonObject): string[] {
  return lintDashboard(dashboard, '')
    .filter(({ severity }) => severity === 'error')
    .map(({ code, pointer }) => `${code} ${pointer}`);
}

/** Shipped dashboards, and dashboards of recorded requests. */
function corpusDashboards(): JsonObject[] {
  return readFileSync(join(CORPUS, 'dashboards.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseTrustedJson)
    .flatMap((line) => (isObject(line) && isObject(line['dashboard']) ? [line['dashboard']] : []));
}

function recordedWrites(status: number): { dashboard: JsonObject; recorded: Exchange }[] {
  return readScenarios(join(CORPUS, 'exchanges'))
    .flat()
    .filter(({ request, response }) => WRITES.test(request.path) && response.status === status)
    .filter(({ request }) => request.method === 'POST' || request.method === 'PUT')
    .flatMap((recorded) => {
      if (recorded.request.body === undefined) return [];
      const dashboard = parseTrustedJson(print(recorded.request.body));
      return isObject(dashboard) ? [{ dashboard, recorded }] : [];
    });
}

describe('lint of dashboards against recordings', { skip }, () => {
  it('finds no error in a shipped dashboard', (t) => {
    const dashboards = corpusDashboards();
    t.diagnostic(`${dashboards.length} dashboards`);
    assert.deepEqual(dashboards.flatMap(errorsOf), []);
  });

  it('finds no error in a write that Datadog accepted', (t) => {
    const accepted = recordedWrites(200);
    t.diagnostic(`${accepted.length} writes`);
    assert.deepEqual(
      accepted.flatMap(({ dashboard }) => errorsOf(dashboard)),
      [],
    );
  });

  it('finds what Datadog rejected, at its position', (t) => {
    const refused = recordedWrites(400);
    t.diagnostic(`${refused.length} writes`);
    for (const { dashboard, recorded } of refused) {
      const said = print(recorded.response.body ?? null);
      const expected = REFUSED.find(([says]) => says.test(said))?.[1];
      assert.ok(expected, `nothing is expected of ${said}`);
      const [found, ...more] = errorsOf(dashboard);
      assert.match(found ?? '', expected, said);
      assert.deepEqual(more, []);
    }
  });

  it('parses every query and formula of every widget', (t) => {
    const totals = new Map<string, { read: number; total: number }>();
    const count = (source: string, isRead: boolean) => {
      const { read, total } = totals.get(source) ?? { read: 0, total: 0 };
      totals.set(source, { read: read + (isRead ? 1 : 0), total: total + 1 });
    };
    for (const dashboard of corpusDashboards()) {
      const { queries, formulas } = viewDashboard(dashboard);
      for (const { source, expressions } of queries)
        count(
          source,
          expressions.every(({ faults }) => faults.length === 0),
        );
      for (const { parsed: read } of formulas) count('formula', read.faults.length === 0);
    }
    for (const [source, { read, total }] of totals) t.diagnostic(`${source}: ${read}/${total}`);
    assert.deepEqual(
      [...totals].filter(([, { read, total }]) => read < total),
      [],
    );
  });

  it('reports how often it warns', (t) => {
    const counts = new Map<string, number>();
    const dashboards = corpusDashboards();
    for (const dashboard of dashboards) {
      for (const code of new Set(lintDashboard(dashboard, '').map((finding) => finding.code)))
        counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    for (const [code, count] of counts) t.diagnostic(`${code}: ${count} of ${dashboards.length} dashboards`);
    // A rule that most shipped dashboards break tells nobody anything.
    assert.deepEqual(
      [...counts].filter(([, count]) => count > dashboards.length / 10),
      [],
    );
  });
});
