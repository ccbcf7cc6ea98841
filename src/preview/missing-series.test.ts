import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed, NOW, query, scriptedSeries, stepsAnswer, wanted, DAY } from '../../test/scripted-series.ts';
import { largest } from '../domain/append.ts';
import type { SeriesRequest } from './ports.ts';

const named = (request: SeriesRequest, name: string) =>
  request.queries.some(({ text }) => text.includes(name));

describe('fetchSeries, if a part is missing', () => {
  it('returns the newest part and the reason when the rate limit is used up, and asks for the rest the next time', async () => {
    let left = 1;
    const { fetchSeries, asked, context } = scriptedSeries((request) =>
      left-- > 0 ? stepsAnswer(request) : failed('rate_limit'),
    );
    const one = query('a');
    const first = await fetchSeries(wanted([one], 14), context());
    assert.ok(asked.length <= 5, 'the others had left already');
    assert.deepEqual(first.missingOf(one), [
      { from: NOW - 14 * DAY, to: NOW - 39_600, reason: 'rate_limit', detail: 'detail of rate_limit' },
    ]);
    const values = first.seriesOf(one).get('*')?.values;
    assert.deepEqual([values?.[0], values?.at(-1)], [Number.NaN, NOW / 60 - 1]);
    left = 20;
    const second = await fetchSeries(wanted([one], 14), context());
    assert.deepEqual(second.missingOf(one), []);
    assert.ok(second.seriesOf(one).get('*')?.values.every(Number.isFinite));
  });

  for (const [reason, max] of [
    ['unavailable', 6],
    ['rate_limit', 4],
    ['deadline', 4],
  ] as const)
    it(`asks no other query after too many failures: ${reason}`, async () => {
      const { fetchSeries, asked, context } = scriptedSeries(() => failed(reason));
      const queries = Array.from({ length: 40 }, (_, at) => query(`m${at}`));
      const fetched = await fetchSeries(wanted(queries, 30), context());
      assert.ok(asked.length <= max, `${asked.length} requests`);
      for (const one of queries) assert.equal(fetched.missingOf(one)[0]?.reason, reason);
    });

  it('does not ask a source again that Datadog denies; other sources are asked', async () => {
    const { fetchSeries, asked, context } = scriptedSeries((request) =>
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
    const { fetchSeries, context } = scriptedSeries((request) =>
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
    const { fetchSeries, asked, context } = scriptedSeries((request) =>
      named(request, 'm5') ? { kind: 'too_large' } : stepsAnswer(request),
    );
    const queries = Array.from({ length: 8 }, (_, at) => query(`m${at}`));
    const fetched = await fetchSeries(wanted(queries, 14), context());
    for (const one of queries)
      assert.equal(fetched.missingOf(one)[0]?.reason, one.text.includes('m5') ? 'too_large' : undefined);
    assert.ok(asked.length < 60, `${asked.length} requests`);
  });

  it('divides the time of a query whose answers are too large for a whole request', async () => {
    const { fetchSeries, context } = scriptedSeries((request) =>
      request.endStep - request.firstStep > 400 ? { kind: 'too_large' } : stepsAnswer(request),
    );
    const one = query('a');
    const fetched = await fetchSeries(wanted([one]), context());
    assert.deepEqual(fetched.missingOf(one), []);
    assert.ok(fetched.seriesOf(one).get('*')?.values.every(Number.isFinite));
  });

  it('says that the deadline is why, and asks nothing after it', async () => {
    const { fetchSeries, asked, clock, context } = scriptedSeries((request) => {
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
  it('notices it with one short request, and asks in smaller pieces for some hours', async () => {
    const { fetchSeries, asked, clock, context } = scriptedSeries((request) =>
      stepsAnswer(request, request.endStep - request.firstStep > 350 ? 5 : 1),
    );
    const queries = [query('a'), query('b')];
    const fetched = await fetchSeries(wanted(queries), context());
    for (const one of queries) {
      assert.deepEqual(fetched.missingOf(one), []);
      assert.ok(fetched.seriesOf(one).get('*')?.values.every(Number.isFinite));
    }
    const stepsAsked = async (name: string) => {
      asked.length = 0;
      await fetchSeries(wanted([query(name)], 1), context());
      return largest(asked.map(({ firstStep, endStep }) => endStep - firstStep));
    };
    assert.ok((await stepsAsked('c')) <= 350);
    clock.advance(6 * 3_600_000);
    assert.ok((await stepsAsked('d')) > 350, 'the first one may have been a mistake');
  });

  it('asks in pieces as small as necessary', async () => {
    const { fetchSeries, context } = scriptedSeries(({ queries, ...range }) => {
      const length = range.endStep - range.firstStep;
      return stepsAnswer({ queries, ...range }, length > 60 ? 10 : 1);
    });
    const one = query('a');
    const fetched = await fetchSeries(wanted([one], 1), context());
    assert.deepEqual(fetched.missingOf(one), []);
  });

  it('accepts points that really are far apart, with one more request for the query', async () => {
    const { fetchSeries, asked, context } = scriptedSeries((request) => stepsAnswer(request, 5));
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
    const { fetchSeries, asked, context } = scriptedSeries(async (request) => {
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

  it('fetches more than the other one for itself', async () => {
    const { fetchSeries, context } = scriptedSeries((request) => stepsAnswer(request));
    const one = query('a');
    const [first, second] = await Promise.all([
      fetchSeries(wanted([one], 1), context()),
      fetchSeries(wanted([one], 3), context()),
    ]);
    for (const [fetched, days] of [
      [first, 1],
      [second, 3],
    ] as const)
      assert.equal(fetched.seriesOf(one).get('*')?.values.filter(Number.isFinite).length, days * 1440);
  });

  it('fetches for itself what the other one could not', async () => {
    const { fetchSeries, asked, context } = scriptedSeries((request, nth) =>
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
