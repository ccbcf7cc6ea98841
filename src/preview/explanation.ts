import type { Comparator } from '../evaluate/condition.ts';
import type { NoticeKind } from '../evaluate/notices.ts';
import type { State } from '../evaluate/states.ts';

/** Why a monitor had its state at an evaluation, and who was notified. Times are in ISO 8601 (UTC), as answered. */
export interface Explanation {
  /** The evaluation: the last one at the asked time or before. */
  readonly at: string;
  /** `tag:value,...`, or `*`. */
  readonly group: string;
  /** The groups of the evaluation, the most severe first, and how many are left out. */
  readonly groups: readonly ExplainedGroup[];
  readonly other_groups: number;
  /** Undefined for a composite. */
  readonly window?: ExplainedWindow;
  /** Undefined except for a composite: the states of its members. */
  readonly members?: readonly { readonly member: string; readonly state: State }[];
  readonly queries: readonly ExplainedQuery[];
  /** What is calculated, one step each. */
  readonly calculation: readonly string[];
  readonly value?: number;
  readonly comparator?: Comparator;
  readonly thresholds: readonly ExplainedThreshold[];
  readonly state: { readonly before: State; readonly after: State; readonly since?: string };
  readonly reasons: readonly Reason[];
  /** The downtimes that cover the group at the evaluation. */
  readonly downtimes: readonly { readonly from: string; readonly to?: string }[];
  readonly notification: ExplainedNotification;
  readonly recipients: readonly ExplainedRecipient[];
  /** The transitions of the group in the day before, latest last. */
  readonly recent: readonly { readonly at: string; readonly from: State; readonly to: State }[];
}

export interface ExplainedGroup {
  readonly group: string;
  readonly state: State;
  readonly value?: number;
}

/** The window from `from` to before `to`, which ends `delay_s` before the evaluation. */
export interface ExplainedWindow {
  readonly from: string;
  readonly to: string;
  /** Missing with a custom schedule. */
  readonly every_s?: number;
  readonly delay_s: number;
  /** The earlier window of a change. */
  readonly earlier?: { readonly from: string; readonly to: string };
}

export interface ExplainedQuery {
  /** Its name in `calculation`. */
  readonly name: string;
  /** `metrics`, or the data source of a search. */
  readonly source: string;
  readonly text: string;
  readonly step_s: number;
  /** How the points of a step add up, and then the steps. */
  readonly step_aggregation: string;
  readonly window_aggregation: string;
  /** The number of points in the window. */
  readonly points: number;
  /** The last step with a point, also before the window. */
  readonly last_point?: string;
  /** The steps of the window, the latest if there are many, and how many are left out. */
  readonly steps: readonly { readonly at: string; readonly value: number | null }[];
  readonly other_steps: number;
  /** Parts of the window without a value. */
  readonly missing: readonly { readonly from: string; readonly to: string }[];
}

export interface ExplainedThreshold {
  readonly kind: 'critical' | 'warning' | 'critical_recovery' | 'warning_recovery';
  readonly value: number;
  /** Whether the value is beyond the threshold, or satisfies the recovery threshold. Absent without a value. */
  readonly is_met?: boolean;
}

/** A stable code, and a sentence. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

export type ExplainedNotification =
  | { readonly sent: true; readonly kind: NoticeKind; readonly from: State; readonly to: State }
  | { readonly sent: false; readonly reason: Reason };

export interface ExplainedRecipient {
  /** With its `@`. */
  readonly recipient: string;
  readonly notified: boolean;
  readonly source: 'message' | 'escalation_message' | 'notification_rule';
  /** The block, the rule or the reason that decided. */
  readonly because: string;
}
