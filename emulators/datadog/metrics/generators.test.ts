import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../test-client.ts';
import { metricSeries } from './series.ts';

const HOUR = 3600;
const MIDNIGHT = Date.UTC(2026, 4, 14) / 1000;

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
  datadog.clock.now = (MIDNIGHT + 24 * HOUR) * 1000;
});

const declare = (...generators: object[]) =>
  assert.equal(datadog.control('PUT', 'generators', generators)?.status, 204);
/** Returns the points of `a` between two times in seconds after midnight, as `time value`. */
const points = (from: number, to: number, metric = 'a') =>
  metricSeries(datadog.organisation, [metric], { from: MIDNIGHT + from, to: MIDNIGHT + to }).map((series) =>
    series.points.map(([at, value]) => `${at - MIDNIGHT} ${value}`),
  );
const shaped = (...shapes: object[]) => declare({ metric: 'a', every: '1h', shapes });

describe('a generator', () => {
  it('has a point at each multiple of its interval: from inclusive, to exclusive', () => {
    declare({ metric: 'a', every: 30, shapes: [{ shape: 'steady', value: 2 }] });
    assert.deepEqual(points(60, 120), [['60 2', '90 2']]);
    assert.deepEqual(points(61, 121), [['90 2', '120 2']]);
  });

  it('adds up its shapes', () => {
    shaped(
      { shape: 'steady', value: 1 },
      { shape: 'ramp', from: 0, to: 24 },
      { shape: 'spike', height: 100, every: '6h', at: '1h', lasts: '2h' },
    );
    assert.deepEqual(points(0, 5 * HOUR), [['0 1', '3600 102', '7200 103', '10800 4', '14400 5']]);
  });

  it('makes a daily wave that is highest at its peak', () => {
    shaped({ shape: 'wave', low: 10, high: 20, peak: '6h' });
    assert.deepEqual(points(6 * HOUR, 7 * HOUR), [[`${6 * HOUR} 20`]]);
    assert.deepEqual(points(18 * HOUR, 19 * HOUR), [[`${18 * HOUR} 10`]]);
  });

  it('makes a spike or a gap once, at a time', () => {
    const at = new Date((MIDNIGHT + HOUR) * 1000).toISOString();
    shaped({ shape: 'steady', value: 0 }, { shape: 'spike', height: 5, at, lasts: '1h' });
    assert.deepEqual(points(0, 3 * HOUR), [['0 0', '3600 5', '7200 0']]);
    shaped({ shape: 'steady', value: 0 }, { shape: 'gap', at, lasts: '1h' });
    assert.deepEqual(points(0, 3 * HOUR), [['0 0', '7200 0']]);
  });

  it('repeats a spike that goes on past the end of its period', () => {
    shaped({ shape: 'spike', height: 5, every: '4h', at: '3h', lasts: '2h' });
    assert.deepEqual(points(0, 4 * HOUR), [['0 5', '3600 0', '7200 0', '10800 5']]);
  });

  it('has one series for each group, and restricts a shape to the groups with its tags', () => {
    declare({
      metric: 'a',
      every: '1h',
      tags: ['env:x'],
      groups: ['host:a,zone:1', 'host:b,zone:2'],
      shapes: [
        { shape: 'steady', value: 1 },
        { shape: 'steady', value: 10, only: 'env:x,zone:2' },
      ],
    });
    const series = metricSeries(datadog.organisation, ['a'], { from: MIDNIGHT, to: MIDNIGHT + 1 });
    assert.deepEqual(
      series.map(({ tags, points: [first] }) => [tags.join(), first?.[1]]),
      [
        ['env:x,host:a,zone:1', 1],
        ['env:x,host:b,zone:2', 11],
      ],
    );
  });

  it('counts in whole numbers whose mean is the rate', () => {
    declare({ metric: 'a', shapes: [{ shape: 'counter', rate: 0.25 }] });
    const [series] = metricSeries(datadog.organisation, ['a'], {
      from: MIDNIGHT,
      to: MIDNIGHT + 24 * HOUR,
    });
    const values = series?.points.map(([, value]) => value ?? Number.NaN) ?? [];
    assert.equal(series?.type, 'count');
    assert.deepEqual(new Set(values), new Set([0, 1]));
    const sum = values.reduce((a, b) => a + b, 0);
    assert.ok(sum > 300 && sum < 420, `${sum} of 1440 points are 1`);
  });

  it('is never below 0 when it counts', () => {
    shaped({ shape: 'counter', rate: 1 }, { shape: 'steady', value: -5 });
    assert.deepEqual(points(0, HOUR), [['0 0']]);
  });

  it('gives the same noise for a time, a name and tags in any span, and other noise elsewhere', () => {
    const noise = { shapes: [{ shape: 'noise', height: 3 }] };
    declare({ metric: 'a', groups: ['host:a', 'host:b'], ...noise }, { metric: 'b', ...noise });
    const [first = [], second = []] = points(0, HOUR);
    assert.deepEqual(points(0, HOUR)[0], first);
    assert.deepEqual(points(600, 660)[0], [first[10]]);
    const [other = []] = points(0, HOUR, 'b');
    assert.equal(new Set([...first, ...second, ...other]).size, 180);
    const values = first.map((text) => Number(text.split(' ')[1]));
    assert.ok(values.every((value) => Math.abs(value) <= 3));
    assert.ok(values.some((value) => value > 1) && values.some((value) => value < -1));
  });

  it('knows nothing after the present', () => {
    datadog.clock.now = (MIDNIGHT + HOUR) * 1000;
    shaped({ shape: 'steady', value: 1 });
    assert.deepEqual(points(0, 9 * HOUR), [['0 1', '3600 1']]);
  });

  it('answers metric queries beside the submitted points', () => {
    const now = datadog.clock.now / 1000;
    declare({ metric: 'a', groups: ['host:a', 'host:b'], shapes: [{ shape: 'steady', value: 2 }] });
    datadog.control('POST', 'seed', {
      metrics: [{ id: 's', metric: 'a', type: 'gauge', tags: ['host:c'], points: [[now - 30, 7]] }],
    });
    const path = `/api/v1/query?from=${now - 60}&to=${now - 1}&query=`;
    const query = encodeURIComponent('avg:a{*} by {host}');
    const { series } = jsonBody(datadog.send('GET', `${path}${query}`));
    assert.deepEqual(
      series.map(({ scope, pointlist }: { scope: string; pointlist: number[][] }) => [scope, pointlist]),
      [
        ['host:c', [[(now - 30) * 1000, 7]]],
        ['host:a', [[(now - 60) * 1000, 2]]],
        ['host:b', [[(now - 60) * 1000, 2]]],
      ],
    );
  });
});

