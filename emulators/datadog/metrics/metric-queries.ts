import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import { attributesOf, dataOf } from '../json-api.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, numeric, type RawObject } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import type { Call, Family } from '../route.ts';

/** Values are kept for fifteen months. */
const RETENTION_MS = 15 * 30 * 86_400_000;
const SERIES = /^(?:(avg|sum|min|max):)?([\w.]+)\{([^}]*)\}/;

type Point = readonly [ms: number, value: number];
const AGGREGATORS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  avg: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  sum: (values) => values.reduce((a, b) => a + b, 0),
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  last: (values) => values.at(-1) ?? Number.NaN,
};

/** Queries for metric values, v1 and v2: one series of what was sent in, without functions and arithmetic. */
export function metricQueries(organisation: Organisation): Family {
  return new MetricQueries(organisation).family();
}

class MetricQueries {
  readonly #organisation: Organisation;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
  }

  /** What was sent in for a query within a time, epoch milliseconds, both ends included. */
  #pointsOf(query: string, from: number, to: number): Point[] {
    const [, aggregator = 'avg', metric, scope = '*'] = SERIES.exec(query) ?? [];
    const wanted = scope
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '*');
    const within = this.#organisation
      .collection('metrics')
      .all()
      .filter(
        ({ metric: name, tags }) =>
          name === metric && Array.isArray(tags) && wanted.every((tag) => tags.includes(tag)),
      )
      .flatMap(({ points }) => (Array.isArray(points) ? points : []))
      .map(
        (pair: unknown): Point => (Array.isArray(pair) ? [Number(pair[0]) * 1000, Number(pair[1])] : [0, 0]),
      )
      .filter(([at]) => at >= from && at <= to);
    const join = AGGREGATORS[aggregator] ?? AGGREGATORS['avg'];
    return [...Map.groupBy(within, ([at]) => at)]
      .map(([at, list]): Point => [at, join?.(list.map(([, value]) => value)) ?? 0])
      .toSorted(([a], [b]) => a - b);
  }

  #queryV1({ query }: Call): EmulatorAnswer {
    const [from, to] = [Number(query.get('from')) * 1000, Number(query.get('to')) * 1000];
    const text = query.get('query') ?? '';
    const pointlist = this.#pointsOf(text, from, to);
    const [, , metric, scope] = SERIES.exec(text) ?? [];
    const [first, last] = [pointlist[0], pointlist.at(-1)];
    const one = first &&
      last && {
        start: first[0],
        end: last[0],
        attributes: {},
        metric,
        interval: 1,
        tag_set: [],
        length: pointlist.length,
        query_index: 0,
        aggr: null,
        scope,
        pointlist,
        expression: text,
        unit: null,
        display_name: metric,
      };
    return json(200, {
      status: 'ok',
      resp_version: 1,
      res_type: 'time_series',
      query: text,
      from_date: from,
      to_date: to,
      series: one ? [one] : [],
      values: [],
      times: [],
      message: '',
      group_by: [],
    });
  }

  #queriesIn(body: RawObject, type: string): { name: string; points: Point[]; aggregator: string }[] {
    if (dataOf(body)['type'] !== type)
      throw new Refused(400, `API input validation failed: Invalid type. Expected "${type}".`);
    const { from, to, queries } = attributesOf(body);
    const [start, end] = [numeric(from) ?? 0, numeric(to) ?? 0];
    if (end < this.#organisation.now() - RETENTION_MS)
      throw new Refused(400, 'Queries ending outside the retention date are invalid');
    const asked = Array.isArray(queries) ? queries.filter(isRawObject) : [];
    return asked.map(({ name, query, aggregator }) => ({
      name: String(name),
      points: typeof query === 'string' ? this.#pointsOf(query, start, end) : [],
      aggregator: String(aggregator ?? 'avg'),
    }));
  }

  #timeseries({ body }: Call): EmulatorAnswer {
    const asked = this.#queriesIn(body, 'timeseries_request').filter(({ points }) => points.length > 0);
    const times = [...new Set(asked.flatMap(({ points }) => points.map(([at]) => at)))].toSorted(
      (a, b) => a - b,
    );
    const attributes = {
      series: asked.map((_, at) => ({ group_tags: [], query_index: at, unit: null })),
      times,
      values: asked.map(({ points }) => times.map((time) => points.find(([at]) => at === time)?.[1] ?? null)),
    };
    return json(200, { data: { id: '0', type: 'timeseries_response', attributes } });
  }

  #scalar({ body }: Call): EmulatorAnswer {
    const columns = this.#queriesIn(body, 'scalar_request').map(({ name, points, aggregator }) => ({
      name,
      values: points.length > 0 ? [AGGREGATORS[aggregator]?.(points.map(([, value]) => value)) ?? null] : [],
      type: 'number',
      meta: { unit: null },
    }));
    return json(200, { data: { id: '0', type: 'scalar_response', attributes: { columns } } });
  }

  family(): Family {
    return {
      routes: [
        { method: 'GET', path: '/api/v1/query', limit: 'query', run: (call) => this.#queryV1(call) },
        { method: 'POST', path: '/api/v2/query/timeseries', run: (call) => this.#timeseries(call) },
        { method: 'POST', path: '/api/v2/query/scalar', run: (call) => this.#scalar(call) },
      ],
      seeds: {},
    };
  }
}
