import assert from 'node:assert/strict';
import type { RequestContext } from '../src/domain/caller.ts';
import { deadlineAfter } from '../src/domain/deadline.ts';
import { createFetchSeries, type WantedSeries } from '../src/preview/fetch-series.ts';
import {
  MAX_POINTS,
  MAX_QUERIES,
  type MissingReason,
  type SeriesAnswer,
  type SeriesQuery,
  type SeriesRequest,
} from '../src/preview/ports.ts';
import { manualClock } from './manual-clock.ts';

export const DAY = 86_400;
/** 18:00 UTC. */
export const NOW = Date.UTC(2026, 10, 20, 18) / 1000;

export const query = (name: string, more: Partial<SeriesQuery> = {}): SeriesQuery => ({
  source: 'metrics',
  text: `avg:${name}{*}`,
  method: 'avg',
  by: [],
  pointS: 60,
  ...more,
});
export const wanted = (queries: readonly SeriesQuery[], days = 3): WantedSeries[] =>
  queries.map((one) => ({ query: one, from: NOW - days * DAY, to: NOW }));

/** Answers each query with the number of each step, at every `every`th step, for these groups. */
export function stepsAnswer(
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
export function scriptedSeries(
  answer: (request: SeriesRequest, nth: number) => SeriesAnswer | Promise<SeriesAnswer>,
  limits: { readonly maxValues?: number } = {},
) {
  const clock = manualClock(NOW * 1000);
  const stored = new Map<string, Uint8Array>();
  const asked: SeriesRequest[] = [];
  let puts = 0;
  const fetchSeries = createFetchSeries({
    ...limits,
    clock,
    cache: {
      get: async (key) => stored.get(key),
      put: async (key, bytes) => {
        stored.set(key, bytes);
        puts += 1;
      },
    },
    series: {
      async fetch(request, context) {
        assert.equal(context.lane, 'background');
        assert.ok(context.deadline.left() <= 15_000, 'the rest is for the evaluation');
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
  return { fetchSeries, asked, stored, puts: () => puts, clock, context };
}

export const failed = (reason: MissingReason): SeriesAnswer => ({
  kind: 'failed',
  reason,
  detail: `detail of ${reason}`,
});
