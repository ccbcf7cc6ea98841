import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyProblemSchema } from '../../contract/problem-answer.ts';
import type { JsonObject } from '../../domain/json.ts';
import { applyUntilDone, type Applying } from './apply-until-done.ts';
import type { BirddogRequest } from './birddog-client.ts';
import { BirddogProblem, NoAnswer } from './birddog-failures.ts';

const entry = (key: string): JsonObject => ({ kind: 'monitor', key, action: 'create' });
const progress = (done: readonly string[], remaining: readonly string[], basis = 'next') => ({
  basis,
  done: done.map((key) => ({ ...entry(key), id: `id-${key}` })),
  remaining: remaining.map(entry),
});
const answer = (...of: Parameters<typeof progress>): JsonObject => ({
  application: 'shop',
  route: 'listed',
  objects: [],
  findings: [],
  request_id: 'r',
  ...progress(...of),
});
function problem(code: string, members: JsonObject = {}, retryAfterMs?: number) {
  const head = { type: 'urn:x', title: 'No', status: 503, detail: 'No.', hint: 'Wait.', request_id: 'r' };
  const body = { ...head, code, ...members };
  return new BirddogProblem(anyProblemSchema.parse(body), body, { retryAfterMs, withToken: true });
}

/** Applies against these answers, one for each call. A function runs before its answer is returned. */
async function applied(
  answers: readonly (JsonObject | Error | (() => JsonObject))[],
  given: Partial<Applying> = {},
) {
  const requests: BirddogRequest[] = [];
  const slept: number[] = [];
  let now = 0;
  const result = await applyUntilDone({
    client: {
      send: async (request) => {
        const next = answers[requests.length];
        requests.push(request);
        now += 20_000;
        assert.ok(next, 'unexpected request');
        if (next instanceof Error) throw next;
        return typeof next === 'function' ? next() : next;
      },
    },
    clock: { now: () => now, monotonic: () => now, sleep: async (ms) => void slept.push(ms) },
    requestOf: (basis) => ({
      path: '/apply',
      query: { basis, force: 'true' },
      body: { text: 'a: 1', format: 'yaml' },
    }),
    requestId: 'one',
    basis: 'shown',
    firstMs: 10_000,
    maxMs: 25_000,
    stopping: new AbortController().signal,
    quitting: new AbortController().signal,
    onProgress: () => {},
    ...given,
  });
  return { ...result, requests, slept, keys: result.done.map(({ key }) => key) };
}

