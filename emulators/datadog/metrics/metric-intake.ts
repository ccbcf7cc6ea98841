import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { seedById } from '../collection.ts';
import type { Call, EndpointGroup } from '../route.ts';

/** Beyond these numbers, the oldest series and points are deleted. */
const MAX_SERIES = 10_000;
const MAX_POINTS = 10_000;
/** The metric types by their v2 numbers. */
const TYPES = new Map(Object.entries({ 0: 'gauge', 1: 'count', 2: 'rate', 3: 'gauge' }));
const KINDS = new Set(TYPES.values());

type Point = [seconds: number, value: number];

/** Serves the metric intake. It stores one series for each combination of metric and tags, host included. */
export function metricIntake(organisation: Organisation): EndpointGroup {
  const stored = organisation.collection('metrics');

  function submit({ body }: Call, pointsOf: (one: RawObject) => Point[], type: (one: RawObject) => string) {
    const sent = body['series'];
    if (!Array.isArray(sent) || !sent.every(isRawObject) || !sent.every(isSeries))
      throw new DatadogError(400, 'Payload is not in the expected format');
    for (const one of sent) {
      const tags = tagsOf(one).toSorted();
      const id = JSON.stringify([one['metric'], ...tags]);
      const before = stored.get(id)?.['points'];
      const all = [...(Array.isArray(before) ? before : []), ...pointsOf(one)];
      stored.put(id, { id, metric: one['metric'], type: type(one), tags, points: all.slice(-MAX_POINTS) });
    }
    for (const id of stored.ids().slice(0, Math.max(0, stored.size - MAX_SERIES))) stored.delete(id);
  }

  return {
    routes: [
      {
        method: 'POST',
        path: '/api/v1/series',
        apiKeyOnly: true,
        run: (call): EmulatorResponse => {
          submit(call, pairs, ({ type }) => (KINDS.has(String(type)) ? String(type) : 'gauge'));
          return json(202, { status: 'ok' });
        },
      },
      {
        method: 'POST',
        path: '/api/v2/series',
        apiKeyOnly: true,
        run: (call): EmulatorResponse => {
          submit(call, points, ({ type }) => TYPES.get(String(toNumber(type) ?? 0)) ?? 'gauge');
          return json(202, { errors: [] });
        },
      },
    ],
    seeds: { metrics: seedById(stored) },
  };
}

function isSeries({ metric, points: sent }: RawObject): boolean {
  return typeof metric === 'string' && metric !== '' && Array.isArray(sent);
}

/** Reads the points of v1: `[[seconds, value], ...]`. */
function pairs({ points: sent }: RawObject): Point[] {
  if (!Array.isArray(sent)) return [];
  return sent.flatMap((pair: unknown) =>
    Array.isArray(pair)
      ? validPoint(toNumber(pair[0]), toNumber([pair[1]].flat()[0]) ?? Number(pair[1]))
      : [],
  );
}

/** Reads the points of v2: `[{timestamp, value}, ...]`. */
function points({ points: sent }: RawObject): Point[] {
  if (!Array.isArray(sent)) return [];
  return sent.filter(isRawObject).flatMap((p) => validPoint(toNumber(p['timestamp']), toNumber(p['value'])));
}

function validPoint(seconds: number | undefined, value: number | undefined): Point[] {
  return seconds === undefined || value === undefined || Number.isNaN(value) ? [] : [[seconds, value]];
}

/** Returns the tags, with host and device: separate fields in v1, resources in v2. */
function tagsOf({ tags, host, device, resources }: RawObject): string[] {
  const own = Array.isArray(tags) ? tags.map(String) : [];
  const named = Array.isArray(resources) ? resources.filter(isRawObject) : [];
  const resourceTags = [
    ...Object.entries({ host, device }).map(([type, name]) => ({ type, name })),
    ...named.map(({ type, name }) => ({ type, name })),
  ];
  const added = resourceTags.flatMap(({ type, name }) =>
    typeof name === 'string' && name !== '' ? [`${String(type)}:${name}`] : [],
  );
  return [...new Set([...own, ...added])];
}
