import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject } from '../domain/json.ts';
import { decode } from '../format/decode.ts';
import { type Format, OBJECT_LIMITS } from '../format/decoded.ts';
import { lintMonitor } from './lint-monitor.ts';
import { nearest } from './nearest.ts';

interface Case {
  readonly code: string;
  readonly bad: Readonly<Record<Format, string>>;
  /** What the finding points at, the first that there is in the text. */
  readonly at: string;
  readonly says: RegExp;
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
    says: /never closed/,
    good: 'avg(last_5m):avg:a{b:c} > 1',
  },
  {
    code: 'query_syntax',
    bad: query('avg(last_5m):avg:a{*} >> 1'),
    at: '>> 1',
    says: /">>" is no operator/,
    hint: />=/,
    good: 'avg(last_5m):avg:a{*} >= 1',
  },
  {
    code: 'unknown_aggregator',
    bad: query('avg(last_5m):average:a{*} > 1'),
    at: 'average',
    says: /cannot aggregate by "average"/,
    good: 'avg(last_5m):p99:a{*} > 1',
  },
  {
    code: 'unknown_aggregator',
    bad: query('agv(last_5m):avg:a{*} > 1'),
    at: 'agv',
    says: /"agv"/,
    hint: /Did you mean avg\?/,
    good: 'change(avg(last_5m),last_1h):count(v: v<=5):a{*} > 1',
  },
  {
    code: 'unknown_function',
    bad: query('avg(last_5m):deriv(avg:a{*}) + defualt_zero(avg:b{*}) > 1'),
    at: 'deriv',
    says: /no function "deriv"/,
    good: 'avg(last_5m):default_zero(avg:a{*}) + top5_max(avg:b{*}) > 1',
  },
];

describe('a rule about monitors', () => {
  for (const { code, bad, at, says, hint, good } of CASES) {
    for (const format of ['json', 'yaml', 'toml'] as const) {
      it(`${code} points at ${at} in ${format}`, async () => {
        const { value, locate } = await decode(bad[format], format, OBJECT_LIMITS);
        assert.ok(isObject(value));
        const found = lintMonitor(value, '').find((finding) => finding.code === code);
        assert.ok(found, 'nothing is found');
        assert.match(found.message, says);
        if (hint) assert.match(found.hint ?? '', hint);
        const before = bad[format].slice(0, bad[format].indexOf(at)).split('\n');
        assert.deepEqual(locate(found.pointer, found.at), {
          line: before.length,
          column: (before.at(-1) ?? '').length + 1,
        });
      });
    }

    it(`${code} says nothing of ${good}`, () =>
      assert.deepEqual(lintMonitor({ type: 'query alert', query: good }, ''), []));
  }

  it('threshold_differs compares numbers, texts that are numbers too', () => {
    const codes = (critical: string | number, type = 'query alert') =>
      lintMonitor(
        { type, query: 'avg(last_5m):avg:a{*} > 2', options: { thresholds: { critical } } },
        '/m',
      ).map(({ code, pointer }) => `${code} ${pointer}`);
    assert.deepEqual(codes(3), ['threshold_differs /m/options/thresholds/critical']);
    assert.deepEqual([codes(2), codes('2.0')], [[], []]);
  });

  it('has nothing to say of an update without a query, and of a type of tomorrow', () => {
    assert.deepEqual(lintMonitor({ message: 'm' }, ''), []);
    assert.deepEqual(lintMonitor({ type: 'a type of tomorrow', query: '((' }, ''), []);
  });
});

describe('the word that was meant', () => {
  it('is the nearest known one within two letters', () => {
    const known = ['avg', 'sum', 'derivative'];
    assert.deepEqual(
      ['agv', 'AVG', 'derivatve', 'median', ''].map((word) => nearest(word, known)),
      ['avg', 'avg', 'derivative', undefined, undefined],
    );
  });
});
