import type { JsonObject } from '../domain/json.ts';
import { type Alert, SEVERITIES } from './alert.ts';
import { compileQuery } from './compile-query.ts';
import { transitionsOf, writeMessage } from './notification.ts';

/** Compiles an alert without error findings to a monitor that contains exactly what the alert defines. */
export function compileAlert(alert: Alert): JsonObject {
  const { title, severity, condition, notify = [] } = alert;
  const { type, query, options } = compileQuery(alert);
  const notifiesNoData = notify.some((entry) => transitionsOf(entry, condition).includes('no_data'));
  return {
    type,
    name: title,
    query,
    message: writeMessage(alert),
    ...(severity === undefined ? {} : { priority: SEVERITIES.indexOf(severity) + 1 }),
    options: {
      ...options,
      ...(notifiesNoData ? { on_missing_data: 'show_and_notify_no_data' } : {}),
    },
  };
}
