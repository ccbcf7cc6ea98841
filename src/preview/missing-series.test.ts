import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import type { RequestContext } from '../domain/caller.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { createFetchSeries, type WantedSeries } from './fetch-series.ts';
import { MAX_POINTS, MAX_QUERIES, type SeriesAnswer, type SeriesQuery, type SeriesRequest } from './ports.ts';

const DAY = 86_400;
/** 18:00 UTC. */
const NOW = Date.UTC(2026, 10, 20, 18) / 1000;

const query = (name: string, more: Partial<SeriesQuery> = {}): SeriesQuery => ({
  source: 'metrics',
  text: `avg:${name}{*}`,
  method: 'avg',
  by: [],
  pointS: 60,
  ...more,
});
const wanted = (queries: readonly SeriesQuery[], days = 3): WantedSeries[] =>
  queries.map((one) => ({ query: one, from: NOW - days * DAY, to: NOW }));

/** Answers each query with the number of each step, at every `every`th step, for these groups. */
function stepsAnswer(
  { queries, firstStep, endStep }: SeriesRequest,
  every = 1,
  groups = ['*'],
): SeriesAnswer {
  const steps = Float64Array.from({ length: endStep - firstStep }, (_, at) => firstStep + at).filter(
    (step) => step % every === 0,
  );
  const part = { steps, groups: new Map(groups.map((group) => [group, steps])), cutGroups: 0 };
  return { kind: 'series', parts: queries.map(() => part) };
}

/** A fetch from a scripted Datadog, which is called with the number of each request, from 1. */
function setUp(
  answer: (request: SeriesRequest, nth: number) => SeriesAnswer | Promise<SeriesAnswer>,
  limits: { readonly maxValues?: number } = {},
) {
  const clock = manualClock(NOW * 1000);
  const stored = new Map<string, Uint8Array>();
  const asked: SeriesRequest[] = [];
  const fetchSeries = createFetchSeries({
    ...limits,
    clock,
    cache: {
      get: async (key) => stored.get(key),
      put: async (key, bytes) => void stored.set(key, bytes),
    },
    series: {
      async fetch(request, context) {
        assert.equal(context.lane, 'background');
        assert.ok(request.queries.length <= MAX_QUERIES && request.queries.length > 0);
        assert.ok(request.endStep - request.firstStep <= MAX_POINTS && request.endStep > request.firstStep);
        asked.push(request);
        return answer(request, asked.length);
      },
    },
  });
  const context = (): RequestContext => ({
    caller: { name: 'c' },
    requestId: 'r',
    traceparent: '',
    deadline: deadlineAfter(25_000, clock),
  });
  return { fetchSeries, asked, stored, clock, context };
}

const failed = (reason: 'rate_limit' | 'denied' | 'unavailable' | 'refused' | 'deadline'): SeriesAnswer => ({
  kind: 'failed',
  reason,
  detail: `detail of ${reason}`,
});
const named = (request: SeriesRequest, name: string) =>
  request.queries.some(({ text }) => text.includes(name));