describe('the declaration of generators', () => {
  it('replaces the previous ones, and none if there is a mistake', () => {
    shaped({ shape: 'steady', value: 1 });
    const good = { metric: 'b', shapes: [{ shape: 'steady', value: 1 }] };
    assert.equal(datadog.control('PUT', 'generators', [good, { metric: 'c' }])?.status, 400);
    assert.equal(points(0, HOUR).length, 1);
    declare(good);
    assert.deepEqual([points(0, HOUR).length, points(0, HOUR, 'b').length], [0, 1]);
  });

  it('may be seeded, with an id', () => {
    const seeded = (shapes: object[]) =>
      datadog.control('POST', 'seed', { generators: [{ id: 1, metric: 'a', shapes }] });
    assert.equal(seeded([{ shape: 'steady' }])?.status, 400);
    assert.equal(seeded([{ shape: 'steady', value: 1 }])?.status, 204);
    assert.equal(points(0, 60).length, 1);
  });

  it('is refused with the first mistake', () => {
    const steady = { shape: 'steady', value: 1 };
    const mistakes: [object, string][] = [
      [{ shapes: [steady] }, 'give either "metric" or "source"'],
      [{ metric: 'a', source: 'logs', shapes: [] }, 'give either "metric" or "source"'],
      [{ metric: 'a', shape: steady }, 'unknown field "shape"'],
      [{ metric: 'a', shapes: steady }, '"shapes" must be a list of objects'],
      [{ metric: 'a', every: '0m', shapes: [] }, '"every" must be a duration of whole seconds, such as "1m"'],
      [{ metric: 'a', groups: 'host:a', shapes: [] }, '"tags" and "groups" must be lists of texts'],
      [{ metric: 'a', type: 'histogram', shapes: [] }, '"type" must be one of gauge, count, rate'],
      [
        { source: 'a', shapes: [], measures: { '@b': [{ shape: 'steady' }] } },
        '@b: steady: "value" must be a number',
      ],
      [{ source: 'a', shapes: [], measures: [] }, '"measures" must be an object of lists of shapes'],
      [
        { metric: 'a', tags: ['env:x'], groups: ['host:a'], shapes: [{ ...steady, only: 'env:x,host:b' }] },
        'no series has the tags "env:x,host:b" of "only"',
      ],
      [{ metric: 'a', shapes: [{ shape: 'steady' }] }, 'steady: "value" must be a number'],
      [{ metric: 'a', shapes: [{ ...steady, height: 1 }] }, 'steady: unknown field "height"'],
      [
        { metric: 'a', shapes: [{ shape: 'spike', height: 1, at: '1h', lasts: '1m' }] },
        'spike: "at" must be a time, such as "2026-01-31T12:00:00Z"',
      ],
      [
        { metric: 'a', shapes: [{ shape: 'gap', every: 0, lasts: '1m' }] },
        'gap: "every" must be more than 0',
      ],
      [
        { metric: 'a', shapes: [{ shape: 'gap', every: '1d' }] },
        'gap: "lasts" must be a duration, such as "8h"',
      ],
      [
        { metric: 'a', shapes: [{ shape: 'wav' }] },
        'unknown shape "wav". Use one of steady, wave, ramp, spike, gap, noise, counter.',
      ],
    ];
    for (const [generator, mistake] of mistakes) {
      const answer = datadog.control('PUT', 'generators', [generator]);
      assert.equal(answer?.status, 400, mistake);
      const [error] = answer ? jsonBody(answer).errors : [];
      assert.equal(error.slice(error.indexOf(': ') + 2), mistake);
    }
    for (const sent of [{}, ['a']])
      assert.equal(datadog.control('PUT', 'generators', sent)?.status, 400, JSON.stringify(sent));
  });
});
