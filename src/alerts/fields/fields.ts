import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import type { Alert } from '../alert.ts';
import { DELAYS } from './delays.ts';
import type { Field } from './field.ts';
import { MEMBERS } from './members.ts';
import { MESSAGE } from './message.ts';
import { NO_DATA } from './no-data.ts';
import { optionsField } from './options.ts';
import { RENOTIFY } from './renotify.ts';

const COVERING: readonly Field[] = [...MEMBERS, NO_DATA, RENOTIFY, ...DELAYS, MESSAGE];

/** The options that fields cover, each with the place in the alert that it is compiled from. */
export const COVERED_OPTIONS: ReadonlyMap<string, Pointer> = new Map(
  COVERING.flatMap(({ options }) => Object.entries(options)),
);

/** The fields of an alert beside its title, signal and condition. The message depends on what is read before it. */
export const FIELDS: readonly Field[] = [...COVERING, optionsField(COVERING, COVERED_OPTIONS)];

/** Adds the fields of a monitor, without members that have no effect, to the rest of its alert. */
export function readFields(monitor: JsonObject, rest: Alert): Alert {
  const alert = { ...rest };
  for (const field of FIELDS) Object.assign(alert, field.read(monitor, alert));
  return alert;
}
