import type { Finding } from '../domain/finding.ts';
import { toNumber } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Alert } from './alert.ts';
import { readMessage, transitionsOf } from './notification.ts';

type Say = (
  path: readonly (string | number)[],
  message: string,
  hint?: string,
  severity?: Finding['severity'],
) => void;

/** Metric windows that Datadog evaluates: up to a week in minutes or hours, days, weeks, or one month. */
const WINDOW_MOST: ReadonlyMap<string, number> = new Map<string, number>([
  ['m', 10_080],
  ['h', 730],
  ['d', 31],
  ['w', 4],
]);
/** Letters, digits, dots and underscores, beginning with a letter; 200 characters at most. */
const METRIC = /^[A-Za-z][\w.]{0,199}$/;
/** The key of a tag. */
const TAG_KEY = /^[A-Za-z@][\w.\-/:@]{0,199}$/;
/** What would end the filter and go on as query. */
const FILTER = /^[^{}\n\r]+$/;
const HANDLE = /^@[^\s{},]+$/;

/** Hands over everything that is wrong with an alert whose shape is right. `pointer` is where it stands in the body. */
export function checkAlert(alert: Alert, pointer: Pointer, found: (finding: Finding) => void): void {
  const say: Say = (path, message, hint, severity = 'error') => {
    found({
      code: 'alert',
      severity,
      message,
      pointer: pointerTo(pointer, ...path),
      ...(hint ? { hint } : {}),
    });
  };
  for (const check of [checkSignal, checkWindow, checkThresholds, checkMessage, checkNotify])
    check(alert, say);
}

function checkSignal({ signal }: Alert, say: Say): void {
  if (!METRIC.test(signal.metric)) {
    say(['signal', 'metric'], 'A metric name has letters, digits, "." and "_", and begins with a letter.');
  }
  if (signal.filter !== undefined && !FILTER.test(signal.filter)) {
    say(
      ['signal', 'filter'],
      'A filter is one line without braces.',
      'Write what would stand within the braces of the query: env:prod,host:a.',
    );
  }
  for (const [at, tag] of (signal.by ?? []).entries()) {
    if (!TAG_KEY.test(tag)) say(['signal', 'by', at], `"${tag}" is no tag key to group by.`);
  }
}

function checkWindow({ condition: { over } }: Alert, say: Say): void {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([mhdw])$/.exec(over) ?? [];
  if (over === '1mo' || (count !== undefined && Number(count) <= (WINDOW_MOST.get(unit) ?? 0))) return;
  say(
    ['condition', 'over'],
    `"${over}" is no evaluation window.`,
    'Write minutes, hours, days or weeks: 5m, 1h, 1d, 1w.',
  );
}

function checkThresholds({ condition }: Alert, say: Say): void {
  const { above, below, warn, recover } = condition;
  if ((above === undefined) === (below === undefined)) {
    say(
      ['condition'],
      above === undefined ? 'The condition has no threshold.' : 'The condition has two thresholds.',
      'Give "above" or "below", one of them.',
    );
    return;
  }
  const rising = above !== undefined;
  const critical = toNumber(rising ? above : below) ?? Number.NaN;
  const [w, r] = [toNumber(warn), toNumber(recover)];
  if (w !== undefined && (rising ? w >= critical : w <= critical)) {
    say(
      ['condition', 'warn'],
      `A warning at ${w} comes after the alert at ${critical}.`,
      `Warn ${rising ? 'below' : 'above'} ${critical}.`,
    );
  }
  if (r !== undefined && (rising ? r > critical : r < critical)) {
    say(
      ['condition', 'recover'],
      `The alert would be over at ${r} while it still holds at ${critical}.`,
      `Recover at ${critical} or ${rising ? 'below' : 'above'}.`,
    );
  }
}

function checkMessage({ message }: Alert, say: Say): void {
  if (message !== undefined && readMessage(message.trimEnd()).notify.length > 0) {
    say(['message'], 'The message ends with a notification of its own.', 'Say who is told under "notify".');
  }
}

function checkNotify({ notify = [], condition }: Alert, say: Say): void {
  for (const [at, entry] of notify.entries()) {
    for (const [n, handle] of entry.to.entries()) {
      if (!HANDLE.test(handle)) {
        say(
          ['notify', at, 'to', n],
          `"${handle}" is no recipient.`,
          'A recipient begins with @ and has no blanks: @slack-payments.',
        );
      }
    }
    if (transitionsOf(entry).includes('warning') && condition.warn === undefined) {
      say(
        ['notify', at, 'when'],
        'Nobody is ever told of a warning: the condition has no "warn".',
        'Give the condition a "warn", or leave warning out.',
        'warning',
      );
    }
  }
}