describe('fetchSeries, if a part is missing', () => {
  it('returns the newest part and the reason when the rate limit is used up, and asks for the rest the next time', async () => {
    let left = 1;
    const { fetchSeries, asked, context } = setUp((request) =>
      left-- > 0 ? stepsAnswer(request) : failed('rate_limit'),
    );
    const one = query('a');
    const first = await fetchSeries(wanted([one]), context());
    assert.equal(asked.length, 3, 'the other requests had left already');
    assert.deepEqual(first.missingOf(one), [
      { from: NOW - 3 * DAY, to: NOW - 79_200, reason: 'rate_limit', detail: 'detail of rate_limit' },
    ]);
    const values = first.seriesOf(one).get('*')?.values;
    assert.deepEqual([values?.[0], values?.at(-1)], [Number.NaN, NOW / 60 - 1]);
    left = 9;
    const second = await fetchSeries(wanted([one]), context());
    assert.deepEqual(second.missingOf(one), []);
    assert.ok(second.seriesOf(one).get('*')?.values.every(Number.isFinite));
  });

  it('stops asking after three requests without an answer', async () => {
    const { fetchSeries, asked, context } = setUp(() => failed('unavailable'));
    const one = query('a');
    const fetched = await fetchSeries(wanted([one], 30), context());
    assert.ok(asked.length <= 6, `${asked.length} requests`);
    assert.deepEqual(
      fetched.missingOf(one).map(({ reason }) => reason),
      ['unavailable'],
    );
  });

  it('does not ask a source again that Datadog denies; other sources are asked', async () => {
    const { fetchSeries, asked, context } = setUp((request) =>
      request.queries.some(({ source }) => source === 'logs') ? failed('denied') : stepsAnswer(request),
    );
    const [metric, logs] = [query('a'), query('b', { source: 'logs', method: 'count' })];
    const fetched = await fetchSeries(wanted([metric, logs], 14), context());
    assert.deepEqual(fetched.missingOf(metric), []);
    assert.deepEqual(fetched.missingOf(logs)[0]?.reason, 'denied');
    assert.ok(asked.filter((request) => named(request, 'b')).length <= 4);
    assert.ok(asked.every(({ queries }) => new Set(queries.map(({ source }) => source)).size === 1));
  });

  it('finds the one query that Datadog refuses, and answers the others', async () => {
    const { fetchSeries, context } = setUp((request) =>
      named(request, 'm5') ? failed('refused') : stepsAnswer(request),
    );
    const queries = Array.from({ length: 8 }, (_, at) => query(`m${at}`));
    const fetched = await fetchSeries(wanted(queries), context());
    const missing = queries.filter((one) => fetched.missingOf(one).length > 0);
    assert.deepEqual(
      missing.map(({ text }) => text),
      ['avg:m5{*}'],
    );
    assert.equal(fetched.missingOf(queries[5] ?? query(''))[0]?.detail, 'detail of refused');
  });

  it('gives up the one query whose answers are too large, after few requests', async () => {
    const { fetchSeries, asked, context } = setUp((request) =>
      named(request, 'm5') ? { kind: 'too_large' } : stepsAnswer(request),
    );
    const queries = Array.from({ length: 8 }, (_, at) => query(`m${at}`));
    const fetched = await fetchSeries(wanted(queries, 14), context());
    for (const one of queries)
      assert.equal(fetched.missingOf(one)[0]?.reason, one.text.includes('m5') ? 'too_large' : undefined);
    assert.ok(asked.length < 60, `${asked.length} requests`);
  });

  it('divides the time of a query whose answers are too large for a whole request', async () => {
    const { fetchSeries, context } = setUp((request) =>
      request.endStep - request.firstStep > 400 ? { kind: 'too_large' } : stepsAnswer(request),
    );
    const one = query('a');
    const fetched = await fetchSeries(wanted([one]), context());
    assert.deepEqual(fetched.missingOf(one), []);
    assert.ok(fetched.seriesOf(one).get('*')?.values.every(Number.isFinite));
  });

  it('says that the deadline is why, and asks nothing after it', async () => {
    const { fetchSeries, asked, clock, context } = setUp((request) => {
      clock.advance(60_000);
      return stepsAnswer(request);
    });
    const one = query('a');
    const fetched = await fetchSeries(wanted([one], 30), context());
    assert.equal(asked.length, 1);
    assert.deepEqual(
      fetched.missingOf(one).map(({ reason }) => reason),
      ['deadline'],
    );
  });
});

describe('fetchSeries, if Datadog answers with longer steps', () => {
  it('notices it with one short request, and asks in smaller pieces', async () => {
    const { fetchSeries, asked, context } = setUp((request) =>
      stepsAnswer(request, request.endStep - request.firstStep > 350 ? 5 : 1),
    );
    const queries = [query('a'), query('b')];
    const fetched = await fetchSeries(wanted(queries), context());
    for (const one of queries) {
      assert.deepEqual(fetched.missingOf(one), []);
      assert.ok(fetched.seriesOf(one).get('*')?.values.every(Number.isFinite));
    }
    const before = asked.length;
    await fetchSeries(wanted([query('c')], 1), context());
    assert.ok(asked.slice(before).every(({ firstStep, endStep }) => endStep - firstStep <= 350));
  });

  it('asks in pieces as small as necessary', async () => {
    const { fetchSeries, context } = setUp(({ queries, ...range }) => {
      const length = range.endStep - range.firstStep;
      return stepsAnswer({ queries, ...range }, length > 60 ? 10 : 1);
    });
    const one = query('a');
    const fetched = await fetchSeries(wanted([one], 1), context());
    assert.deepEqual(fetched.missingOf(one), []);
  });

  it('accepts points that really are far apart, with one more request for the query', async () => {
    const { fetchSeries, asked, context } = setUp((request) => stepsAnswer(request, 5));
    const one = query('a');
    const fetched = await fetchSeries(wanted([one], 7), context());
    assert.deepEqual(fetched.missingOf(one), []);
    const { values = [] } = fetched.seriesOf(one).get('*') ?? {};
    assert.equal(values.filter(Number.isFinite).length, (7 * 1440) / 5);
    assert.ok(asked.length <= 7 + 4, `${asked.length} requests`);
  });
});

