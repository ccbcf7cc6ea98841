import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { slosOfMonitor } from '../slos/slos.ts';
import { checkMonitor } from './monitor-checks.ts';
import { MONITOR_ORDER, normalised } from './monitor-defaults.ts';
import { checkReferences, compositesOf } from './refused-references.ts';
import { monitorSearch } from './monitor-search.ts';
import { groupStates, statesAfterUpdate } from './monitor-states.ts';
import type { Collection } from '../collection.ts';
import { matchingDowntimes, silencedBy } from '../downtimes/matching-downtimes.ts';
import { type Change, recordAudit } from '../events/record-audit.ts';
import { checkPolicies } from '../monitor-settings/config-policies.ts';
import type { Organisation } from '../organisation.ts';
import { CREATOR, ORGANISATION } from '../people/key-owner.ts';
import { pickFields, isRawObject, type RawObject, equalJson, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { type Call, type EndpointGroup, isForced, type Route } from '../route.ts';

const GROUP_STATES = new Set(['all', 'alert', 'warn', 'no data', 'ok']);
const NOT_FOUND = 'Monitor not found';

/** Serves monitors: create, read, update, delete, list, validate, mute. */
export function monitors(organisation: Organisation): EndpointGroup {
  const endpoints = new Monitors(organisation);
  return {
    routes: [...endpoints.routes, ...monitorSearch(organisation).routes],
    seeds: { monitors: (object) => endpoints.seed(object) },
  };
}

class Monitors {
  readonly #organisation: Organisation;
  readonly #monitors: Collection;
  readonly #idsByTag: (tag: string) => ReadonlySet<string>;
  readonly #idsByDuplicateKey: (text: string) => ReadonlySet<string>;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#monitors = organisation.collection('monitors');
    this.#idsByTag = this.#monitors.indexBy(tagsOf);
    this.#idsByDuplicateKey = this.#monitors.indexBy((monitor) => [duplicateKey(monitor)]);
  }

  readonly routes: readonly Route[] = [
    { method: 'POST', path: '/api/v1/monitor', limit: 'post_monitors', run: (call) => this.#create(call) },
    { method: 'GET', path: '/api/v1/monitor', limit: 'list_monitors', run: (call) => this.#list(call) },
    { method: 'POST', path: '/api/v1/monitor/validate', run: ({ body }) => this.#validate(body) },
    {
      method: 'GET',
      path: '/api/v1/monitor/can_delete',
      limit: 'can_delete',
      run: (call) => this.#canDelete(call),
    },
    { method: 'POST', path: '/api/v1/monitor/:id/validate', run: (call) => this.#validateExisting(call) },
    { method: 'GET', path: '/api/v1/monitor/:id', limit: 'get_monitors', run: (call) => this.#read(call) },
    { method: 'PUT', path: '/api/v1/monitor/:id', limit: 'put_monitors', run: (call) => this.#update(call) },
    { method: 'DELETE', path: '/api/v1/monitor/:id', run: (call) => this.#delete(call) },
    { method: 'POST', path: '/api/v1/monitor/:id/mute', run: (call) => this.#mute(call, muted) },
    { method: 'POST', path: '/api/v1/monitor/:id/unmute', run: (call) => this.#mute(call, unmuted) },
  ];

  /** Adds a monitor in the form that a read returns. */
  seed(object: RawObject): void {
    const { matching_downtimes: _, restriction_policy: __, ...monitor } = object;
    this.#monitors.put(String(object['id']), monitor);
  }

  #create({ body }: Call): EmulatorResponse {
    this.#check(body);
    checkPolicies(this.#organisation, body);
    const monitor = normalised(body);
    this.#checkDuplicates(body, monitor);
    const now = this.#organisation.now();
    const createdAt = timestamp(now);
    const id = this.#organisation.newNumber();
    const created: RawObject = {
      ...monitor,
      id,
      org_id: ORGANISATION,
      created_at: Math.floor(now / 1000) * 1000,
      created: createdAt,
      modified: createdAt,
      deleted: null,
      overall_state: 'No Data',
      overall_state_modified: null,
      creator: CREATOR,
      assets: withAssetDefaults(monitor['assets'], id),
    };
    this.#monitors.put(String(id), created);
    this.#audit('created', created);
    return json(200, writeView(created));
  }

  #update({ params, body }: Call): EmulatorResponse {
    const before = this.#editable(params['id']);
    const merged: RawObject = { ...before, ...body };
    if (isRawObject(body['options'])) merged['options'] = withoutNullWarning(body['options']);
    checkTypeChange(before, merged);
    this.#check(merged);
    checkPolicies(this.#organisation, merged);
    this.#checkDuplicates(merged, normalised(merged), before);
    const after: RawObject = {
      ...before,
      ...normalised({ ...merged, type: typeAfter(before, merged) }),
      modified: timestamp(this.#organisation.now()),
      ...statesAfterUpdate(before, merged, this.#organisation.now()),
    };
    after['assets'] = withAssetDefaults(after['assets'], Number(before['id']));
    if (options(body)['silenced'] === undefined) options(after)['silenced'] = options(before)['silenced'];
    this.#monitors.put(String(after['id']), after);
    this.#audit('modified', after, before);
    const { creator: _, ...response } = writeView(after);
    return json(200, response);
  }

  /** Mutes or unmutes a monitor. Datadog changes neither `modified` nor the audit trail. */
  #mute(
    { params, body }: Call,
    change: (monitor: RawObject, request: RawObject) => RawObject,
  ): EmulatorResponse {
    const after = change(this.#editable(params['id']), body);
    this.#monitors.put(String(after['id']), after);
    const { creator: _, ...response } = writeView(after);
    return json(200, response);
  }

  #read({ params, query }: Call): EmulatorResponse {
    const monitor = this.#find(params['id']);
    checkGroupStates(query);
    const view = this.#view(monitor, query);
    const { matching_downtimes: _, ...withoutDowntimes } = view;
    return json(200, query.get('with_downtimes') === 'true' ? view : withoutDowntimes);
  }

  /** Returns a monitor as reads show it, with the parts that depend on other objects. */
  #view(monitor: RawObject, query: URLSearchParams): RawObject {
    const { assets, restricted_roles, ...rest } = monitor;
    const downtimes = silencedBy(this.#organisation, monitor);
    const silencedOption = Object.keys(downtimes).length > 0 ? { silenced: downtimes } : {};
    return pickFields(
      {
        ...rest,
        restricted_roles: query.get('with_restricted_roles') === 'false' ? undefined : restricted_roles,
        ...(query.get('with_assets') === 'true' ? { assets: withoutMonitorIds(assets ?? []) } : {}),
        state: query.has('group_states')
          ? groupStates(monitor, listOf(query.get('group_states')))
          : undefined,
        options: { ...options(monitor), ...silencedOption },
        matching_downtimes: matchingDowntimes(this.#organisation, monitor),
      },
      MONITOR_ORDER,
    );
  }

  /** Deletes a monitor that no other object uses; with `force=true`, any. */
  #delete({ params, query }: Call): EmulatorResponse {
    const monitor = this.#editable(params['id']);
    const reasons = isForced(query) ? [] : this.#reasonsToKeep(monitor);
    if (reasons.length > 0) throw new DatadogError(400, { errors: reasons });
    this.#monitors.delete(String(monitor['id']));
    this.#audit('deleted', monitor);
    return json(200, { deleted_monitor_id: monitor['id'] });
  }

  #audit(action: Change['action'], monitor: RawObject, before?: RawObject): void {
    const asset = { type: 'monitor', id: String(monitor['id']), name: String(monitor['name']) };
    recordAudit(this.#organisation, { action, asset, after: monitor, ...(before ? { before } : {}) });
  }

  #list({ query }: Call): EmulatorResponse {
    checkGroupStates(query);
    const ids = this.#matchingIds(query);
    const { page, offset, size } = paging(query);
    const after = (since: number) =>
      ids.filter((id) => Number(id) > since).sort((a, b) => Number(a) - Number(b));
    const pageIds =
      offset === undefined ? ids.slice(page * size, (page + 1) * size) : after(offset).slice(0, size);
    return json(
      200,
      pageIds.map((id) => this.#view(this.#monitors.get(id) ?? {}, query)),
    );
  }

  /** Returns the ids that match the filters, in order of creation. */
  #matchingIds(query: URLSearchParams): string[] {
    const tags = listOf(query.get('monitor_tags'));
    const sets = tags.map((tag) => this.#idsByTag(tag));
    const ids =
      sets.length === 0
        ? this.#monitors.ids()
        : [...(sets[0] ?? [])].filter((id) => sets.every((s) => s.has(id)));
    const name = query.get('name');
    const scope = listOf(query.get('tags'));
    if (name === null && scope.length === 0) return ids;
    return ids.filter((id) => {
      const monitor = this.#monitors.get(id) ?? {};
      return (
        (name === null || String(monitor['name']).includes(name)) &&
        scope.every((tag) => String(monitor['query']).includes(tag))
      );
    });
  }

  #canDelete({ query }: Call): EmulatorResponse {
    const ids = listOf(query.get('monitor_ids'));
    const referenced = ids.flatMap((id) => {
      const reasons = this.#reasonsToKeep(this.#find(id));
      return reasons.length > 0 ? [[id, reasons]] : [];
    });
    const errors = referenced.length > 0 ? Object.fromEntries(referenced) : null;
    const ok = ids.filter((id) => !referenced.some(([other]) => other === id)).map(Number);
    return json(referenced.length > 0 ? 409 : 200, { data: { ok }, errors });
  }

  #reasonsToKeep({ id, name }: RawObject): string[] {
    const users = {
      slos: slosOfMonitor(this.#organisation, id),
      'composite monitors': compositesOf(this.#organisation, String(id)),
    };
    return Object.entries(users).flatMap(([kind, list]) => {
      const named = list.map((user) => `[${String(user['id'])},${String(user['name'])}]`);
      const monitor = `monitor [${String(id)},${String(name)}]`;
      return named.length > 0 ? [`${monitor} is referenced in ${kind}: ${named.join(', ')}`] : [];
    });
  }

  #validate(body: RawObject): EmulatorResponse {
    this.#check(body);
    return json(200, {});
  }

  #check(monitor: RawObject): void {
    checkMonitor(monitor, this.#organisation.now());
    checkReferences(this.#organisation, monitor);
  }

  #validateExisting({ params, body }: Call): EmulatorResponse {
    checkTypeChange(this.#find(params['id']), body);
    return this.#validate(body);
  }

  /** Rejects a monitor that equals another in every field that was sent. Throws DatadogError. */
  #checkDuplicates(sent: RawObject, monitor: RawObject, before?: RawObject): void {
    const duplicate = this.#duplicateOf(sent, monitor, before);
    if (duplicate)
      throw new DatadogError(
        400,
        `Duplicate of an existing monitor_id:${String(duplicate['id'])} org_id:${String(duplicate['org_id'])}`,
      );
  }

  #duplicateOf(sent: RawObject, monitor: RawObject, before?: RawObject): RawObject | undefined {
    // The runbook links of a stored monitor contain its id.
    const excluded = before ? ['options', 'assets'] : ['options'];
    const fields = Object.keys(monitor).filter(
      (name) => sent[name] !== undefined && !excluded.includes(name),
    );
    const set = isRawObject(sent['options']) ? Object.keys(sent['options']) : [];
    for (const id of this.#idsByDuplicateKey(duplicateKey(monitor))) {
      const other = this.#monitors.get(id) ?? {};
      if (id === String(before?.['id'])) continue;
      const same = fields.every((name) => equalJson(monitor[name], other[name]));
      if (same && set.every((name) => equalJson(options(monitor)[name], options(other)[name]))) return other;
    }
    return undefined;
  }

  #find(id = ''): RawObject {
    const monitor = this.#monitors.get(id);
    if (!monitor) throw new DatadogError(404, NOT_FOUND);
    return monitor;
  }

  #editable(id = ''): RawObject {
    const monitor = this.#find(id);
    if (this.#organisation.restricted.has(id))
      throw new DatadogError(403, 'user does not have permission to edit this monitor');
    return monitor;
  }
}

function writeView(monitor: RawObject): RawObject {
  return pickFields({ ...monitor, state: undefined, restriction_policy: null }, MONITOR_ORDER);
}

/** Adds the fields that a runbook link omits. */
function withAssetDefaults(assets: unknown, id: number): unknown {
  if (!Array.isArray(assets)) return [];
  return assets.map((asset) =>
    isRawObject(asset)
      ? {
          ...asset,
          monitor_id: id,
          options: asset['options'] ?? {},
          template_variables: asset['template_variables'] ?? {},
          resource_key: asset['resource_key'] ?? null,
          resource_type: asset['resource_type'] ?? null,
        }
      : asset,
  );
}

/** Removes the monitor's id from runbook links: reads omit it. */
function withoutMonitorIds(assets: unknown): unknown {
  if (!Array.isArray(assets)) return assets;
  return assets.map((asset) => {
    if (!isRawObject(asset)) return asset;
    const { monitor_id: _, ...rest } = asset;
    return rest;
  });
}

/** Removes a warning threshold that is null, as Datadog does on an update. */
function withoutNullWarning(sent: RawObject): RawObject {
  const thresholds = sent['thresholds'];
  if (!isRawObject(thresholds) || thresholds['warning'] !== null) return sent;
  const { warning: _, ...rest } = thresholds;
  return { ...sent, thresholds: rest };
}

function checkTypeChange(before: RawObject, after: RawObject): void {
  const plain = (type: unknown) => (type === 'metric alert' ? 'query alert' : type);
  if (plain(before['type']) !== plain(after['type']))
    throw new DatadogError(400, 'Monitor type change not allowed');
}

/** Returns the type after an update: a query alert never becomes a metric alert, the reverse is allowed. */
function typeAfter(before: RawObject, merged: RawObject): unknown {
  return before['type'] === 'query alert' && merged['type'] === 'metric alert'
    ? 'query alert'
    : merged['type'];
}

function checkGroupStates(query: URLSearchParams): void {
  if (!listOf(query.get('group_states')).every((s) => GROUP_STATES.has(s)))
    throw new DatadogError(400, 'Invalid group_state filters.');
}

/** Reads the paging parameters. With neither page nor offset, Datadog returns all monitors. */
function paging(query: URLSearchParams): { page: number; offset: number | undefined; size: number } {
  const offset = query.get('id_offset');
  const paged = query.has('page') || offset !== null;
  const size = Math.min(1000, Number(query.get('page_size') ?? 100));
  return {
    page: Number(query.get('page') ?? 0),
    offset: offset === null ? undefined : Number(offset),
    size: paged || query.has('page_size') ? size : Number.MAX_SAFE_INTEGER,
  };
}

function options(monitor: RawObject): RawObject {
  return isRawObject(monitor['options']) ? monitor['options'] : {};
}

/** Returns the index key under which duplicates are found. */
function duplicateKey(monitor: RawObject): string {
  return `${String(monitor['name'])}\n${String(monitor['query'])}`;
}

function tagsOf(monitor: RawObject): string[] {
  return Array.isArray(monitor['tags']) ? monitor['tags'].map(String) : [];
}

function listOf(value: string | null): string[] {
  return value === null
    ? []
    : value
        .split(',')
        .map((v) => v.trim())
        .filter((v) => v !== '');
}

/** Mutes a scope of a monitor (default: all of it), until an end in epoch seconds or without one. */
function muted(monitor: RawObject, request: RawObject): RawObject {
  return silenced(monitor, { ...silencedOf(monitor), [scopeOf(request)]: request['end'] ?? null });
}

/** Unmutes a scope of a monitor, or all scopes. */
function unmuted(monitor: RawObject, request: RawObject): RawObject {
  if (request['all_scopes'] === true) return silenced(monitor, {});
  const { [scopeOf(request)]: _, ...others } = silencedOf(monitor);
  return silenced(monitor, others);
}

function scopeOf({ scope }: RawObject): string {
  const text = Array.isArray(scope) ? scope.join(',') : scope;
  return typeof text === 'string' && text !== '' ? text : '*';
}

function silencedOf(monitor: RawObject): RawObject {
  const { silenced: scopes } = options(monitor);
  return isRawObject(scopes) ? scopes : {};
}

function silenced(monitor: RawObject, scopes: RawObject): RawObject {
  return { ...monitor, options: { ...options(monitor), silenced: scopes } };
}
