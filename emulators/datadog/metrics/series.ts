import type { Organisation } from '../organisation.ts';
import { type RawObject, toNumber } from '../raw-json.ts';
import { generatorsOf } from './generators.ts';

/** The points of one metric with one set of tags. */
export interface Series {
  readonly metric: string;
  readonly tags: readonly string[];
  /** `gauge` (default), `count` or `rate`. */
  readonly type?: string;
  /** Epoch seconds and value; null, NaN and infinite values are missing. */
  readonly points: readonly (readonly [seconds: number, value: number | null])[];
}

/** A submitted or generated series, whose points are visited without storing them. */
export interface PointSource {
  readonly metric: string;
  readonly tags: readonly string[];
  /** `gauge`, `count` or `rate`. */
  readonly type: string;
  /** Calls `visit` with each point from `from` (inclusive) to `to` (exclusive), in epoch seconds. */
  readonly each: (from: number, to: number, visit: (at: number, value: number) => void) => void;
}

/** Returns the submitted and generated series of some metrics. Generators know no point after the present. */
export function sourcesOf(organisation: Organisation, metrics: readonly string[]): PointSource[] {
  const submitted = organisation
    .collection('metrics')
    .all()
    .filter(({ metric }) => typeof metric === 'string' && metrics.includes(metric))
    .map(submittedSource);
  const end = Math.floor(organisation.now() / 1000) + 1;
  const generated = generatorsOf(organisation, 'metric', metrics).flatMap(({ name, type, series }) =>
    series.map(
      ({ tags, each }): PointSource => ({
        metric: name,
        tags,
        type,
        each: (from, to, visit) => each(from, Math.min(to, end), visit),
      }),
    ),
  );
  return [...submitted, ...generated];
}

/** Returns the raw points of some metrics from `from` (inclusive) to `to` (exclusive), in epoch seconds. */
export function metricSeries(
  organisation: Organisation,
  metrics: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): Series[] {
  return sourcesOf(organisation, metrics).flatMap(({ metric, tags, type, each }) => {
    const points: [number, number][] = [];
    each(from, to, (at, value) => points.push([at, value]));
    return points.length === 0 ? [] : [{ metric, tags, type, points }];
  });
}

function submittedSource({ metric, tags, type, points }: RawObject): PointSource {
  return {
    metric: String(metric),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    type: typeof type === 'string' ? type : 'gauge',
    each: (from, to, visit) => {
      for (const point of Array.isArray(points) ? points : []) {
        if (!Array.isArray(point)) continue;
        const [at, value] = [toNumber(point[0]), toNumber(point[1])];
        if (at !== undefined && value !== undefined && at >= from && at < to) visit(at, value);
      }
    },
  };
}
