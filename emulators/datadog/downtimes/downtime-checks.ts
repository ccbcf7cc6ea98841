import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { parseScope } from './downtime-scope.ts';

/** The fields that a request may set. */
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
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  notify_end_states: ['alert', 'no data', 'warn'],
  notify_end_types: ['canceled', 'expired'],
};

/** Validates settings against Datadog's schema of a downtime. Throws DatadogError. */
export function checkSettings(sent: RawObject, isNew: boolean): void {
  const unknown = Object.keys(sent).filter((name) => !SETTABLE.includes(name));
  const names = unknown.map((name) => `'${name}'`).join(', ');
  if (unknown.length > 0)
    reject(
      `Additional properties are not allowed (${names} ${unknown.length > 1 ? 'were' : 'was'} unexpected)`,
    );
  const missing = REQUIRED.find((name) => isNew && sent[name] === undefined);
  if (missing !== undefined) reject(`'${missing}' is a required property`);
  for (const [name, allowed] of Object.entries(ENUMS)) {
    const invalid = [sent[name] ?? []].flat().find((value) => !allowed.includes(String(value)));
    if (invalid !== undefined)
      reject(`'${String(invalid)}' is not one of [${allowed.map((value) => `'${value}'`).join(', ')}]`);
  }
  if (sent['monitor_identifier'] !== undefined) checkIdentifier(sent['monitor_identifier']);
  if (sent['scope'] !== undefined) parseScope(String(sent['scope']));
}

function checkIdentifier(identifier: unknown): void {
  const { monitor_id, monitor_tags } = isRawObject(identifier) ? identifier : {};
  const tags = Array.isArray(monitor_tags) && monitor_tags.length > 0;
  if ((monitor_id === undefined) === (monitor_tags === undefined) || (monitor_tags !== undefined && !tags))
    reject('Invalid monitor_identifier: exactly one of monitor_id and monitor_tags is expected');
}

function reject(message: string): never {
  throw new DatadogError(400, message);
}