describe('fetchSeries, at the same time', () => {
  it('shares the requests for the same query', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { fetchSeries, asked, context } = setUp(async (request) => {
      await promise;
      return stepsAnswer(request);
    });
    const [a, b] = [query('a'), query('b')];
    const running = [fetchSeries(wanted([a, b]), context()), fetchSeries(wanted([a], 2), context())];
    resolve();
    const [first, second] = await Promise.all(running);
    assert.equal(asked.length, 3);
    assert.deepEqual([first?.requests, second?.requests], [3, 0]);
    assert.deepEqual(second?.missingOf(a), []);
    assert.equal(second?.seriesOf(a).get('*')?.values.at(-1), NOW / 60 - 1);
  });

  it('fetches for itself what the other one could not', async () => {
    const { fetchSeries, asked, context } = setUp((request, nth) =>
      nth <= 3 ? failed('rate_limit') : stepsAnswer(request),
    );
    const one = query('a');
    const [first, second] = await Promise.all([
      fetchSeries(wanted([one]), context()),
      fetchSeries(wanted([one]), context()),
    ]);
    assert.ok(asked.length > 3);
    assert.equal(first.missingOf(one)[0]?.reason, 'rate_limit');
    assert.deepEqual(second.missingOf(one), []);
  });
});

describe('the cache of days', () => {
  it('is a miss for a damaged entry', async () => {
    const { fetchSeries, asked, stored, context } = setUp((request) => stepsAnswer(request));
    const one = query('a');
    await fetchSeries(wanted([one]), context());
    assert.equal(stored.size, 3, 'today is not complete');
    const [[key, bytes] = ['', new Uint8Array()]] = stored;
    for (const damaged of [bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)), bytes.subarray(0, 50)]) {
      stored.set(key, damaged);
      asked.length = 0;
      const fetched = await fetchSeries(wanted([one]), context());
      assert.deepEqual([fetched.cached, asked.length], [2, 2]);
      assert.ok(fetched.seriesOf(one).get('*')?.values.every(Number.isFinite));
    }
  });

  it('has a day from one hour after its end on, for metrics of cloud providers from one day after it on', async () => {
    const { fetchSeries, stored, clock, context } = setUp((request) => stepsAnswer(request));
    const queries = [query('a'), query('aws.ec2.cpu')];
    const fetchDay = async (hours: number) => {
      stored.clear();
      clock.advance((NOW - 18 * 3600 + hours * 3600) * 1000 - clock.now());
      const from = NOW - 18 * 3600 - DAY;
      await fetchSeries(
        queries.map((one) => ({ query: one, from, to: NOW - 18 * 3600 })),
        context(),
      );
      return stored.size;
    };
    assert.deepEqual(
      [await fetchDay(0.9), await fetchDay(1), await fetchDay(23.9), await fetchDay(24)],
      [0, 1, 1, 2],
    );
  });

  it('grows with the part of a day that is wanted', async () => {
    const { fetchSeries, asked, context } = setUp((request) => stepsAnswer(request));
    const one = query('a');
    const from = NOW - 18 * 3600 - 6 * 3600;
    await fetchSeries([{ query: one, from, to: NOW - 18 * 3600 }], context());
    const whole = await fetchSeries([{ query: one, from: from - 3600, to: NOW - 18 * 3600 }], context());
    assert.deepEqual(
      asked.map(({ firstStep, endStep }) => endStep - firstStep),
      [360, 60],
    );
    assert.equal(whole.cached, 1);
    const again = await fetchSeries([{ query: one, from: from - 3600, to: NOW - 18 * 3600 }], context());
    assert.deepEqual([again.requests, again.seriesOf(one).get('*')?.values.length], [0, 420]);
  });
});

