import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { readScope } from './downtime-scope.ts';

/** What a request may set. */
export const SETTABLE = [
  'display_timezone',
  'message',
  'monitor_identifier',
  'mute_first_recovery_notification',
  'notify_end_states',
  'notify_end_types',
  'schedule',
  'scope',
];
const REQUIRED = ['scope', 'monitor_identifier'];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  notify_end_states: ['alert', 'no data', 'warn'],
  notify_end_types: ['canceled', 'expired'],
};

/** Refuses what Datadog's schema of a downtime does not let through. Throws DatadogError. */
export function checkSettings(sent: RawObject, isNew: boolean): void {
  const unknown = Object.keys(sent).filter((name) => !SETTABLE.includes(name));
  const names = unknown.map((name) => `'${name}'`).join(', ');
  if (unknown.length > 0)
    refuse(
      `Additional properties are not allowed (${names} ${unknown.length > 1 ? 'were' : 'was'} unexpected)`,
    );
  const missing = REQUIRED.find((name) => isNew && sent[name] === undefined);
  if (missing !== undefined) refuse(`'${missing}' is a required property`);
  for (const [name, allowed] of Object.entries(WORDS)) {
    const wrong = [sent[name] ?? []].flat().find((word) => !allowed.includes(String(word)));
    if (wrong !== undefined)
      refuse(`'${String(wrong)}' is not one of [${allowed.map((word) => `'${word}'`).join(', ')}]`);
  }
  if (sent['monitor_identifier'] !== undefined) checkIdentifier(sent['monitor_identifier']);
  if (sent['scope'] !== undefined) readScope(String(sent['scope']));
}

function checkIdentifier(identifier: unknown): void {
  const { monitor_id, monitor_tags } = isRawObject(identifier) ? identifier : {};
  const tags = Array.isArray(monitor_tags) && monitor_tags.length > 0;
  if ((monitor_id === undefined) === (monitor_tags === undefined) || (monitor_tags !== undefined && !tags))
    refuse('Invalid monitor_identifier: exactly one of monitor_id and monitor_tags is expected');
}

function refuse(words: string): never {
  throw new DatadogError(400, words);
}
