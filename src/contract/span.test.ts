import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError } from '../domain/problem.ts';
import { momentSeconds, spanOf, spanSeconds } from './span.ts';

const NOW = Date.parse('2026-11-30T12:00:30Z') / 1000;
const at = (text: string) => Date.parse(text) / 1000;

describe('the span of a preview', () => {
  it('is 7 days until now by default, or of another length, or ends at another time', () => {
    assert.deepEqual(spanOf({}, NOW), { from: NOW - 7 * 86_400, to: NOW });
    assert.deepEqual(spanOf({ span: '1h30m' }, NOW), { from: NOW - 5400, to: NOW });
    assert.deepEqual(spanOf({ to: '2026-11-29', span: '1d' }, NOW), {
      from: at('2026-11-28T00:00:00Z'),
      to: at('2026-11-29T00:00:00Z'),
    });
    assert.deepEqual(spanOf({ from: '2026-11-30T12:00:00+01:00' }, NOW), {
      from: at('2026-11-30T11:00:00Z'),
      to: NOW,
    });
  });

  for (const [why, query, detail] of [
    ['both a length and a start', { span: '1d', from: '2026-11-29' }, /either "span" or "from"/],
    ['an end in the future', { from: '2026-11-29', to: '2026-12-01' }, /"to" is in the future/],
    ['a start after the end', { from: '2026-11-29', to: '2026-11-28' }, /"from" must be at least 1m before/],
    ['more than 31 days', { from: '2026-10-29', to: '2026-11-30' }, /longer than 31d/],
  ] as const)
    it(`is rejected with ${why}`, () => {
      assert.throws(
        () => spanOf(query, NOW),
        (error) =>
          error instanceof ProblemError && error.code === 'bad_request' && detail.test(error.message),
      );
    });

  it('has a length from 1 minute to 31 days', () => {
    assert.deepEqual(['59s', '1m', '31d', '31d1s', 'x', ''].map(spanSeconds), [
      undefined,
      60,
      31 * 86_400,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has ends in ISO 8601 with a zone, as days in UTC, or in UNIX seconds', () => {
    assert.equal(momentSeconds('1796040030'), 1_796_040_030);
    assert.equal(momentSeconds('2026-11-30t12:00z'), at('2026-11-30T12:00:00Z'));
    assert.equal(momentSeconds('2026-11-30 12:00:30.9Z'), at('2026-11-30T12:00:30Z'));
    assert.equal(momentSeconds('2024-02-29T12:00:00+01:00'), at('2024-02-29T11:00:00Z'));
    for (const text of [
      '2026-11-30T12:00',
      '2026-13-01',
      '30 Nov',
      '12',
      '2026-11-30T25:00Z',
      '2026-02-30',
      '2026-02-29T12:00:00Z',
    ])
      assert.equal(momentSeconds(text), undefined, text);
  });
});
