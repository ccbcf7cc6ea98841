import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { applyUntilDone, type Applying } from './apply-until-done.ts';
import type { Question } from './birddog-client.ts';
import { BirddogProblem, NoAnswer } from './birddog-failures.ts';

const entry = (key: string): JsonObject => ({ kind: 'monitor', key, action: 'create' });
const answer = (done: readonly string[], remaining: readonly string[], basis = 'next'): JsonObject => ({
  basis,
  done: done.map((key) => ({ ...entry(key), id: `id-${key}` })),
  remaining: remaining.map(entry),
});
const problem = (code: string, members: JsonObject = {}, retryAfterMs?: number) =>
  new BirddogProblem({ code, title: 'No', ...members }, { requestId: 'r', retryAfterMs, withToken: true });

/** Applies against these answers, one a call; a function may act before it answers. */
async function applied(
  answers: readonly (JsonObject | Error | (() => JsonObject))[],
  given: Partial<Applying> = {},
) {
  const asked: Question[] = [];
  const slept: number[] = [];
  let now = 0;
  const result = await applyUntilDone({
    client: {
      ask: async (question) => {
        const next = answers[asked.length];
        asked.push(question);
        now += 20_000;
        assert.ok(next, 'asked once too often');
        if (next instanceof Error) throw next;
        return typeof next === 'function' ? next() : next;
      },
    },
    clock: { now: () => now, sleep: async (ms) => void slept.push(ms) },
    body: { text: 'a: 1', format: 'yaml' },
    basis: 'shown',
    prune: false,
    force: true,
    firstMs: 10_000,
    mostMs: 25_000,
    stopping: new AbortController().signal,
    leaving: new AbortController().signal,
    onProgress: () => {},
    ...given,
  });
  return { ...result, asked, slept, keys: result.done.map(({ key }) => key) };
}

describe('an apply', () => {
  it('holds Birddog to the plan that was shown, and goes on with the basis it is given', async () => {
    const { keys, asked, ended } = await applied([answer(['a'], ['b'], 'second'), answer(['b'], [])]);
    assert.deepEqual([keys, ended], [['a', 'b'], undefined]);
    assert.deepEqual(
      asked.map(({ query }) => [query?.['basis'], query?.['force'], query?.['prune']]),
      [
        ['shown', 'true', undefined],
        ['second', 'true', undefined],
      ],
    );
  });

  it('waits and goes on after what passes by itself, with what was done before it', async () => {
    const { keys, asked, slept, ended } = await applied([
      problem('rate_limited', answer(['a'], ['b'], 'second'), 4000),
      answer(['b'], []),
    ]);
    assert.deepEqual([keys, slept, ended], [['a', 'b'], [4000], undefined]);
    assert.equal(asked[1]?.query?.['basis'], 'second');
  });

  it('ends after three such in a row, and at once after what does not pass', async () => {
    const passing = await applied([1, 2, 3].map(() => problem('datadog_unavailable')));
    assert.deepEqual([passing.asked.length, passing.ended?.by], [3, 'failure']);
    for (const error of [problem('plan_stale', answer(['a'], ['b'])), new NoAnswer('gone', true)]) {
      const { asked, ended } = await applied([error]);
      assert.deepEqual([asked.length, ended], [1, { by: 'failure', error }]);
    }
  });

  it('gives a call longer where a short one did nothing, and ends where that does nothing either', async () => {
    const { asked, ended, remaining } = await applied([1, 2, 3].map(() => answer([], ['a'])));
    assert.deepEqual(
      asked.map(({ deadlineMs }) => deadlineMs),
      [10_000, 25_000, 25_000],
    );
    assert.deepEqual([ended, remaining.length], [{ by: 'standstill' }, 1]);
  });

  it('makes no further call after Ctrl-C, and tells what was done', async () => {
    const stopping = new AbortController();
    const interrupted = () => {
      stopping.abort();
      return answer(['a'], ['b']);
    };
    const { keys, remaining, ended, asked } = await applied([interrupted, answer(['b'], [])], {
      stopping: stopping.signal,
    });
    assert.deepEqual([keys, remaining.length, ended, asked.length], [['a'], 1, { by: 'interrupt' }, 1]);
    const passing = await applied([problem('datadog_unavailable')], { stopping: stopping.signal });
    assert.deepEqual([passing.ended, passing.asked.length], [{ by: 'interrupt' }, 1]);
    const error = new NoAnswer('left without it', true);
    assert.deepEqual((await applied([error], { stopping: stopping.signal })).ended, { by: 'failure', error });
  });
});