describe('applying until done', () => {
  it('sends the fingerprint of the plan, and then the fingerprint of each answer', async () => {
    const { keys, requests, ended } = await applied([answer(['a'], ['b'], 'second'), answer(['b'], [])]);
    assert.deepEqual([keys, ended], [['a', 'b'], undefined]);
    assert.deepEqual(
      requests.map(({ query }) => [query?.['basis'], query?.['force'], query?.['prune']]),
      [
        ['shown', 'true', undefined],
        ['second', 'true', undefined],
      ],
    );
  });

  it('waits and retries after a temporary problem, and keeps earlier progress', async () => {
    const { keys, requests, slept, ended } = await applied([
      problem('rate_limited', progress(['a'], ['b'], 'second'), 4000),
      answer(['b'], []),
    ]);
    assert.deepEqual([keys, slept, ended], [['a', 'b'], [4000], undefined]);
    assert.equal(requests[1]?.query?.['basis'], 'second');
  });

  it('continues at another replica when the one that applied shuts down, however often that happens', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const stopped = keys.map((key, at) =>
      problem('shutting_down', progress([key], keys.slice(at + 1).concat('f'), `after ${key}`), 1000),
    );
    const result = await applied([...stopped, answer(['f'], [])]);
    assert.deepEqual([result.keys, result.ended], [[...keys, 'f'], undefined]);
    assert.deepEqual(
      result.requests.map(({ query }) => query?.['basis']),
      ['shown', ...keys.map((key) => `after ${key}`)],
    );
    assert.deepEqual(
      result.slept,
      keys.map(() => 1000),
    );
  });

  it('stops after three consecutive temporary problems, and at once after a permanent one', async () => {
    const temporary = await applied([1, 2, 3].map(() => problem('datadog_unavailable')));
    assert.deepEqual([temporary.requests.length, temporary.ended?.by], [3, 'failure']);
    const stopping = await applied(Array.from({ length: 20 }, () => problem('shutting_down')));
    assert.deepEqual([stopping.requests.length, stopping.ended?.by], [20, 'failure']);
    for (const error of [problem('plan_stale', progress(['a'], ['b'])), new NoAnswer('gone', true)]) {
      const { requests, ended } = await applied([error]);
      assert.deepEqual([requests.length, ended], [1, { by: 'failure', error }]);
    }
  });

  it('counts the objects that were streamed before a call ended without its progress', async () => {
    const streamed = async (end: Error) => {
      let calls = 0;
      const send: Applying['client']['send'] = async ({ onDone }) => {
        calls += 1;
        if (calls > 1) return answer(['c'], []);
        for (const key of ['a', 'b']) onDone?.({ kind: 'monitor', key, id: `id-${key}`, action: 'create' });
        throw end;
      };
      return applied([], { client: { send } });
    };
    const died = await streamed(problem('outcome_unknown'));
    assert.deepEqual([died.keys, died.ended], [['a', 'b', 'c'], undefined]);
    const error = new NoAnswer('gone', true);
    const cut = await streamed(error);
    assert.deepEqual([cut.keys, cut.ended], [['a', 'b'], { by: 'failure', error }]);
  });

  it('counts the objects that were streamed before Ctrl-C if the progress is not known', async () => {
    const [stop, error] = [new AbortController(), new NoAnswer('gone', true)];
    const send: Applying['client']['send'] = async ({ onDone }) => {
      onDone?.({ kind: 'monitor', key: 'a', id: 'id-a', action: 'create' });
      stop.abort();
      throw error;
    };
    const progressAfterStop = () => Promise.reject(error);
    const { keys, ended } = await applied([], { client: { send }, stopping: stop.signal, progressAfterStop });
    assert.deepEqual([keys, ended], [['a'], { by: 'failure', error }]);
  });

  it('continues after a refusal while other objects remain, and ends with the refusal', async () => {
    const refusal = (done: string[], rest: string[]) => {
      const { remaining, ...more } = progress(done, ['bad', 'needs-bad', ...rest]);
      const reasons = ['refused', 'dependency'];
      return problem('datadog_refused', {
        ...more,
        remaining: remaining.map((one, at) => ({ ...one, ...(at < 2 ? { reason: reasons[at] ?? '' } : {}) })),
      });
    };
    const last = refusal(['c'], []);
    const { keys, ended, remaining, slept } = await applied([refusal(['a', 'b'], ['c']), last]);
    assert.deepEqual([keys, ended, slept], [['a', 'b', 'c'], { by: 'failure', error: last }, []]);
    assert.deepEqual(
      remaining.map(({ key, reason }) => [key, reason]),
      [
        ['bad', 'refused'],
        ['needs-bad', 'dependency'],
      ],
    );
    const stuck = await applied([refusal([], ['c'])]);
    assert.deepEqual([stuck.ended?.by, stuck.requests.length], ['failure', 1]);
  });

  it('retries without progress with a longer timeout, and stops if that makes no progress either', async () => {
    const { requests, ended, remaining } = await applied([1, 2, 3].map(() => answer([], ['a'])));
    assert.deepEqual(
      requests.map(({ deadlineMs }) => deadlineMs),
      [10_000, 25_000, 25_000],
    );
    assert.deepEqual([ended, remaining.length], [{ by: 'standstill' }, 1]);
  });

  it('makes no further call after Ctrl-C, and returns what was done', async () => {
    const stopping = new AbortController();
    const interrupted = () => {
      stopping.abort();
      return answer(['a'], ['b']);
    };
    const { keys, remaining, ended, requests } = await applied([interrupted, answer(['b'], [])], {
      stopping: stopping.signal,
    });
    assert.deepEqual([keys, remaining.length, ended, requests.length], [['a'], 1, { by: 'interrupt' }, 1]);
    const temporary = await applied([problem('datadog_unavailable')], { stopping: stopping.signal });
    assert.deepEqual([temporary.ended, temporary.requests.length], [{ by: 'interrupt' }, 1]);
    const error = new NoAnswer('quit without an answer', true);
    assert.deepEqual((await applied([error], { stopping: stopping.signal })).ended, { by: 'failure', error });
  });
});
