import { isObject, type JsonObject, numberText, own, textOf, textsOf } from '../domain/json.ts';
import { tagsOf } from '../evaluate/group-tags.ts';
import type { Downtime } from '../evaluate/notices.ts';
import { scopeMatcher } from '../evaluate/notification-rules.ts';

/** The downtimes of an organisation: the attributes of each in Datadog API v2. A recurring one has one known time. */
export class Downtimes {
  readonly #all: readonly { readonly target: JsonObject; readonly downtime: Downtime }[];

  constructor(attributes: readonly JsonObject[]) {
    this.#all = attributes.flatMap((one) => {
      const target = own(one, 'monitor_identifier');
      const downtime = readDowntime(one);
      return isObject(target) && downtime ? [{ target, downtime }] : [];
    });
  }

  /** Returns the downtimes of a monitor; `id` is undefined if it does not exist. */
  of(id: string | undefined, monitor: JsonObject): Downtime[] {
    const tags = new Set(textsOf(monitor['tags']));
    return this.#all.flatMap(({ target, downtime }) => (isMeant(target, id, tags) ? [downtime] : []));
  }
}

function readDowntime(one: JsonObject): Downtime | undefined {
  const { scope, canceled, schedule: given, mute_first_recovery_notification: mutesFirst } = one;
  const schedule = isObject(given) ? given : {};
  const times = isObject(schedule['current_downtime']) ? schedule['current_downtime'] : schedule;
  const start = secondsAt(times['start']);
  if (start === undefined) return undefined;
  const end = secondsAt(times['end']) ?? Number.POSITIVE_INFINITY;
  const canceledAt = secondsAt(canceled);
  const isCanceled = canceledAt !== undefined && canceledAt < end;
  const covers = coveringScope(textOf(scope));
  return {
    start,
    end: isCanceled ? canceledAt : end,
    ...(isCanceled ? { isCanceled } : {}),
    ...(mutesFirst === true ? { mutesFirstRecovery: true } : {}),
    ...(covers ? { covers } : {}),
  };
}

function isMeant(target: JsonObject, id: string | undefined, tags: ReadonlySet<string>): boolean {
  const { monitor_id: monitorId, monitor_tags: wanted } = target;
  if (monitorId != null) return numberText(monitorId) === id;
  return Array.isArray(wanted) && textsOf(wanted).every((tag) => tag === '*' || tags.has(tag));
}

function secondsAt(time: unknown): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

/** Returns whether a scope covers a group; undefined if it covers every group. */
function coveringScope(scope: string): Downtime['covers'] {
  if (scope === '' || scope === '*') return undefined;
  const matches = scopeMatcher(withSingleValues(scope));
  return (group) => matches(new Set(tagsOf(group)));
}

/** Returns a scope in which `env:(staging OR prod)` is `(env:staging OR env:prod)`. */
function withSingleValues(scope: string): string {
  const [first = '', ...parts] = scope.split(':(');
  return parts.reduce((text, part) => {
    const start = Math.max(text.lastIndexOf(' '), text.lastIndexOf('(')) + 1;
    const key = text.slice(start);
    const [values = '', ...rest] = part.split(')');
    const tags = values.split(' OR ').map((value) => `${key}:${value.trim()}`);
    return `${text.slice(0, start)}(${tags.join(' OR ')})${rest.join(')')}`;
  }, first);
}
