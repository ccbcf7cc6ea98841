import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import type { Finding } from '../../domain/finding.ts';
import { testsOf } from '../../pipeline/document/document-tests.ts';
import { EXIT } from '../exit-status.ts';
import { lintCommand } from './lint.ts';
import { testCommand } from './test.ts';

const ALERTS = `application: shop
team: shop
alerts:
  - key: queue-backlog
    title: Orders queue is backing up
    signal: {metric: rabbitmq.queue.messages, filter: "env:prod", by: [queue]}
    condition: {over: 10m, above: 1000, recover: 800}
    notify: ["@slack-orders"]
  - key: load
    title: Load
    signal: {metric: system.load.1}
    condition: {over: 5m, above: 10, recover: 9}
    notify: ["@slack-shop"]
  - key: errors
    title: Errors
    signal:
      ratio:
        of: {metric: shop.errors, as: count}
        to: {metric: shop.requests, as: count}
    condition: {over: 5m, above: 5, recover: 4}
    notify: ["@slack-shop"]
  - key: parts
    title: Parts
    signal:
      formula:
        expr: b - a
        signals: {a: {metric: parts.used, by: [host, disk]}, b: {metric: parts.all, by: [host, disk]}}
    condition: {over: 5m, below: 10, recover: 11}
    notify: ["@slack-shop"]
  - key: budget
    title: Budget
    signal: {slo: {id: abcdef0123456789abcdef0123456789, over: 30d, target: 99.9}}
    condition: {error_budget: 75}
    notify: ["@slack-shop"]
  - key: odd
    title: Odd
    signal: {metric: system.load.1}
    condition: {anomaly: {}, over: 4h}
    notify: ["@slack-shop"]
  - key: both
    title: Both
    signal: {all_of: [load, errors]}
    notify: ["@slack-shop"]
monitors:
  - key: disk
    type: query alert
    name: Disk
    query: "avg(last_5m):avg:disk.used{*} by {host} - avg:disk.kept{*} by {host} > 90"
    message: "@slack-disk"
    options: {thresholds: {critical: 90, critical_recovery: 80}}
  - key: daily
    type: query alert
    name: Daily
    query: avg(last_5m):avg:system.load.1{*} > 2
    options:
      on_missing_data: default
      scheduling_options: {custom_schedule: {recurrences: [{rrule: FREQ=DAILY, start: "2026-01-05T09:00:00"}]}}
  - key: disks
    type: query alert
    name: Disks
    query: "avg(last_5m):avg:disk.used{*} by {host,disk} > 90"
    message: "@slack-disk"
    options: {thresholds: {critical: 90, critical_recovery: 80}, notify_by: ["host"]}
`;
const EXAMPLE =
  '{alert: queue-backlog, every: 1m, series: {"queue:orders": "0x10 1500x15 0x30"}, expect: [{at: 20m, group: "queue:orders", state: alert, notified: ["@slack-orders"]}]}';

const withTests = (...tests: string[]) => `${ALERTS}tests:\n${tests.map((test) => `  - ${test}\n`).join('')}`;

interface Found {
  readonly line: number;
  readonly column: number;
  readonly end_line?: number;
  readonly end_column?: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly severity: string;
}

/** Returns the errors, each with the text that it marks. */
const foundBy = async (command: typeof testCommand, input: string, ...args: string[]): Promise<string[]> => {
  const { out } = await runCommand(command, [...args, '-'], { input });
  const found: Found[] = JSON.parse(out);
  const lines = input.split('\n');
  return found
    .filter(({ severity }) => severity === 'error')
    .map(({ line, column, end_line, end_column, code, message, hint }) => {
      const rest = lines[line - 1]?.slice(column - 1) ?? '';
      const marked =
        end_line === line && end_column !== undefined
          ? rest.slice(0, end_column - column)
          : `${rest.slice(0, 2)}...`;
      return `[${marked}] ${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`;
    });
};
const tested = (...tests: string[]) => foundBy(testCommand, withTests(...tests), '--json');