describe('fetchSeries, with many groups', () => {
  const groups = Array.from({ length: 3000 }, (_, at) => `host:${String(at).padStart(4, '0')}`);

  it('keeps the first groups of all requests, and says how many are left out', async () => {
    const { fetchSeries, context } = setUp((request, nth) =>
      stepsAnswer(request, 60, nth % 2 === 0 ? groups.slice(0, 2000) : groups.slice(500)),
    );
    const one = query('a', { by: ['host'] });
    const fetched = await fetchSeries(wanted([one], 2), context());
    const kept = [...fetched.seriesOf(one).keys()].sort();
    assert.deepEqual(kept, groups.slice(0, 1000));
    assert.ok(fetched.cutOf(one) >= 1500, `${fetched.cutOf(one)} groups`);
  });

  it('keeps fewer groups of each query if there are many queries', async () => {
    const { fetchSeries, context } = setUp((request) => stepsAnswer(request, 60, groups.slice(0, 60)), {
      maxValues: 4 * 1440 * 52,
    });
    const queries = Array.from({ length: 4 }, (_, at) => query(`m${at}`, { by: ['host'] }));
    const fetched = await fetchSeries(wanted(queries, 1), context());
    const [one] = queries;
    assert.ok(one);
    assert.deepEqual([fetched.seriesOf(one).size, fetched.cutOf(one)], [50, 10]);
    const alone = await fetchSeries(wanted([one], 1), context());
    assert.equal(alone.seriesOf(one).size, 60, 'the days with fewer groups are not used');
  });
});

describe('fetchSeries, with too many queries', () => {
  it('answers as many as fit into memory, and reports the others', async () => {
    const groups = ['host:a', 'host:b'];
    const { fetchSeries, asked, stored, context } = setUp((request) => stepsAnswer(request, 1, groups), {
      maxValues: 10 * 1440,
    });
    const queries = Array.from({ length: 48 }, (_, at) => query(`m${at}`, { by: ['host'] }));
    for (const isCached of [false, true]) {
      const fetched = await fetchSeries(wanted(queries, 1), context());
      const complete = queries.filter((one) => fetched.missingOf(one).length === 0);
      assert.equal(complete.length, 5);
      for (const one of queries) {
        assert.equal(fetched.seriesOf(one).size, complete.includes(one) ? 2 : 0);
        const failure = { reason: 'too_large', detail: 'There are too many queries and groups.' };
        const whole = { from: NOW - DAY, to: NOW, ...failure };
        assert.deepEqual(fetched.missingOf(one), complete.includes(one) ? [] : [whole]);
      }
      if (!isCached) assert.deepEqual([stored.size, asked.length], [5, 6]);
    }
  });
});

describe('fetchSeries, with other steps', () => {
  it('asks for many days at once if the steps are long', async () => {
    const { fetchSeries, asked, context } = setUp((request) => stepsAnswer(request));
    const one = query('a', { pointS: 3600 });
    const fetched = await fetchSeries(wanted([one], 30), context());
    assert.deepEqual([asked.length, fetched.seriesOf(one).get('*')?.values.length], [1, 720]);
    assert.deepEqual([(await fetchSeries(wanted([one], 30), context())).cached], [30]);
  });

  it('divides time into steps that do not divide a day', async () => {
    const { fetchSeries, stored, context } = setUp((request) => stepsAnswer(request));
    const one = query('a', { pointS: 7000 });
    await fetchSeries(wanted([one], 10), context());
    assert.equal(stored.size, 10);
    const { requests, cached, seriesOf, missingOf } = await fetchSeries(wanted([one], 10), context());
    assert.deepEqual([requests, cached, missingOf(one)], [1, 10, []]);
    const { times, values } = seriesOf(one).get('*') ?? { times: [], values: [] };
    assert.ok(times.every((time, at) => time === (values[at] ?? 0) * 7000));
  });
});
