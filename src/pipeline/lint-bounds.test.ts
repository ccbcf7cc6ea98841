import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../domain/json.ts';
import { lintBody } from './lint.ts';
import { answerFindings } from './refuse.ts';

const around = { application: 'shop', team: 'web' };
const COUNT = 50_000;
const times = (item: Json) => Array.from({ length: COUNT }, () => item);
const members = (value: Json) =>
  Object.fromEntries(Array.from({ length: COUNT }, (_, at) => [`m${at}`, value]));
const monitor = (more: Record<string, Json>): Json => ({
  ...around,
  monitor: { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1', name: 'n', ...more },
});
const dashboard = (more: Record<string, Json>): Json => ({
  ...around,
  dashboard: { title: 't', layout_type: 'ordered', widgets: [], ...more },
});
const alert = { title: 't', signal: { metric: 'm' }, condition: { over: '5m', above: 1 } };

const BODIES: Readonly<Record<string, () => Json>> = {
  'tags that are numbers': () => monitor({ tags: times(1) }),
  'tags that are equal': () => monitor({ tags: times('a:b') }),
  'tags that are lists': () => monitor({ tags: times([]) }),
  'unknown members': () => monitor(members(1)),
  'unknown options': () => monitor({ options: members(1) }),
  'unknown thresholds': () => monitor({ options: { thresholds: members('x') } }),
  'unknown statuses': () => monitor({ options: { renotify_statuses: times('never') } }),
  'invalid roles': () => monitor({ restricted_roles: times('admin') }),
  'ignored codes': () => monitor({ lint: { ignore: times({ code: 'never' }) } }),
  'invalid suppressions': () => monitor({ lint: { ignore: times(1), ...members(1) } }),
  'variables without a name': () =>
    monitor({ type: 'log alert', query: 'formula("a").last("5m") > 1', options: { variables: times({}) } }),
  'invalid widgets': () => dashboard({ widgets: times(1) }),
  'equal widgets': () => dashboard({ widgets: times({ definition: { type: 'note' } }) }),
  'members of a widget': () =>
    dashboard({ widgets: [{ definition: { type: 'note', content: 'x', markers: times({ value: 1 }) } }] }),
  'template variables': () => dashboard({ template_variables: times({ name: 'a', type: 1 }) }),
  tabs: () => dashboard({ tabs: times({ name: '' }) }),
  'members of the envelope': () => ({ ...Object(monitor({})), ...members(1) }),
  'recipients of an alert': () => ({ ...around, alert: { ...alert, notify: times({ to: ['x'] }) } }),
  'transitions of an alert': () => ({
    ...around,
    alert: { ...alert, notify: times({ to: ['@x'], when: 'warning' }) },
  }),
  'groups of an alert': () => ({ ...around, alert: { ...alert, signal: { metric: 'm', by: times('!') } } }),
  'references of a document': () => ({
    ...around,
    monitors: [{ key: 'a', message: '${monitor:b}${monitor:A}'.repeat(COUNT) }],
  }),
  'equal entries of a document': () => ({
    ...around,
    monitors: times({ key: 'a', renamed_from: 'b', adopt: 5 }),
  }),
  'monitors of a document': () => ({ apiVersion: 'birddog/v1', ...around, monitors: times({}) }),
  'alerts of a document': () => ({ apiVersion: 'birddog/v1', ...around, alerts: times(1) }),
};

describe('a body with very many mistakes', () => {
  for (const [what, bodyOf] of Object.entries(BODIES)) {
    it(`gets a bounded answer that counts the remaining findings: ${what}`, () => {
      const findings = lintBody(bodyOf(), {});
      const returned = answerFindings(findings, { locate: () => ({ line: 1, column: 1 }) });
      assert.ok(findings.length > 0 && findings.length <= 1001, `${findings.length}`);
      assert.ok(JSON.stringify(returned).length < 2 ** 20);
      const byCode = Map.groupBy(returned, ({ code, severity }) => `${severity} ${code}`);
      for (const [code, some] of byCode) assert.ok(some.length <= 100, code);
    });
  }
});

describe('the advice about a list with many names', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `n${at}`);
  const adviceOn = (parts: JsonObject) =>
    lintBody({ ...around, alert: { ...alert, ...parts } }, {}).flatMap(({ hint }) => hint ?? []);

  it('list only the first signals of a formula', () => {
    const signals = Object.fromEntries(names.map((name) => [name, { metric: 'm' }]));
    const advice = adviceOn({ signal: { formula: { expr: `other + ${names.join(' + ')}`, signals } } });
    assert.ok(
      advice.includes(
        `The signals are ${names
          .slice(0, 10)
          .map((name) => `"${name}"`)
          .join(', ')} and 990 others.`,
      ),
    );
  });

  it('list only the first groups of an alert', () => {
    const advice = adviceOn({
      signal: { metric: 'm', by: names },
      notify: [{ to: '@a', if: { other: 'x' } }],
    });
    assert.ok(
      advice.includes(`The groups are ${names.slice(0, 10).join(', ')} and 990 others.`),
      advice.join(),
    );
  });
});
