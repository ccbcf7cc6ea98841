import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { decode } from '../../format/decode.ts';
import { type Format, OBJECT_LIMITS } from '../../format/decoded.ts';
import { lintMonitor } from './lint-monitor.ts';
import { nearest } from '../nearest.ts';

interface Case {
  readonly code: string;
  readonly bad: Readonly<Record<Format, string>>;
  /** The text at the position of the finding: its first occurrence. */
  readonly at: string;
  readonly message: RegExp;
  readonly hint?: RegExp;
  readonly good: string;
}

const query = (text: string): Readonly<Record<Format, string>> => ({
  json: JSON.stringify({ type: 'query alert', query: text }, undefined, 2),
  yaml: `type: query alert\nquery: >-\n  ${text}\n`,
  toml: `type = 'query alert'\nquery = '${text}'\n`,
});

const CASES: readonly Case[] = [
  {
    code: 'query_syntax',
    bad: query('avg(last_5m):avg:a{b:c > 1'),
    at: '{b',
    message: /unclosed \{/,
    good: 'avg(last_5m):avg:a{b:c} > 1',
  },
  {
    code: 'query_syntax',
    bad: query('avg(last_5m):avg:a{*} >> 1'),
    at: '>> 1',
    message: /">>" is not an operator/,
    hint: />=/,
    good: 'avg(last_5m):avg:a{*} >= 1',
  },
  {
    code: 'unknown_aggregator',
    bad: query('avg(last_5m):average:a{*} > 1'),
    at: 'average',
    message: /"average" is not an aggregator/,
    good: 'avg(last_5m):p99:a{*} > 1',
  },
  {
    code: 'unknown_aggregator',
    bad: query('agv(last_5m):avg:a{*} > 1'),
    at: 'agv',
    message: /"agv"/,
    hint: /Did you mean avg\?/,
    good: 'change(avg(last_5m),last_1h):count(v: v<=5):a{*} > 1',
  },
  {
    code: 'unknown_function',
    bad: query('avg(last_5m):deriv(avg:a{*}) + defualt_zero(avg:b{*}) > 1'),
    at: 'deriv',
    message: /"deriv" is not a function/,
    good: 'avg(last_5m):default_zero(avg:a{*}) + top5_max(avg:b{*}) > 1',
  },
];

describe('a rule about monitors', () => {
  for (const { code, bad, at, message, hint, good } of CASES) {
    for (const format of ['json', 'yaml', 'toml'] as const) {
      it(`${code} points at ${at} in ${format}`, async () => {
        const { value, locate } = await decode(bad[format], format, OBJECT_LIMITS);
        assert.ok(isObject(value));
        const found = lintMonitor(value, '').find((finding) => finding.code === code);
        assert.ok(found, 'there is a finding');
        assert.match(found.message, message);
        if (hint) assert.match(found.hint ?? '', hint);
        const before = bad[format].slice(0, bad[format].indexOf(at)).split('\n');
        assert.deepEqual(locate(found.pointer, found.at), {
          line: before.length,
          column: (before.at(-1) ?? '').length + 1,
        });
      });
    }

    it(`${code} accepts ${good}`, () =>
      assert.deepEqual(lintMonitor({ type: 'query alert', query: good }, ''), []));
  }

  it('threshold_differs compares numbers and numeric strings', () => {
    const codes = (critical: string | number, type = 'query alert') =>
      lintMonitor(
        { type, query: 'avg(last_5m):avg:a{*} > 2', options: { thresholds: { critical } } },
        '/m',
      ).map(({ code, pointer }) => `${code} ${pointer}`);
    assert.deepEqual(codes(3), ['threshold_differs /m/options/thresholds/critical']);
    assert.deepEqual([codes(2), codes('2.0')], [[], []]);
  });

  const findings: readonly [code: string, monitor: JsonObject, pointer: string][] = [
    ['critical_missing', { options: { thresholds: { warning: 1 } } }, '/options/thresholds'],
    [
      'warning_beyond_critical',
      { options: { thresholds: { critical: 2, warning: 2 } } },
      '/options/thresholds/warning',
    ],
    [
      'warning_beyond_critical',
      { query: 'avg(last_5m):avg:a{*} <= 2', options: { thresholds: { critical: 2, warning: 1 } } },
      '/options/thresholds/warning',
    ],
    [
      'recovery_overlaps',
      { options: { thresholds: { critical: 2, critical_recovery: 3 } } },
      '/options/thresholds/critical_recovery',
    ],
    [
      'recovery_overlaps',
      {
        query: 'avg(last_5m):avg:a{*} >= 2',
        options: { thresholds: { critical: 2, warning: 1, warning_recovery: 1 } },
      },
      '/options/thresholds/warning_recovery',
    ],
    [
      'check_count',
      {
        type: 'service check',
        query: '"a".over("*").by("*").last(2).count_by_status()',
        options: { thresholds: { critical: 3 } },
      },
      '/query',
    ],
    [
      'check_count',
      { type: 'service check', query: '"a".over("*").by("*").last(200).count_by_status()' },
      '/query',
    ],
    [
      'no_data_timeframe_on_logs',
      {
        type: 'log alert',
        query: 'logs("a").index("*").rollup("count").last("5m") > 2',
        options: { no_data_timeframe: 10 },
      },
      '/options/no_data_timeframe',
    ],
    ['as_count_without_sum', { query: 'avg(last_5m):sum:a{*}.as_count() > 2' }, '/query'],
  ];
  const GROUPED = 'avg(last_5m):avg:a{env:x} by {host} > 2';
  const messageFindings: readonly [code: string, monitor: JsonObject, at: string][] = [
    ['message_syntax', { message: 'a {{#is_alert}} b' }, '{{#is_alert}}'],
    [
      'message_syntax',
      { message: '{{#is_match "a" "b"}}{{#is_alert}}{{/is_match}}{{/is_alert}}' },
      '{{/is_match}}',
    ],
    ['unknown_block', { message: 'a {{#is_alrt}}b{{/is_alrt}}' }, '{{#is_alrt}}'],
    ['match_without_values', { message: '{{#is_match "host.name"}}b{{/is_match}}' }, '{{#is_match'],
    ['block_never_fires', { message: 'a {{#is_warning}}b{{/is_warning}}' }, '{{#is_warning}}'],
    ['block_never_fires', { message: '{{#is_no_data}}b{{/is_no_data}}' }, '{{#is_no_data}}'],
    ['block_never_fires', { message: '{{#is_renotify}}b{{/is_renotify}}' }, '{{#is_renotify}}'],
    ['ungrouped_variable', { query: GROUPED, message: 'on {{pod.name}}' }, '{{pod.name}}'],
  ];
  for (const [code, monitor, at] of messageFindings) {
    it(`${code} is reported at ${at} of ${JSON.stringify(monitor)}`, () => {
      const message = String(monitor['message']);
      const found = lintMonitor(
        { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 2', ...monitor },
        '',
      ).find((finding) => finding.code === code);
      assert.deepEqual([found?.pointer, found?.at], ['/message', message.indexOf(at)]);
    });
  }

  for (const [code, monitor, pointer] of findings) {
    it(`${code} is reported at ${pointer} of ${JSON.stringify(monitor)}`, () => {
      const found = lintMonitor({ type: 'query alert', query: 'avg(last_5m):avg:a{*} > 2', ...monitor }, '');
      assert.deepEqual(
        found.map((finding) => [finding.code, finding.pointer]),
        [[code, pointer]],
      );
    });
  }

  const valid: readonly JsonObject[] = [
    {
      message:
        '{{#is_warning}}a{{/is_warning}}{{#is_renotify}}b{{/is_renotify}}{{#is_no_data}}c{{/is_no_data}}',
      options: { thresholds: { critical: 2, warning: 1 }, renotify_interval: 10, notify_no_data: true },
    },
    {
      query: GROUPED,
      message: '{{host.name}} {{env.name}} {{value}} {{#is_exact_match "env.name" ""}}{{/is_exact_match}}',
    },
    { query: 'avg(last_5m):avg:a{*} by {host.name} > 2', message: '{{host.name}} {{[host.name].name}}' },
    {
      type: 'log alert',
      query: 'logs("a").index("*").rollup("count").by("host,@user.id").last("5m") > 2',
      message: '{{host.name}} {{[@user.id].name}} {{log.message}} {{log.attributes.a}}',
    },
    { options: { thresholds: { critical: 2, warning: 1, critical_recovery: 2, warning_recovery: 1 } } },
    {
      query: 'avg(last_5m):avg:a{*} < 2',
      options: { thresholds: { critical: 2, warning: 3, critical_recovery: 2 } },
    },
    { query: 'avg(last_5m):avg:a{*} == 2', options: { thresholds: { critical: 2 } } },
    { options: { thresholds: {} } },
    { query: 'sum(last_5m):sum:a{*}.as_count() > 2' },
    { query: "avg(last_1h):anomalies(sum:a{*}.as_count(), 'basic', 2) >= 1" },
    {
      type: 'service check',
      query: '"a".over("*").by("*").last(1).pct_by_status()',
      options: { thresholds: { critical: 50 } },
    },
    { type: 'composite', query: '1 && 2', options: { thresholds: { critical: null } } },
    {
      type: 'log alert',
      query: 'logs("a").index("*").rollup("count").last("5m") > 2',
      options: { no_data_timeframe: null },
    },
  ];
  for (const monitor of valid) {
    it(`nothing is reported for ${JSON.stringify(monitor)}`, () =>
      assert.deepEqual(
        lintMonitor({ type: 'query alert', query: 'avg(last_5m):avg:a{*} > 2', ...monitor }, ''),
        [],
      ));
  }

  it('reports nothing for an update without a query, or for the query of an unknown type', () => {
    assert.deepEqual(lintMonitor({ message: 'm' }, ''), []);
    assert.deepEqual(
      lintMonitor({ type: 'a future type', query: '((' }, '').map(({ code }) => code),
      ['unknown_type'],
    );
  });
});

describe('the suggested word', () => {
  it('is the nearest known word within an edit distance of 2', () => {
    const known = ['avg', 'sum', 'derivative'];
    assert.deepEqual(
      ['agv', 'AVG', 'derivatve', 'median', ''].map((word) => nearest(word, known)),
      ['avg', 'avg', 'derivative', undefined, undefined],
    );
  });
});
