import { isObject, type JsonObject, own, textOf, textsOf } from '../domain/json.ts';
import { parseMessage } from '../language/message/parse-message.ts';
import { isOn, numericOf } from '../lint/monitor/option-values.ts';
import {
  DEFAULT_NEW_GROUP_DELAY_S,
  DEFAULT_NO_DATA_WINDOWS,
  DEFAULT_RENOTIFIED_STATUSES,
  GROUP_RETENTION_S,
} from './choices.ts';
import type { Comparator, MissingData, NoticeRules, Refusal, Thresholds, Window } from './condition.ts';
import { refuse } from './read-formula.ts';

const COMPARATORS: ReadonlySet<string> = new Set(['>', '>=', '<', '<=', '==', '!=']);
const MISSING_DATA: ReadonlyMap<string, 'keep' | 'show' | 'notify' | 'resolve'> = new Map([
  ['default', 'keep'],
  ['show_no_data', 'show'],
  ['show_and_notify_no_data', 'notify'],
  ['resolve', 'resolve'],
]);
const DURATION = /^(\d{1,5})([mhd])$/;
const UNITS_S: ReadonlyMap<string, number> = new Map([
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** The thresholds of a monitor, with the comparison of its query. */
export interface Comparing {
  readonly kind: 'comparing';
  readonly comparator: Comparator;
  readonly thresholds: Thresholds;
}

function isComparator(text: string): text is Comparator {
  return COMPARATORS.has(text);
}

/** Reads the thresholds. Those in the options take precedence over the number in the query. */
export function readThresholds(options: JsonObject, comparator: string, limit: string): Comparing | Refusal {
  const given = options['thresholds'];
  const thresholds = isObject(given) ? given : {};
  if (limit === 'threshold' || isOn(own(thresholds, 'critical_query')))
    return refuse('dynamic_threshold', 'A threshold from a query (critical_query) is not reproduced.');
  const critical = numericOf(own(thresholds, 'critical')) ?? numericOf(limit);
  if (critical === undefined || !isComparator(comparator))
    return refuse('query_syntax', 'The query has no comparison with a number.');
  const warning = numericOf(own(thresholds, 'warning'));
  const criticalRecovery = recoveryOf(comparator, critical, numericOf(own(thresholds, 'critical_recovery')));
  const warningRecovery =
    warning === undefined
      ? undefined
      : recoveryOf(comparator, warning, numericOf(own(thresholds, 'warning_recovery')));
  if (criticalRecovery === 'invalid' || warningRecovery === 'invalid')
    return refuse('recovery_threshold', 'A recovery threshold is on the wrong side of its threshold.');
  return {
    kind: 'comparing',
    comparator,
    thresholds: {
      critical,
      ...(warning === undefined ? {} : { warning }),
      ...(criticalRecovery === undefined ? {} : { criticalRecovery }),
      ...(warningRecovery === undefined ? {} : { warningRecovery }),
    },
  };
}

/** Returns a recovery threshold that has an effect. */
function recoveryOf(
  comparator: Comparator,
  threshold: number,
  recovery: number | undefined,
): number | 'invalid' | undefined {
  if (recovery === undefined || recovery === threshold || comparator === '==' || comparator === '!=')
    return undefined;
  return comparator.startsWith('>') === recovery < threshold ? recovery : 'invalid';
}

/** Reads what happens without data. `isCount` says whether missing data means 0, `isSearch` whether the monitor searches. */
export function readMissingData(
  options: JsonObject,
  windowS: number,
  isCount: boolean,
  isSearch: boolean,
): MissingData {
  const legacyOn = isOn(options['notify_no_data']);
  const mode = MISSING_DATA.get(textOf(options['on_missing_data']));
  if (mode !== undefined || (isSearch && !legacyOn))
    return { kind: mode === undefined || mode === 'keep' ? (isCount ? 'zero' : 'keep') : mode };
  if (!legacyOn) return { kind: 'keep' };
  const minutes = numericOf(options['no_data_timeframe']) ?? 0;
  return { kind: 'legacy', timeFrameS: minutes > 0 ? minutes * 60 : windowS * DEFAULT_NO_DATA_WINDOWS };
}

/** Reads `new_group_delay`; 0 in a simple monitor. */
export function readNewGroupDelay(options: JsonObject, by: readonly string[]): number {
  if (by.length === 0) return 0;
  const hostDelay = by.includes('host') ? numericOf(options['new_host_delay']) : undefined;
  return numericOf(options['new_group_delay']) ?? hostDelay ?? DEFAULT_NEW_GROUP_DELAY_S;
}

/** Reads how long a group without data is kept; undefined in a simple monitor. */
export function readRetention(
  options: JsonObject,
  by: readonly string[],
  isSearch: boolean,
): number | undefined {
  if (by.length === 0) return undefined;
  const [, count, unit = ''] = DURATION.exec(textOf(options['group_retention_duration'])) ?? [];
  const lengthS = Number(count) * (UNITS_S.get(unit) ?? 0);
  return isSearch && lengthS > 0 ? lengthS : GROUP_RETENTION_S;
}

/** Reads the part of a monitor that decides about notifications. */
export function readNotices(
  monitor: JsonObject,
  options: JsonObject,
  by: readonly string[],
  missing: MissingData,
): NoticeRules {
  const minutes = numericOf(options['renotify_interval']) ?? 0;
  const statuses = textsOf(options['renotify_statuses']);
  const notifyBy = textsOf(options['notify_by']);
  const isWhole = notifyBy.includes('*') || isOn(options['groupby_simple_monitor']);
  const keys = isWhole ? [] : notifyBy;
  const priority = numericOf(monitor['priority']);
  return {
    ...(minutes > 0
      ? {
          renotify: {
            intervalS: minutes * 60,
            statuses: new Set(statuses.length > 0 ? statuses : DEFAULT_RENOTIFIED_STATUSES),
            maxCount: numericOf(options['renotify_occurrences']) ?? Number.POSITIVE_INFINITY,
          },
        }
      : {}),
    ...(by.length > 0 && (isWhole || keys.length > 0) ? { notifyBy: keys } : {}),
    notifiesNoData: missing.kind === 'legacy' || missing.kind === 'notify',
    tags: textsOf(monitor['tags']),
    messages: {
      message: [parseMessage(textOf(monitor['name'])), parseMessage(textOf(monitor['message']))],
      escalation: parseMessage(textOf(options['escalation_message'])),
      priority: priority === undefined ? '' : `P${priority}`,
    },
  };
}

/** Reads the start of a cumulative window from `scheduling_options.evaluation_window`. */
export function readCumulative(options: JsonObject, period: string): Window | undefined {
  const scheduling = options['scheduling_options'];
  const given = isObject(scheduling) ? scheduling['evaluation_window'] : undefined;
  const starts = isObject(given) ? given : {};
  const [, hour = '0', minute = '0'] = /^(\d{1,2}):(\d{2})$/.exec(textOf(own(starts, 'day_starts'))) ?? [];
  const timeZone = textOf(own(starts, 'timezone')) || 'UTC';
  const ofDay = { day: 1, hour: Number(hour), minute: Number(minute), timeZone };
  switch (period) {
    case '1h':
      return {
        kind: 'cumulative',
        period: 'hour',
        lengthS: 3600,
        day: 1,
        hour: 0,
        minute: numericOf(own(starts, 'hour_starts')) ?? 0,
        timeZone,
      };
    case '1d':
      return { kind: 'cumulative', period: 'day', lengthS: 86_400, ...ofDay };
    case '1mo':
      return {
        kind: 'cumulative',
        period: 'month',
        lengthS: 31 * 86_400,
        ...ofDay,
        day: numericOf(own(starts, 'month_starts')) ?? 1,
      };
    default:
      return undefined;
  }
}
