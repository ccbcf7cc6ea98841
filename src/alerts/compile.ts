import { type Json, type JsonObject, numberText } from '../domain/json.ts';
import { type Alert, SEVERITIES } from './alert.ts';
import { transitionsOf, writeMessage } from './notification.ts';

/** Compiles an alert without error findings to a monitor that contains exactly what the alert defines. */
export function compileAlert(alert: Alert): JsonObject {
  const { title, severity, signal, condition, notify = [] } = alert;
  const [comparator, critical] =
    condition.above === undefined ? ['<', condition.below] : ['>', condition.above];
  const by = signal.by ? ` by {${signal.by.join(',')}}` : '';
  const series = `${signal.aggregate ?? 'avg'}:${signal.metric}{${signal.filter ?? '*'}}${by}`;
  const notifiesNoData = notify.some((entry) => transitionsOf(entry, condition).includes('no_data'));
  return {
    type: 'query alert',
    name: title,
    query: `${condition.statistic ?? 'avg'}(last_${condition.over}):${series} ${comparator} ${numberText(critical) ?? ''}`,
    message: writeMessage(alert),
    ...(severity === undefined ? {} : { priority: SEVERITIES.indexOf(severity) + 1 }),
    options: {
      thresholds: {
        critical: critical ?? null,
        ...member('warning', condition.warn),
        ...member('critical_recovery', condition.recover),
      },
      // Sources disagree on Datadog's default, so it is always set.
      require_full_window: false,
      ...(notifiesNoData ? { on_missing_data: 'show_and_notify_no_data' } : {}),
    },
  };
}

function member(name: string, value: Json | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}
