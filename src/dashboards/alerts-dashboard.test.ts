import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertLinear } from '../../test/assert-linear.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { withPlaceholders } from '../domain/references.ts';
import { lintDashboard } from '../lint/dashboard/lint-dashboard.ts';
import { alertsDashboard, readShownAlert } from './alerts-dashboard.ts';

const OWNER = { application: 'shop', team: 'payments' };

interface Given {
  readonly key: string;
  readonly monitor: JsonObject;
}

function dashboardOf(alerts: readonly Given[], written: JsonObject = {}): JsonObject {
  return alertsDashboard(
    OWNER,
    alerts.map((alert) => readShownAlert({ application: 'shop', ...alert })),
    written,
  );
}

/** Returns the widgets of alerts: all but the states and the note. */
function alertWidgets(dashboard: JsonObject): JsonObject[] {
  return objects(dashboard['widgets']).slice(1, -1);
}

function objects(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function lint(dashboard: JsonObject) {
  return lintDashboard(withPlaceholders(dashboard), '', { inDocument: true });
}

const metric = (key: string, query: string, options: JsonObject = {}): Given => ({
  key,
  monitor: { type: 'query alert', name: `Alert ${key}`, query, message: '', options },
});

const FILTERS = [
  '*',
  'env:prod',
  'env:staging',
  'env:prod,team:x',
  'env:prod AND NOT host:a',
  'a:b OR env:prod',
];
const FILTER = fc.constantFrom(
  ...FILTERS,
  'host IN (a,b)',
  '!env:dev',
  'env:prod AND (a:b OR c:d)',
  'queue:o',
);

/** Monitors of every shape of query that a graph is made of. */
const MONITOR: fc.Arbitrary<JsonObject> = fc
  .record({
    name: fc.string({ minLength: 1, maxLength: 30 }).filter((name) => name.trim() !== ''),
    query: fc.oneof(
      fc
        .tuple(FILTER, FILTER)
        .map(([a, b]) => `sum(last_1h):sum:app.a{${a}}.as_count() / sum:app.b{${b}} > 5`),
      FILTER.map((a) => `avg(last_5m):avg:app.load{${a}} by {host} > 5`),
      FILTER.map((a) => `pct_change(avg(last_5m),last_1h):avg:app.load{${a}} > 5`),
      FILTER.map(
        (a) =>
          `avg(last_1d):anomalies(avg:app.load{${a}}, 'basic', 2, direction='both', alert_window='last_15m', interval=60, count_default_zero='true') >= 1`,
      ),
    ),
    message: fc.constantFrom(
      '',
      'Look. @slack-a',
      'Hi\n\nRunbook: https://w.example.com/x_(y)\n\n{{#is_alert}}@pd{{/is_alert}}',
    ),
    priority: fc.constantFrom(1, 3, null),
  })
  .map((fields) => ({ type: 'query alert', options: {}, ...fields }));

const ALERTS = fc.uniqueArray(
  fc.record({ key: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), monitor: MONITOR }),
  {
    selector: ({ key }) => key,
    maxLength: 14,
  },
);

