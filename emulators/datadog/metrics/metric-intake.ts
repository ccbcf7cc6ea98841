import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, numeric, type RawObject } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import type { Call, Family } from '../route.ts';

/** Series kept; the oldest are forgotten. */
const MOST = 10_000;

/** Metrics that are sent in: kept by name, tags and host, for the queries. */
export function metricIntake(organisation: Organisation): Family {
  const series = organisation.collection('metrics');

  function submit({ body }: Call, pointsOf: (one: RawObject) => [number, number][]): EmulatorAnswer {
    const sent = body['series'];
    if (!Array.isArray(sent) || !sent.every(isRawObject))
      throw new Refused(400, 'Payload is not in the expected format');
    for (const one of sent) {
      const id = newUuid();
      series.put(id, { id, metric: one['metric'], tags: tagsOf(one), points: pointsOf(one) });
    }
    for (const id of series.ids().slice(0, Math.max(0, series.size - MOST))) series.drop(id);
    return json(202, { errors: [] });
  }

  return {
    routes: [
      {
        method: 'POST',
        path: '/api/v1/series',
        apiKeyAlone: true,
        run: (call) => ({ ...submit(call, pairs), body: JSON.stringify({ status: 'ok' }) }),
      },
      { method: 'POST', path: '/api/v2/series', apiKeyAlone: true, run: (call) => submit(call, points) },
    ],
    seeds: {},
  };
}

/** v1: `[[seconds, value], ...]` */
function pairs({ points: sent }: RawObject): [number, number][] {
  if (!Array.isArray(sent)) return [];
  return sent.flatMap((pair: unknown): [number, number][] =>
    Array.isArray(pair) ? [[Number(pair[0]), Number([pair[1]].flat()[0])]] : [],
  );
}

/** v2: `[{timestamp, value}, ...]` */
function points({ points: sent }: RawObject): [number, number][] {
  if (!Array.isArray(sent)) return [];
  return sent.filter(isRawObject).map((p) => [numeric(p['timestamp']) ?? 0, numeric(p['value']) ?? 0]);
}

/** Tags, with the host among them: v1 names it apart, v2 among the resources. */
function tagsOf({ tags, host, resources }: RawObject): string[] {
  const own = Array.isArray(tags) ? tags.map(String) : [];
  const named = Array.isArray(resources) ? resources.filter(isRawObject) : [];
  const hosts = named.filter(({ type }) => type === 'host').map(({ name }) => `host:${String(name)}`);
  return [...own, ...hosts, ...(typeof host === 'string' ? [`host:${host}`] : [])];
}
