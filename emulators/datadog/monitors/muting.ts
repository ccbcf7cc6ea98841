import { isRawObject, type RawObject } from '../raw-json.ts';

/** A monitor muted for a scope (the whole of it where none is named), until an end in epoch seconds or for good. */
export function muted(monitor: RawObject, asked: RawObject): RawObject {
  return silenced(monitor, { ...silencedOf(monitor), [scopeOf(asked)]: asked['end'] ?? null });
}

/** A monitor no longer muted for a scope, or for all scopes. */
export function unmuted(monitor: RawObject, asked: RawObject): RawObject {
  if (asked['all_scopes'] === true) return silenced(monitor, {});
  const { [scopeOf(asked)]: _, ...left } = silencedOf(monitor);
  return silenced(monitor, left);
}

function scopeOf({ scope }: RawObject): string {
  const text = Array.isArray(scope) ? scope.join(',') : scope;
  return typeof text === 'string' && text !== '' ? text : '*';
}

function silencedOf({ options }: RawObject): RawObject {
  const held = isRawObject(options) ? options['silenced'] : undefined;
  return isRawObject(held) ? held : {};
}

function silenced(monitor: RawObject, scopes: RawObject): RawObject {
  const options = isRawObject(monitor['options']) ? monitor['options'] : {};
  return { ...monitor, options: { ...options, silenced: scopes } };
}
