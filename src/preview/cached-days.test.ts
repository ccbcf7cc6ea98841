import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { DAY, NOW, query, scriptedSeries, stepsAnswer, wanted } from '../../test/scripted-series.ts';

describe('the cache of days', () => {
  it('is a miss for a damaged entry, and for one that is too large', async () => {
    const { fetchSeries, asked, stored, context } = scriptedSeries((request) => stepsAnswer(request));
    const one = query('a');
    await fetchSeries(wanted([one]), context());
    assert.equal(stored.size, 3, 'today is not complete');
    const [[key, bytes] = ['', new Uint8Array()]] = stored;
    const firstStep = NOW / 60 - 3 * 1440;
    const length = 1024 * 1024;
    const header = {
      firstStep,
      endStep: firstStep + 360,
      maxGroups: 1000,
      cutGroups: 0,
      length,
      groups: ['*'],
    };
    const text = JSON.stringify(header).padEnd(156);
    const large = Buffer.alloc(160 + 16 * length);
    large.writeUInt32LE(text.length);
    large.write(text, 4);
    const damaged = [
      bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
      bytes.subarray(0, 50),
      deflateSync(large, { level: 1 }),
    ];
    for (const entry of damaged) {
      stored.set(key, entry);
      asked.length = 0;
      const fetched = await fetchSeries(wanted([one]), context());
      assert.deepEqual([fetched.cached, asked.length], [2, 2]);
      assert.ok(fetched.seriesOf(one).get('*')?.values.every(Number.isFinite));
    }
  });

  it('stores nothing again', async () => {
    const { fetchSeries, puts, context } = scriptedSeries((request) => stepsAnswer(request));
    const one = query('a');
    await fetchSeries(wanted([one]), context());
    await fetchSeries(wanted([one]), context());
    assert.equal(puts(), 3);
  });

  it('has a day from one hour after its end on, for metrics of cloud providers from one day after it on', async () => {
    const { fetchSeries, stored, clock, context } = scriptedSeries((request) => stepsAnswer(request));
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
    const { fetchSeries, asked, context } = scriptedSeries((request) => stepsAnswer(request));
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
    const { fetchSeries, context } = scriptedSeries((request, nth) =>
      stepsAnswer(request, 60, nth % 2 === 0 ? groups.slice(0, 2000) : groups.slice(500)),
    );
    const one = query('a', { by: ['host'] });
    const fetched = await fetchSeries(wanted([one], 2), context());
    const kept = [...fetched.seriesOf(one).keys()].sort();
    assert.deepEqual(kept, groups.slice(0, 1000));
    assert.ok(fetched.cutOf(one) >= 1500, `${fetched.cutOf(one)} groups`);
  });

  it('forgets groups when others come before them', async () => {
    const { fetchSeries, context } = scriptedSeries(
      (request, nth) =>
        stepsAnswer(request, 1, groups.slice(nth % 2 === 0 ? 0 : 10, nth % 2 === 0 ? 10 : 20)),
      { maxValues: 10 * 2880 + 100 },
    );
    const one = query('a', { by: ['host'] });
    const fetched = await fetchSeries(wanted([one], 2), context());
    assert.deepEqual(
      [[...fetched.seriesOf(one).keys()].sort(), fetched.cutOf(one)],
      [groups.slice(0, 10), 10],
    );
  });

  it('keeps fewer groups of each query if there are many queries', async () => {
    const { fetchSeries, context } = scriptedSeries(
      (request) => stepsAnswer(request, 60, groups.slice(0, 60)),
      {
        maxValues: 4 * 1440 * 52,
      },
    );
    const queries = Array.from({ length: 4 }, (_, at) => query(`m${at}`, { by: ['host'] }));
    const fetched = await fetchSeries(wanted(queries, 1), context());
    const [one] = queries;
    assert.ok(one);
    assert.deepEqual([fetched.seriesOf(one).size, fetched.cutOf(one)], [50, 10]);
    const alone = await fetchSeries(wanted([one], 1), context());
    const yesterday = [...alone.seriesOf(one).values()].map(({ values }) => values[0]);
    assert.deepEqual([yesterday.length, yesterday.every(Number.isFinite)], [60, true], 'not from the cache');
  });
});

describe('fetchSeries, with too many queries', () => {
  it('answers as many as fit into memory, and reports the others', async () => {
    const groups = ['host:a', 'host:b'];
    const { fetchSeries, asked, stored, context } = scriptedSeries(
      (request) => stepsAnswer(request, 1, groups),
      {
        maxValues: 10 * 1440,
      },
    );
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
  it('asks for nothing in the future', async () => {
    const { fetchSeries, asked, context } = scriptedSeries((request) => stepsAnswer(request));
    const one = query('a');
    const fetched = await fetchSeries([{ query: one, from: NOW - 3600, to: NOW + DAY }], context());
    assert.deepEqual([asked[0]?.endStep, fetched.missingOf(one)], [NOW / 60, []]);
  });

  it('asks for many days at once if the steps are long', async () => {
    const { fetchSeries, asked, context } = scriptedSeries((request) => stepsAnswer(request));
    const one = query('a', { pointS: 3600 });
    const fetched = await fetchSeries(wanted([one], 30), context());
    assert.deepEqual([asked.length, fetched.seriesOf(one).get('*')?.values.length], [1, 720]);
    assert.deepEqual([(await fetchSeries(wanted([one], 30), context())).cached], [30]);
  });

  it('divides time into steps that do not divide a day', async () => {
    const { fetchSeries, stored, context } = scriptedSeries((request) => stepsAnswer(request));
    const one = query('a', { pointS: 7000 });
    await fetchSeries(wanted([one], 10), context());
    assert.equal(stored.size, 10);
    const { requests, cached, seriesOf, missingOf } = await fetchSeries(wanted([one], 10), context());
    assert.deepEqual([requests, cached, missingOf(one)], [1, 10, []]);
    const { times, values } = seriesOf(one).get('*') ?? { times: [], values: [] };
    assert.ok(times.every((time, at) => time === (values[at] ?? 0) * 7000));
  });
});
