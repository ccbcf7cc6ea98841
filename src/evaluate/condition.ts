import type { ParsedMessage } from '../language/message/message-syntax.ts';

/** Why a monitor cannot be evaluated from series. `code` is stable, `message` is for people. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
}

export type Comparator = '>' | '>=' | '<' | '<=' | '==' | '!=';
export type WindowAggregation = 'avg' | 'sum' | 'min' | 'max';

/** Thresholds of a monitor. A recovery threshold equal to its threshold is left out, because it changes nothing. */
export interface Thresholds {
  readonly critical: number;
  readonly warning?: number;
  readonly criticalRecovery?: number;
  readonly warningRecovery?: number;
}

/** One query of an expression, and the points that it requires. */
export interface QueryPlan {
  /** `a`, `b`, ... or the name of the variable in a formula. */
  readonly name: string;
  /** `metrics`, or the data source of a search such as `logs`. */
  readonly source: string;
  /** A metric query without rollup and fill, which are applied during the evaluation; or a search. */
  readonly text: string;
  /** The measure of a search whose aggregation has one. */
  readonly measure?: string;
  /** The indexes of a search, as written. */
  readonly indexes?: readonly string[];
  /** The group keys, in the order of the query. */
  readonly by: readonly string[];
  /** The aggregation over time that the points result from: `avg`, `sum`, `min`, `max` or `count`. */
  readonly method: string;
  /** How the points of one step add up. */
  readonly aggregation: WindowAggregation;
  /** How the steps of a window add up. */
  readonly windowAggregation: WindowAggregation;
  /** The length of a step, in seconds. */
  readonly stepS: number;
  /** The required interval of the points, in seconds. It is less than a step if the window can end within a step. */
  readonly pointS: number;
  /** Whether a missing value counts as 0 in arithmetic. */
  readonly isAligned: boolean;
  readonly modifier: 'none' | 'count' | 'rate';
}

/** The value of a monitor as a tree over its queries. */
export type Formula =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'query'; readonly query: number }
  | {
      readonly kind: 'fill';
      readonly mode: 'last' | 'linear' | 'zero';
      readonly limitS: number;
      readonly inner: Formula;
    }
  | { readonly kind: 'default_zero'; readonly inner: Formula }
  /** Each step minus an earlier one, or in percent of it. */
  | {
      readonly kind: 'change';
      readonly shiftS: number;
      readonly isPercent: boolean;
      readonly inner: Formula;
    }
  | {
      readonly kind: 'function';
      readonly name: string;
      /** The second argument. */
      readonly limit?: number;
      readonly apply: (value: number) => number;
      readonly inner: Formula;
    }
  | { readonly kind: 'aligned'; readonly inner: Formula }
  | {
      readonly kind: 'binary';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Formula;
      readonly right: Formula;
    };

/** A window that moves with the evaluation, or one that starts at the latest reset. Lengths are in seconds. */
export type Window =
  | {
      readonly kind: 'rolling';
      readonly lengthS: number;
      /** The unit as written: `m`, `h`, `d`, `w` or `mo`. */
      readonly unit: string;
    }
  | {
      readonly kind: 'cumulative';
      readonly period: 'hour' | 'day' | 'month';
      /** The longest length. */
      readonly lengthS: number;
      /** The day of the month (1 or more), and the hour and minute of a reset, in the time zone. */
      readonly day: number;
      readonly hour: number;
      readonly minute: number;
      readonly timeZone: string;
    };

/** A custom schedule: times of the day on days that a rule of recurrence (RFC 5545) selects, in local time. */
export interface Recurrence {
  readonly kind: 'recurrence';
  /** `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`. */
  readonly frequency: string;
  readonly interval: number;
  /** Minutes since 1970-01-01 00:00 in local time. */
  readonly start: number;
  /** 1 to 12; empty for all. */
  readonly months: readonly number[];
  /** From 1 up, or from the end with -1 down; empty if the rule has none. */
  readonly monthDays: readonly number[];
  readonly days: readonly RecurrenceDay[];
  /** Minutes since midnight. */
  readonly times: readonly number[];
  readonly timeZone: string;
}

/** A day of the week (Monday is 0): the nth of the month, from its end if negative, or each one if `nth` is 0. */
export interface RecurrenceDay {
  readonly nth: number;
  readonly weekday: number;
}

/** What a monitor does at an evaluation without data. */
export type MissingData =
  /** `notify_no_data`: No Data after a time frame. */
  | { readonly kind: 'legacy'; readonly timeFrameS: number }
  /** `on_missing_data` */
  | { readonly kind: 'keep' | 'zero' | 'show' | 'notify' | 'resolve' };

/** The part of a monitor that decides about states. */
export interface StateRules {
  readonly comparator: Comparator;
  readonly thresholds: Thresholds;
  readonly missingData: MissingData;
  readonly delayS: number;
  /** The window for no data, in seconds. */
  readonly windowS: number;
  /** 0 if the monitor is simple. */
  readonly newGroupDelayS: number;
  /** Undefined if groups are never removed, as in a simple monitor. */
  readonly retentionS: number | undefined;
  /** `timeout_h` in seconds; 0 if there is no auto-resolve. */
  readonly timeoutS: number;
}

/** The part of a monitor that decides about notifications. */
export interface NoticeRules {
  readonly renotify?: {
    readonly intervalS: number;
    readonly statuses: ReadonlySet<string>;
    readonly maxCount: number;
  };
  /** Tag keys to notify by; empty for one notification of all groups; undefined for one of each group. */
  readonly notifyBy?: readonly string[];
  readonly notifiesNoData: boolean;
  /** Whether each evaluation notifies of its state unless that is OK, and none of a recovery, as with a custom schedule. */
  readonly isIndependent?: boolean;
  /** The tags of the monitor. */
  readonly tags: readonly string[];
  readonly messages: Messages;
}

/** The parsed texts of a monitor that contain recipients. */
export interface Messages {
  readonly message: readonly ParsedMessage[];
  /** Sent in addition when a monitor notifies again. */
  readonly escalation: ParsedMessage;
  readonly priority: string;
}

/** A monitor that can be evaluated from series. */
export interface Condition {
  readonly kind: 'condition';
  readonly queries: readonly QueryPlan[];
  readonly formula: Formula;
  /** Whether each query is aggregated over the window before arithmetic. */
  readonly aggregatesFirst: boolean;
  readonly window: Window;
  /** The comparison with an earlier window. */
  readonly change?: { readonly shiftS: number; readonly isPercent: boolean };
  readonly requiresFullWindow: boolean;
  /** The interval of evaluations, in seconds; with a recurrence, that of its times. */
  readonly everyS: number;
  /** When a monitor with a custom schedule is evaluated. Each evaluation is independent of the one before. */
  readonly recurrence?: Recurrence;
  /** How far the points must reach back before the first evaluation, in seconds. */
  readonly historyS: number;
  /** The group keys; empty for a simple monitor. */
  readonly by: readonly string[];
  readonly states: StateRules;
  readonly notices: NoticeRules;
}

/** A monitor whose state follows from the states of other monitors. */
export interface Composite {
  readonly kind: 'composite';
  /** The members as written: ids, or references such as `${monitor:queue}`. Without duplicates. */
  readonly members: readonly string[];
  readonly expression: CompositeExpression;
  readonly notices: NoticeRules;
}
export type CompositeExpression =
  | { readonly kind: 'member'; readonly member: string }
  | { readonly kind: 'not'; readonly inner: CompositeExpression }
  | {
      readonly kind: 'and' | 'or';
      readonly left: CompositeExpression;
      readonly right: CompositeExpression;
    };
