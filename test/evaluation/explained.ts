import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/domain/json.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import type { NotificationRules } from '../../src/evaluate/notification-rules.ts';
import type { Downtime } from '../../src/evaluate/notices.ts';
import { type Series, windowsOf } from '../../src/evaluate/window-values.ts';
import { explain } from '../../src/preview/explain.ts';
import type { Explanation } from '../../src/preview/explanation.ts';
import { conditionOf, timeAt } from './evaluation-series.ts';

/** What an explained monitor has besides its query. */
export interface Given {
  readonly options?: JsonObject;
  readonly message?: string;
  readonly tags?: readonly string[];
  readonly group?: string;
  readonly downtimes?: readonly Downtime[];
  readonly rules?: NotificationRules;
  readonly isDraft?: boolean;
}

/** Explains an evaluation of a monitor that is evaluated from 12:00 on. */
export function explainAt(query: string, clock: string, series: Series, given: Given = {}): Explanation {
  const { options = {}, message = '', tags = [], group, downtimes = [], rules, isDraft = false } = given;
  const read = conditionOf(query, options, { message, tags: [...tags] });
  const windows = windowsOf(read, series, { from: timeAt('12:00'), to: timeAt(clock) + 1 });
  const notices = { downtimes, ...(rules ? { rules } : {}) };
  const explanation = explain(
    { read, windows, evaluation: evaluate(read, windows, notices), notices, isDraft },
    group,
  );
  assert.ok(explanation);
  return explanation;
}

/** Returns the time of day of a time in ISO 8601. */
export function clockIn(text = ''): string {
  return text.slice(11, 16);
}

/** Returns each recipient with why it was notified or not. */
export function told(explanation: Explanation | undefined): string[] {
  return (explanation?.recipients ?? []).map(
    ({ recipient, notified, because }) => `${recipient} ${notified ? 'yes' : 'no'}: ${because}`,
  );
}
