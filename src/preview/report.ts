import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Assumption } from '../evaluate/choices.ts';
import type { Comparator } from '../evaluate/condition.ts';
import type { State } from '../evaluate/states.ts';

/** The previewed time: from `from` to before `to`, UNIX seconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** An alert or monitor to preview. A new one has no `before`, a deleted one no `after`. */
export interface Subject {
  readonly key: string;
  readonly kind: 'alert' | 'monitor';
  readonly id?: string;
  /** The monitor as it is in Datadog. */
  readonly before?: JsonObject;
  /** The monitor as the document makes it. */
  readonly after?: JsonObject;
}

/** What alerts would have done. Times are in ISO 8601 (UTC), durations in seconds, as answered. */
export interface Preview {
  readonly from: string;
  readonly to: string;
  /** The time zone of what is out of hours: an IANA name. */
  readonly time_zone: string;
  readonly alerts: readonly AlertReport[];
  readonly assumptions: readonly Assumption[];
  readonly budget: Budget;
}

/** How the series were obtained. */
export interface Budget {
  /** Requests to Datadog. */
  readonly requests: number;
  /** Days of queries from the cache. */
  readonly cached: number;
  /** Days of queries that could not be fetched. */
  readonly missing: number;
}

/** What one alert would have done. */
export interface AlertReport {
  readonly key: string;
  readonly kind: 'alert' | 'monitor';
  readonly id?: string;
  readonly title: string;
  readonly before?: Outcome;
  readonly after?: Outcome;
  /** Other critical thresholds of the new definition, or of the old one if there is no new one. */
  readonly sweep?: readonly SweepRow[];
  /** How well the old definition agrees with the real transitions. */
  readonly agreement?: Agreement;
  /** The real transitions of an existing monitor that cannot be evaluated. */
  readonly real?: RealFigures;
  readonly findings: readonly Finding[];
}

export interface RealFigures {
  readonly transitions: number;
  /** The latest ones, newest last. */
  readonly examples: readonly {
    readonly at: string;
    readonly group: string;
    readonly from: State;
    readonly to: State;
  }[];
}

export type Outcome = Figures | Refused;

/** Why there are no figures. */
export interface Refused {
  readonly refused: { readonly code: string; readonly message: string };
}

/** What one definition would have done in the span. */
export interface Figures {
  /** The length of a step, the interval of the points, and the time evaluated before the span. A composite has no steps and points. */
  readonly step_s?: number;
  readonly point_s?: number;
  readonly lead_in_s: number;
  /** The evaluations of groups that had a value, and those without effect, by reason. */
  readonly evaluated: number;
  readonly skipped: SkippedEvaluations;
  readonly transitions: number;
  readonly notifications: NotificationFigures;
  /** By count, then by name. The counts add up to `notifications.count`. */
  readonly recipients: readonly RecipientFigures[];
  /** The time in which at least one group is in Alert. */
  readonly time_in_alert_s: number;
  readonly time_in_alert_percent: number;
  /** The longest time in which one group is in Alert, cut at the edges of the span. */
  readonly longest_alert_s: number;
  /** The highest flapping score of Nagios that any group has at any evaluation, 0 to 100. */
  readonly flapping_percent: number;
  /** The number of evaluated groups. */
  readonly groups: number;
  readonly top_groups: readonly GroupFigures[];
  /** The course of the span, in few numbers. */
  readonly timeline: Timeline;
  /** Parts of the span without series, although they may exist. */
  readonly incomplete?: readonly MissingSeries[];
}

export interface SkippedEvaluations {
  readonly empty: number;
  readonly no_finite_value: number;
  readonly window_not_full: number;
  readonly new_group: number;
}

/** Each transition or renotification of one group counts once for each recipient. */
export interface NotificationFigures {
  readonly count: number;
  readonly per_week: number;
  /** The share from 22:00 to 07:00 and on weekends. */
  readonly out_of_hours_percent: number;
  /** Those that reach nobody; not in `count`. */
  readonly without_recipient: number;
}

export interface RecipientFigures {
  /** With its `@`. */
  readonly recipient: string;
  readonly count: number;
  readonly per_week: number;
}

/** A notified group: `tag:value,...`, or `*` for the whole monitor. */
export interface GroupFigures {
  readonly group: string;
  readonly transitions: number;
  readonly notifications: number;
  readonly time_in_alert_s: number;
}

/** The span in parts of equal length. */
export interface Timeline {
  readonly part_s: number;
  /** The value closest to the alert in each part, of all groups; null without one. Empty for a composite. */
  readonly values: readonly (number | null)[];
  /** The notifications in each part. */
  readonly notifications: readonly number[];
  /** The critical threshold; absent for a composite, and for an alert on missing data, which has none. */
  readonly critical?: number;
  readonly comparator?: Comparator;
}

export interface MissingSeries {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** What another critical threshold would have done. */
export interface SweepRow {
  readonly threshold: number;
  readonly transitions: number;
  readonly notifications: number;
  readonly per_week: number;
  readonly is_current: boolean;
}

/** A comparison of computed transitions with the real ones. `matched + missed = real`. */
export interface Agreement {
  readonly real: number;
  readonly matched: number;
  /** Real transitions that were not computed. */
  readonly missed: number;
  /** Computed transitions that did not happen. */
  readonly invented: number;
  /** How far the times of a match may be apart. */
  readonly tolerance_s: number;
  /** The first transitions without a match, by time. */
  readonly examples: readonly Disagreement[];
}

export interface Disagreement {
  readonly kind: 'missed' | 'invented';
  readonly at: string;
  readonly group: string;
  readonly to: State;
}
