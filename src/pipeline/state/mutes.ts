import { isObject, type Json, type JsonObject, toNumber } from '../../domain/json.ts';

/** A mute that is in force: its scope as Datadog shows it, `*` for the whole monitor, and its end in epoch seconds. */
export interface Mute {
  readonly scope: string;
  /** Undefined without an end. */
  readonly until: number | undefined;
  /** The tags that a group must have to be muted; undefined if the scope is more than a list of tags. */
  readonly tags: readonly string[] | undefined;
}

/** The maximum number of mutes that are shown. */
const MAX_MUTES = 100;

/** Returns the mutes of a monitor that are in force at a time (epoch seconds): those set on it, and matching downtimes. */
export function mutesOf(monitor: JsonObject, now: number): Mute[] {
  const options = isObject(monitor['options']) ? monitor['options'] : {};
  const silenced = isObject(options['silenced']) ? Object.entries(options['silenced']) : [];
  const downtimes = Array.isArray(monitor['matching_downtimes'])
    ? monitor['matching_downtimes'].filter(isObject)
    : [];
  const all = [
    ...silenced.map(([scope, end]) => muteOf(scope, end)),
    ...downtimes.flatMap(({ scope, start, end, active }) =>
      active === false || (toNumber(start) ?? 0) > now ? [] : [muteOf(scopeText(scope), end)],
    ),
  ];
  const byScope = new Map<string, Mute>();
  for (const mute of all) {
    if (mute.until !== undefined && mute.until <= now) continue;
    const other = byScope.get(mute.scope);
    if (!other || lasts(mute) > lasts(other)) byScope.set(mute.scope, mute);
  }
  return [...byScope.values()].slice(0, MAX_MUTES);
}

/** Returns whether one of the mutes covers a group with these tags (`queue:orders`). */
export function isMuted(mutes: readonly Mute[], tags: readonly string[]): boolean {
  return mutes.some((mute) => mute.tags?.every((tag) => tags.some((own) => matchesTag(tag, own))) === true);
}

function lasts({ until }: Mute): number {
  return until ?? Number.POSITIVE_INFINITY;
}

function muteOf(scope: string, end: Json | undefined): Mute {
  return { scope, until: toNumber(end), tags: tagsIn(scope) };
}

function scopeText(scope: Json | undefined): string {
  if (typeof scope === 'string') return scope;
  return Array.isArray(scope) ? scope.filter((tag) => typeof tag === 'string').join(',') : '*';
}

/** Returns the tags that a scope requires: none for `*`. Undefined for alternatives and negations. */
function tagsIn(scope: string): string[] | undefined {
  if (/[()!"]|(?:^|[\s,])-|(?:^|\s)(?:OR|NOT)\s/i.test(scope)) return undefined;
  return scope
    .split(/,|\sAND\s/i)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '' && tag !== '*');
}

/** Compares a tag of a scope, in which `*` may be any text, with the tag of a group. */
function matchesTag(tag: string, own: string): boolean {
  const [first = '', ...rest] = tag.split('*');
  const last = rest.pop();
  if (last === undefined) return tag === own;
  if (!own.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = own.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return own.length - last.length >= at && own.endsWith(last);
}