/** Returns the examples of a page of the documentation that begin with a field of a document. */
const examplesIn = (page: string, field: string): string[] => {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```yaml\n([^`]*)```/g)].flatMap(([, example = '']) =>
    example.startsWith(`${field}:\n`) ? [example] : [],
  );
};

describe('birddog test', () => {
  it('accepts the test in docs/documents.md of the alert in docs/alerts.md, beside its generated dashboard', async () => {
    const parts = [
      'application: shop\nteam: shop\n',
      ...examplesIn('alerts.md', 'alerts'),
      ...examplesIn('documents.md', 'dashboards'),
      ...examplesIn('documents.md', 'tests'),
    ];
    assert.equal(parts.length, 4);
    const document = parts.join('');
    assert.deepEqual(await foundBy(lintCommand, document, '--format', 'json'), []);
    assert.deepEqual(await foundBy(testCommand, document, '--json'), []);
  });

  it('accepts expectations that are met: of groups, of signals of a ratio and a formula, and of a monitor', async () => {
    const input = withTests(
      EXAMPLE,
      '{alert: load, series: {"*": "5x10 20x10 _x5"}, expect: [{at: 10m, state: ok, notified: []}, {at: 20m, state: alert, notified: ["@slack-shop"]}, {at: 25m, state: alert, notified: []}]}',
      '{alert: errors, series: {of: {"*": "1x10 10x10"}, to: {"*": "100x20"}}, expect: [{at: 10m, state: ok}, {at: 20m, state: alert}]}',
      // The formula is b - a, and a is written first.
      '{alert: parts, series: {a: {"host:x,disk:y": "1x10 95x10"}, b: {"host:x,disk:y": "100x20"}}, expect: [{at: 10m, group: "host:x,disk:y", state: ok}, {at: 20m, state: alert}]}',
      '{alert: disk, every: 30s, series: {a: {"host:x": "95x20", "host:y": "95x20"}, b: {"host:x": "1x20", "host:y": "50x20"}}, expect: [{at: 10m, group: "host:x", state: alert, notified: ["@slack-disk"]}, {at: 10m, group: "host:y", state: ok, notified: []}]}',
      // One notification of all disks of a host, and none of other hosts.
      '{alert: disks, series: {"host:x,disk:a": "95x10", "host:x,disk:b": "1x10", "host:y,disk:a": "1x10"}, expect: [{at: 5m, group: "host:x,disk:a", state: alert, notified: ["@slack-disk"]}, {at: 5m, group: "host:x,disk:b", state: ok, notified: ["@slack-disk"]}, {at: 5m, group: "host:y,disk:a", state: ok, notified: []}]}',
    );
    const { status, out } = await runCommand(testCommand, ['-'], { input });
    assert.deepEqual([status, out], [EXIT.done, '6 tests with 13 expectations: none failed\n']);
  });

  it('reports expectations that are not met at their place, with what happened', async () => {
    const test =
      '{alert: queue-backlog, series: {"queue:orders": "0x10 1500x15 0x30"}, expect: [{at: 20m, state: ok}, {at: 50m, state: alert, notified: []}]}';
    const happened =
      'What happened: alert, @slack-orders was notified at 17m; ok, @slack-orders was notified at 30m.';
    assert.deepEqual(await tested(test), [
      '[ok] expected_state: At 20m, queue:orders is alert, not ok. Its value is 1500. What happened: alert, @slack-orders was notified at 17m.',
      `[alert] expected_state: At 50m, queue:orders is ok, not alert. Its value is 0. ${happened}`,
      `[[]...] expected_notification: After 20m and until 50m, @slack-orders was notified of queue:orders, not nobody. ${happened}`,
    ]);
    const { status, out } = await runCommand(testCommand, ['-'], { input: withTests(EXAMPLE, test) });
    assert.equal(status, EXIT.failed);
    assert.match(out, /^2 tests with 3 expectations: 2 failed$/m);
  });

  it('says that a group has no state yet, and that nobody was notified', async () => {
    assert.deepEqual(
      await tested(
        '{alert: load, series: {"*": "_x5"}, expect: [{at: 5m, state: no_data, notified: ["@slack-shop"]}]}',
      ),
      [
        '[no_data] expected_state: At 5m, the alert has no state yet, not no_data. Its window has no value. What happened: no transition, and nobody was notified.',
        '[["...] expected_notification: Until 5m, nobody was notified of the alert, not @slack-shop. What happened: no transition, and nobody was notified.',
      ],
    );
  });

  it('counts lines in the file for each document of a YAML stream', async () => {
    const wrong = EXAMPLE.replace('state: alert', 'state: ok');
    const other = ALERTS.replace('application: shop', 'application: other');
    const input = `${other}---\n${withTests(wrong)}`;
    const { out } = await runCommand(testCommand, ['--json', '-'], { input });
    const [{ line, code }]: [Found] = JSON.parse(out);
    assert.deepEqual([line, code], [2 * ALERTS.split('\n').length + 1, 'expected_state']);
  });

  it('fails for an error of lint and for a file that cannot be read, and accepts a document without tests', async () => {
    const broken = ALERTS.replace('over: 10m', 'over: 10x');
    assert.equal((await runCommand(testCommand, ['-'], { input: broken })).status, EXIT.failed);
    assert.equal((await runCommand(testCommand, ['no-such-file.yaml'])).status, EXIT.failed);
    assert.equal((await runCommand(testCommand, [])).status, EXIT.usage);
    assert.equal((await runCommand(testCommand, ['-'], { input: ALERTS })).status, EXIT.done);
  });

  it('finds the place in JSON and TOML', async () => {
    const json = `{"application": "shop", "team": "shop",
"alerts": [{"key": "load", "title": "Load", "signal": {"metric": "system.load.1"}, "condition": {"over": "5m", "above": 10}, "notify": ["@a"]}],
"tests": [{"alert": "load", "series": {"*": "20x10"},
"expect": [
{"at": "10m", "state": "ok"}]}]}`;
    const toml = `application = "shop"
