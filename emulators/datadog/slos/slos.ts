import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { newHex, type Organisation } from '../organisation.ts';
import { CREATOR } from '../people/key-owner.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { type Call, type EndpointGroup, isForced } from '../route.ts';
import { seedById } from '../collection.ts';
import { queryOf, specificationOf } from './count-specification.ts';
import { sloSearch } from './slo-search.ts';

const PATH = '/api/v1/slo';
const TYPE_IDS = new Map(Object.entries({ monitor: 0, metric: 1, time_slice: 2 }));
const PAGE_LIMIT = 1000;
const DEFAULT_INTERVAL_SECONDS = 300;
const SETTABLE = ['name', 'description', 'tags', 'groups', 'monitor_ids', 'monitor_tags', 'type'];

/** Serves service level objectives. */
export function slos(organisation: Organisation): EndpointGroup {
  return new Slos(organisation).endpoints();
}

class Slos {
  readonly #organisation: Organisation;
  readonly #slos: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#slos = organisation.collection('slos');
  }

  #seconds() {
    return Math.floor(this.#organisation.now() / 1000);
  }

  #find(id: string | undefined): RawObject {
    const slo = this.#slos.get(id);
    if (!slo) throw new DatadogError(404, `SLO not found: ${String(id)} not found`);
    return slo;
  }

  #create({ body }: Call): EmulatorResponse {
    const now = this.#seconds();
    const id = newHex(32);
    const { name, handle, email } = CREATOR;
    const sloTags = { id, creator: { name, handle, email }, created_at: now, modified_at: now };
    const fields = normalised(body, String(body['type']));
    this.#checkMonitors(fields);
    const slo = { ...fields, ...sloTags };
    this.#slos.put(id, slo);
    return json(200, { data: [slo], error: null });
  }

  /** Replaces everything but the type, which an update cannot change. */
  #update({ params, body }: Call): EmulatorResponse {
    const { id, creator, created_at, type } = this.#find(params['id']);
    const fields = normalised({ ...body, type }, String(type));
    this.#checkMonitors(fields);
    const slo = {
      ...fields,
      id,
      creator,
      created_at,
      modified_at: this.#seconds(),
    };
    this.#slos.put(String(id), slo);
    return json(200, { data: [slo], error: null });
  }

  #checkMonitors({ monitor_ids: ids }: RawObject): void {
    const monitors = this.#organisation.collection('monitors');
    const unknown = (Array.isArray(ids) ? ids : []).map((id) => String(toNumber(id) ?? id));
    const invalid = unknown.filter((id) => !monitors.get(id));
    if (invalid.length > 0)
      throw new DatadogError(
        400,
        `Invalid payload: invalid monitor ids: ${invalid.join(', ')}, monitors not found or not supported SLO`,
      );
  }

  /** Deletes an SLO that no dashboard shows; with `force=true`, any. */
  #remove({ params, query }: Call): EmulatorResponse {
    const id = params['id'] ?? '';
    const reasons = isForced(query) ? [] : this.#reasonsToKeep(id);
    if (reasons.length > 0) throw new DatadogError(409, { data: [], errors: { [id]: reasons } });
    this.#find(id);
    this.#slos.delete(id);
    return json(200, { data: [id], error: null });
  }

  #canDelete({ query }: Call): EmulatorResponse {
    const ids = query.get('ids')?.split(',') ?? [];
    const kept = ids.map((id) => [id, this.#reasonsToKeep(id)] as const).filter(([, why]) => why.length > 0);
    const ok = ids.filter((id) => !kept.some(([other]) => other === id));
    return kept.length > 0
      ? json(409, { data: { ok }, errors: Object.fromEntries(kept) })
      : json(200, { data: { ok }, errors: null });
  }

  /** Names the dashboards that show an SLO. No record has Datadog's words. */
  #reasonsToKeep(id: string): string[] {
    const { name } = this.#find(id);
    const dashboards = this.#organisation.collection('dashboards').all();
    const named = dashboards
      .filter((one) => showsSlo(one['widgets'], id))
      .map((one) => `[${String(one['id'])},${String(one['title'])}]`);
    return named.length > 0
      ? [`slo [${id},${String(name)}] is referenced in dashboards: ${named.join(', ')}`]
      : [];
  }

  #list({ query }: Call): EmulatorResponse {
    const ids = query.get('ids')?.split(',');
    if (ids) return json(200, { data: ids.flatMap((id) => this.#slos.get(id) ?? []), error: null });
    const matching = this.#slos.all().filter(filterOf(query));
    const offset = Number(query.get('offset') ?? 0);
    const limit = Number(query.get('limit') ?? PAGE_LIMIT);
    const page = { total_count: matching.length, total_filtered_count: matching.length };
    return json(200, { data: matching.slice(offset, offset + limit), error: null, metadata: { page } });
  }

  /** Deletes timeframes, given by SLO id. An SLO without any timeframe left is deleted too. */
  #bulkDelete({ body }: Call): EmulatorResponse {
    const deleted: string[] = [];
    const updated: string[] = [];
    for (const [id, timeframes] of Object.entries(body)) {
      const slo = this.#find(id);
      const removed = Array.isArray(timeframes) ? timeframes : [];
      const remaining = thresholdsOf(slo).filter(({ timeframe }) => !removed.includes(timeframe));
      if (remaining.length === 0) {
        this.#slos.delete(id);
        deleted.push(id);
      } else {
        this.#slos.put(id, { ...slo, thresholds: remaining, modified_at: this.#seconds() });
        updated.push(id);
      }
    }
    return json(200, { data: { deleted, updated }, errors: [] });
  }

  #history({ params, query }: Call): EmulatorResponse {
    const slo = this.#find(params['id']);
    const [from_ts, to_ts] = [Number(query.get('from_ts')), Number(query.get('to_ts'))];
    const byTimeframe = thresholdsOf(slo).map((one) => [String(one['timeframe']), one]);
    return json(200, {
      data: {
        thresholds: Object.fromEntries(byTimeframe),
        from_ts,
        to_ts,
        type: slo['type'],
        type_id: slo['type_id'],
        slo,
        group_by: [],
        overall: {
          errors: [
            { error_message: 'The denominator is zero valued', error_type: 'ZERO_VALUED_DENOMINATOR' },
          ],
          sli_value: null,
          span_precision: 2,
          precision: Object.fromEntries(byTimeframe.map(([name]) => [name, 0])),
          uptime: null,
          corrections: [],
          state: 'no_data',
        },
      },
      errors: null,
    });
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'GET', path: PATH, limit: 'slo_get_all', run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, limit: 'slo_create', run: (call) => this.#create(call) },
        { method: 'POST', path: `${PATH}/bulk_delete`, run: (call) => this.#bulkDelete(call) },
        {
          method: 'GET',
          path: `${PATH}/can_delete`,
          run: (call) => this.#canDelete(call),
        },
        {
          method: 'GET',
          path: `${PATH}/:id`,
          limit: 'slo_get',
          run: ({ params, query }) => {
            const alerts = query.get('with_configured_alert_ids') === 'true';
            const slo = this.#find(params['id']);
            const data = alerts ? { ...slo, configured_alert_ids: alertsOf(this.#organisation, slo) } : slo;
            return json(200, { data, error: null });
          },
        },
        { method: 'PUT', path: `${PATH}/:id`, limit: 'slo_update', run: (call) => this.#update(call) },
        {
          method: 'DELETE',
          path: `${PATH}/:id`,
          limit: 'slo_delete',
          run: (call) => this.#remove(call),
        },
        { method: 'GET', path: `${PATH}/:id/history`, run: (call) => this.#history(call) },
        ...sloSearch(this.#organisation),
      ],
      seeds: { slos: seedById(this.#slos) },
    };
  }
}

function showsSlo(value: unknown, id: string): boolean {
  if (Array.isArray(value)) return value.some((element) => showsSlo(element, id));
  if (!isRawObject(value)) return false;
  return value['slo_id'] === id || Object.values(value).some((field) => showsSlo(field, id));
}

/** Returns the SLOs that use a monitor. */
export function slosOfMonitor(
  organisation: Organisation,
  monitorId: unknown,
): { id: string; name: string }[] {
  const number = toNumber(monitorId);
  return organisation
    .collection('slos')
    .all()
    .filter(
      ({ monitor_ids }) => Array.isArray(monitor_ids) && monitor_ids.some((id) => toNumber(id) === number),
    )
    .map(({ id, name }) => ({ id: String(id), name: String(name) }));
}

function normalised(sent: RawObject, type: string): RawObject {
  const type_id = TYPE_IDS.get(type);
  if (type_id === undefined) throw new DatadogError(400, 'Invalid payload: invalid slo type');
  const sli = sent['sli_specification'];
  const sloTags = isCountQuery(sent['query']) ? sent['query'] : undefined;
  const query = sloTags ?? queryOf(sli);
  const { monitor_ids } = sent;
  if (type === 'monitor' && !(Array.isArray(monitor_ids) && monitor_ids.length > 0))
    throw new DatadogError(400, 'Invalid payload: must specify monitor_ids');
  if (type === 'metric' && !query)
    throw new DatadogError(400, 'Invalid payload: must specify the query for count types');
  const thresholds = thresholdsOf(sent).map(threshold);
  const [first] = thresholds;
  if (!first) throw new DatadogError(400, 'Invalid payload: must specify thresholds');
  const primary = {
    timeframe: sent['timeframe'] ?? first['timeframe'],
    warning_threshold: sent['warning_threshold'] ?? first['warning'],
    target_threshold: sent['target_threshold'] ?? first['target'],
  };
  const fields: RawObject = {
    tags: [],
    monitor_tags: [],
    description: '',
    ...Object.fromEntries(SETTABLE.filter((name) => sent[name] != null).map((name) => [name, sent[name]])),
    thresholds,
    type_id,
    ...primary,
    ...(type === 'metric' && query ? { query, sli_specification: sli ?? specificationOf(query) } : {}),
    ...(type === 'time_slice' ? { sli_specification: withInterval(sli) } : {}),
  };
  if (type !== 'monitor') delete fields['monitor_ids'];
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function isCountQuery(value: unknown): value is { numerator: string; denominator: string } {
  return (
    isRawObject(value) && typeof value['numerator'] === 'string' && typeof value['denominator'] === 'string'
  );
}

function thresholdsOf(slo: RawObject): RawObject[] {
  return Array.isArray(slo['thresholds']) ? slo['thresholds'].filter(isRawObject) : [];
}

function threshold({ timeframe, target, warning }: RawObject): RawObject {
  const percent = toNumber(target) ?? 0;
  if (percent <= 0 || percent >= 100)
    throw new DatadogError(400, 'Invalid payload: target must be between 0 and 100');
  return {
    timeframe,
    target,
    target_display: display(target),
    ...(warning === undefined || warning === null ? {} : { warning, warning_display: display(warning) }),
  };
}

/** Formats a target as Datadog does: 95 becomes `95.`, 99.5 stays. */
function display(value: unknown): string {
  const number = toNumber(value) ?? Number.NaN;
  return Number.isInteger(number) ? `${number}.` : String(number);
}

function withInterval(specification: unknown): unknown {
  const slice = isRawObject(specification) ? specification['time_slice'] : undefined;
  if (!isRawObject(slice))
    throw new DatadogError(400, 'Invalid payload: must specify the time slice specification');
  return {
    ...(isRawObject(specification) ? specification : {}),
    time_slice: { query_interval_seconds: DEFAULT_INTERVAL_SECONDS, ...slice },
  };
}

/** Returns the ids of the SLO alerts whose queries name an SLO. */
function alertsOf(organisation: Organisation, { id }: RawObject): unknown[] {
  const alerts = organisation.collection('monitors').all();
  return alerts
    .filter(({ type, query }) => type === 'slo alert' && String(query).includes(String(id)))
    .map((m) => m['id']);
}

function filterOf(query: URLSearchParams): (slo: RawObject) => boolean {
  const [text, tags, metrics] = [query.get('query'), query.get('tags_query'), query.get('metrics_query')];
  if (query.get('is_deleted') === 'true') return () => false;
  return ({ name, tags: sloTags, query: sloQuery }) =>
    (text === null || String(name).includes(text)) &&
    (tags === null || tags.split(/[,\s]+/).every((tag) => Array.isArray(sloTags) && sloTags.includes(tag))) &&
    (metrics === null || JSON.stringify(sloQuery ?? '').includes(metrics));
}