describe('a dashboard from alerts', () => {
  it('has one widget for each alert, on the grid, without overlaps and clean under lint', () => {
    fc.assert(
      fc.property(ALERTS, (alerts) => {
        const dashboard = dashboardOf(alerts);
        assert.equal(alertWidgets(dashboard).length, alerts.length);
        const taken = new Set<string>();
        for (const { layout } of objects(dashboard['widgets'])) {
          assert.ok(isObject(layout));
          const [x = 0, y = 0, width = 0, height = 0] = ['x', 'y', 'width', 'height'].map((side) =>
            Number(layout[side]),
          );
          assert.ok(x >= 0 && width > 0 && x + width <= 12 && height > 0);
          for (let column = x; column < x + width; column += 1)
            for (let row = y; row < y + height; row += 1) {
              assert.ok(!taken.has(`${column} ${row}`), 'two widgets overlap');
              taken.add(`${column} ${row}`);
            }
        }
        assert.deepEqual(lint(dashboard), []);
      }),
      { numRuns: 60 },
    );
  });

  it('changes no other widget of an alert when one is added at the end', () => {
    fc.assert(
      fc.property(ALERTS, MONITOR, (alerts, monitor) => {
        const before = dashboardOf(alerts);
        const after = dashboardOf([...alerts, { key: 'added-one', monitor }]);
        assert.deepEqual(alertWidgets(after).slice(0, -1), alertWidgets(before));
        assert.deepEqual(objects(after['widgets'])[0], objects(before['widgets'])[0]);
      }),
      { numRuns: 60 },
    );
  });

  it('moves only the alerts behind one that is added or removed, by one place', () => {
    fc.assert(
      fc.property(ALERTS, MONITOR, fc.nat(), (alerts, monitor, at) => {
        const index = at % (alerts.length + 1);
        const fewer = dashboardOf(alerts);
        const more = dashboardOf(alerts.toSpliced(index, 0, { key: 'added-one', monitor }));
        const layouts = (dashboard: JsonObject) =>
          alertWidgets(dashboard).map(({ layout }) => layout ?? null);
        assert.deepEqual(layouts(more).slice(0, -1), layouts(fewer));
        const titles = (dashboard: JsonObject) =>
          alertWidgets(dashboard).map(({ definition }) => isObject(definition) && definition['title']);
        assert.deepEqual(titles(more).toSpliced(index, 1), titles(fewer));
      }),
      { numRuns: 60 },
    );
  });

  it('draws the thresholds of the alert as lines, the same number once', () => {
    const thresholds = { critical: 1000, warning: 500, critical_recovery: 800, warning_recovery: 500 };
    const [widget] = alertWidgets(dashboardOf([metric('a', 'avg(last_5m):avg:x{*} > 1000', { thresholds })]));
    assert.ok(isObject(widget?.['definition']));
    assert.deepEqual(widget['definition']['markers'], [
      { display_type: 'error dashed', label: 'critical 1000', value: 'y = 1000' },
      { display_type: 'warning dashed', label: 'warn 500', value: 'y = 500' },
      { display_type: 'ok dashed', label: 'recover 800', value: 'y = 800' },
    ]);
  });

  it('makes variables of tags in filters, and keeps other values of the same tag', () => {
    const dashboard = dashboardOf([
      metric('a', 'avg(last_5m):avg:x{env:prod,!host:a} > 1'),
      metric('b', 'avg(last_5m):avg:x{env:staging AND team:t} > 1'),
      metric('c', 'avg(last_5m):avg:x{env:prod OR a:b} > 1'),
      {
        key: 'd',
        monitor: {
          type: 'log alert',
          name: 'D',
          query: 'logs("env:prod team:t status:error").index("*").rollup("count").last("5m") > 1',
        },
      },
      {
        key: 'e',
        monitor: {
          type: 'log alert',
          name: 'E',
          query: 'logs("env:prod OR x").index("*").rollup("count").last("5m") > 1',
        },
      },
    ]);
    assert.deepEqual(dashboard['template_variables'], [
      { name: 'env', prefix: 'env', defaults: ['prod'] },
      { name: 'team', prefix: 'team', defaults: ['t'] },
      { name: 'scope', defaults: ['*'] },
    ]);
    assert.deepEqual(
      alertWidgets(dashboard).map((widget) => textsOfQueries(widget)),
      [
        ['avg:x{$env,!host:a,$scope}'],
        ['avg:x{env:staging AND $team AND $scope}'],
        ['avg:x{(env:prod OR a:b) AND $scope}'],
        ['$env $team status:error'],
        ['env:prod OR x'],
      ],
    );
    assert.deepEqual(lint(dashboard), []);
  });

  it('makes at most ten variables of tags, and none of the name that stands for all tags', () => {
    const many = Array.from({ length: 12 }, (_, at) => `tag${at}:v`).join(',');
    const { template_variables: variables } = dashboardOf([
      metric('a', `avg(last_5m):avg:x{scope:x,${many}} > 1`),
    ]);
    const names = objects(variables).map(({ name }) => name);
    assert.deepEqual(names, [...Array.from({ length: 10 }, (_, at) => `tag${at}`), 'scope']);
    assert.equal(new Set(names).size, names.length);
  });

  it('takes time in proportion to the length of a filter', async () => {
    await assertLinear((length) =>
      dashboardOf([metric('a', `avg(last_5m):avg:x{${'a:b,'.repeat(length / 4)}c:d} > 1`)]),
    );
  });

  it('lists the team, recipients and runbooks in the note, with names escaped', () => {
    const dashboard = dashboardOf([
      {
        key: 'a',
        monitor: {
          ...metric('a', 'avg(last_5m):avg:x{*} > 1').monitor,
          name: '[x](http://evil) {{host.name}}\n# *loud* <b>',
          priority: 2,
          message:
            'M @user{{host.name}} @workflow-a(b=`c`)\n\nRunbook: https://w/a_(b)\n\n{{#is_alert}}@slack-a{{/is_alert}}{{#is_recovery}}@slack-a{{/is_recovery}}',
        },
      },
    ]);
    const note = objects(dashboard['widgets']).at(-1)?.['definition'];
    assert.ok(isObject(note));
    assert.equal(
      note['content'],
      '**Team:** payments\n\n- [\\[x\\]\\(http://evil\\) {host} \\# \\*loud\\* \\<b\\>](/monitors/${monitor:a}): P2, `@workflow-a(b=c)`, `@slack-a`, [runbook](https://w/a_%28b%29)',
    );
  });

  it('has a note of limited height', () => {
    const many = Array.from({ length: 200 }, (_, at) => metric(`a${at}`, 'avg(last_5m):avg:x{*} > 1'));
    const layout = objects(dashboardOf(many)['widgets']).at(-1)?.['layout'];
    assert.ok(isObject(layout));
    assert.equal(layout['height'], 30);
  });

  it('takes the fields that a document writes', () => {
    const { title, description, tags } = dashboardOf([], { title: 'T', description: 'D', tags: ['team:a'] });
    assert.deepEqual({ title, description, tags }, { title: 'T', description: 'D', tags: ['team:a'] });
  });
});

function textsOfQueries({ definition }: JsonObject): unknown[] {
  const requests = isObject(definition) ? objects(definition['requests']) : [];
  return requests.flatMap(({ queries }) =>
    objects(queries).map(({ query, search }) => (isObject(search) ? search['query'] : query)),
  );
}