team = "shop"
[[alerts]]
key = "load"
title = "Load"
signal = {metric = "system.load.1"}
condition = {over = "5m", above = 10}
notify = ["@a"]
[[tests]]
alert = "load"
series = {"*" = "20x10 20x"}
[[tests.expect]]
at = "10m"
state = "ok"
`;
    const message =
      'At 10m, the alert is alert, not ok. Its value is 20. What happened: alert, @a was notified at 1m.';
    assert.deepEqual(await foundBy(testCommand, json, '--json', '--input-format', 'json'), [
      `["ok"] expected_state: ${message}`,
    ]);
    const wrong = await foundBy(testCommand, toml, '--json', '--input-format', 'toml');
    assert.deepEqual(
      wrong.map((text) => text.slice(0, 53)),
      ['[20x] test_series: "20x" is not a value with a count.'],
    );
    assert.deepEqual(
      await foundBy(testCommand, toml.replace(' 20x"', '"'), '--json', '--input-format', 'toml'),
      [`["ok"] expected_state: ${message}`],
    );
  });
});

describe('a test with a mistake', () => {
  it('is not compared with the keys of a very large document', () => {
    const found = (count: number) => {
      const findings: Finding[] = [];
      const monitors = Array.from({ length: count }, (_, at) => ({ key: `load-${at}` }));
      const tests = [{ alert: 'load-x', series: { '*': '1' }, expect: [{ at: '0s', state: 'ok' }] }];
      testsOf({ monitors, tests }, (finding) => findings.push(finding));
      return findings.map(({ code, fix }) => [code, fix !== undefined]);
    };
    assert.deepEqual(found(2000), [['test_alert_unknown', true]]);
    assert.deepEqual(found(2001), [['test_alert_unknown', false]]);
  });

  it('is one of at most 1,000 tests', async () => {
    const tests = (count: number) => tested(...Array.from({ length: count }, () => load('{"*": "1x5"}')));
    assert.deepEqual(await tests(1000), []);
    assert.match((await tests(1001)).join(), /"tests" must have at most 1000 elements/);
  });

  const load = (series: string, expected = '{at: 5m, state: ok}') =>
    `{alert: load, series: ${series}, expect: [${expected}]}`;
  const counts =
    'Write each value, "x" and the number of points, such as 0x10 1500x15 _x5. "_" is a missing point.';
  const signals = 'Write one map for each signal: {of: {...}, to: {...}}.';
  const cases: [test: string, finding: string][] = [
    [
      EXAMPLE.replace('queue-backlog', 'queue-backlogs'),
      '[queue-backlogs] test_alert_unknown: "queue-backlogs" is not the key of an alert or a monitor of the document. Did you mean "queue-backlog"?',
    ],
    [
      EXAMPLE.replace('queue-backlog', 'something'),
      '[something] test_alert_unknown: "something" is not the key of an alert or a monitor of the document. Write the "key" of an alert or a monitor of this document.',
    ],
    [
      load('{"*": "1x5"}').replace('load', 'budget'),
      '[budget] test_not_possible: "budget" cannot be tested. There are no series of SLO alerts. Remove the test.',
    ],
    [
      load('{"*": "1x5"}').replace('load', 'odd'),
      '[odd] test_not_possible: "odd" cannot be tested. The function anomalies cannot be computed outside Datadog. Remove the test.',
    ],
    [
      load('{"*": "1x5"}').replace('load', 'daily'),
      '[daily] test_not_possible: "daily" cannot be tested. It has a custom schedule, and the series of a test have no date. Remove the test, and preview the alert.',
    ],
    [
      load('{"*": "1x5"}').replace('load', 'both'),
      '[both] test_not_possible: "both" cannot be tested. It combines other alerts, which the series of a test do not contain. Test the alerts that it combines, each alone.',
    ],
    [load('{"*": "1x5 10x"}'), `[10x] test_series: "10x" is not a value with a count. ${counts}`],
    [load('{"*": "0x-1"}'), `[0x-1] test_series: "0x-1" is not a value with a count. ${counts}`],
    [load('{"*": "1e999x5"}'), `[1e999x5] test_series: "1e999x5" is not a value with a count. ${counts}`],
    [
      load('{"*": "1x0 1x9"}'),
      '[1x0] test_series: "1x0" has no points. Write a count of at least 1, or remove it.',
    ],
    [
      load('{"*": "1x5 1x99999999999999999999"}'),
      '[1x99999999999999999999] test_series: The series has more than 100000 points. Write a lower count, or a longer "every".',
    ],
    [load('{"*": " "}'), '[ ] test_series: The series has no points. Write values, such as 0x10.'],
    [
      load('{}'),
      '[{}...] test_series: There are no series. Write a group and its values, such as {"*": "0x10 1500x15"}.',
    ],
    [
      load('{"host:a": "1x5"}'),
      '["host:a"] test_group: "host:a" is not a group of "load", which has no groups. Write "*".',
    ],
    [
      EXAMPLE.replace('{"queue:orders"', '{"host:orders"'),
      '["host:orders"] test_group: "host:orders" is not a group of "queue-backlog". Write "queue:VALUE".',
    ],
    [
      EXAMPLE.replace('group: "queue:orders"', 'group: "queue:bills"'),
      '["queue:bills"] test_group: The group "queue:bills" has no series. Write one of the groups of the series: "queue:orders".',
    ],
    [
      '{alert: queue-backlog, series: {"queue:a": 1x5, "queue:b": 1x5}, expect: [{at: 5m, state: ok}]}',
      '[{a...] test_group: "group" is required, because the series have several groups. Write one of the groups of the series: "queue:a", "queue:b".',
    ],
    [
      '{alert: queue-backlog, series: {"queue:a": 1x60000, "queue:b": 1x60000}, expect: [{at: 5m, group: "queue:a", state: ok}]}',
      '[1x60000] test_series: The series of the test have more than 100000 points together. Write lower counts, a longer "every", or several tests.',
    ],
    [
      load('{"*": "1x5"}', '{at: 451s, state: ok}'),
      '[451s] test_time: 451s is after the end of the series, which is at 5m. Write an earlier time, or add points: "_x3" for missing ones.',
    ],
    [
      load('{"*": "1x60000"}', '{at: 36d, state: ok}'),
      '[36d] test_time: A test has at most 35 days. Write an earlier time.',
    ],
    [
      load('{"*": "1x5"}', '{at: soon, state: ok}'),
      '[soon] test_time: "soon" is not a time after the first point. Write a duration such as 20m or 1h30m.',
    ],
    [
      EXAMPLE.replace('every: 1m', 'every: 0m'),
      '[0m] test_time: "0m" is not an interval of points. Write a duration such as 1m, 30s or 1h30m.',
    ],
    [
      load('{"*": "1x5"}').replace('load', 'errors'),
      `["*"] test_series: "*" is not a signal of "errors". ${signals}`,
    ],
    [
      load('{of: {"*": "1x5"}}').replace('load', 'errors'),
      '[{o...] test_series: "to" has no series. Add "to" with the series of its groups.',
    ],
    [
      load('{of: 1x5, to: {"*": "1x5"}}').replace('load', 'errors'),
      `[of] test_series: "of" needs the series of its groups. ${signals}`,
    ],
  ];
  it('has one finding with a fix, in test and in lint alike', async () => {
    const found: [string, string[], string[]][] = [];
    for (const [test] of cases)
      found.push([
        test,
        await tested(test),
        await foundBy(lintCommand, withTests(test), '--format', 'json', '--all-findings'),
      ]);
    assert.deepEqual(
      found,
      cases.map(([test, finding]) => [test, [finding], [finding]]),
    );
  });

  it('is found by the schema: a number in place of a series, a recipient without @, another state', async () => {
    const noFix = await runCommand(lintCommand, ['--format', 'json', '-'], {
      input: withTests(load('{"*": 0x10}')),
    });
    assert.doesNotMatch(noFix.out, /"fix"/);
    assert.deepEqual(await tested(load('{"*": 0x10}')), [
      '[0x10] wrong_value: "*" must be a series in quotes, such as "0x10 1500x15", or a map of groups.',
    ]);
    assert.deepEqual(await tested(load('{"*": "1x5"}', '{at: 5m, state: none}')), [
      '[none] wrong_value: "state" must be "ok", "warn", "alert" or "no_data", not "none".',
    ]);
    assert.deepEqual(await tested(load('{"*": "1x5"}', '{at: 5m, state: ok, notified: [slack]}')), [
      '[slack] wrong_value: An element of "notified" must begin with "@", as in @slack-orders.',
    ]);
  });
});
