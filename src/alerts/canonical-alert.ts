import type { Alert } from './alert.ts';
import { conditionKindOf, signalKindOf } from './compile-query.ts';
import { FIELDS } from './fields/fields.ts';

/** Returns an alert as it is read back from its monitor: without defaults, with durations and numbers in one notation. */
export function canonicalAlert(alert: Alert): Alert {
  const kind = signalKindOf(alert.signal);
  const signal = kind.canonical(alert.signal);
  const measured = kind.compile(alert.signal);
  const condition =
    measured.form === 'whole' ? {} : conditionKindOf(alert.condition).canonical(alert.condition, measured);
  const { title } = alert;
  const parts: Alert = { ...(title === undefined ? {} : { title }), signal, condition };
  return Object.assign(parts, ...FIELDS.map((field) => field.canonical(alert, measured.type)));
}
