import type { Finding } from '../domain/finding.ts';
import { toNumber } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Alert } from './alert.ts';
import { readMessage, recipientsOf, transitionsOf } from './notification.ts';

type Report = (
  path: readonly (string | number)[],
  message: string,
  hint?: string,
  severity?: Finding['severity'],
  code?: string,
) => void;

/** The maximum evaluation window of metric monitors in Datadog, by unit. */
const MAX_WINDOW: ReadonlyMap<string, number> = new Map<string, number>([
  ['m', 10_080],
  ['h', 730],
  ['d', 31],
  ['w', 4],
]);
/** A metric name: letters, digits, dots and underscores, beginning with a letter; at most 200 characters. */
const METRIC = /^[A-Za-z][\w.]{0,199}$/;
/** A tag key. */
const TAG_KEY = /^[A-Za-z@][\w.\-/:@]{0,199}$/;
/** A filter. Braces and line breaks would end it and continue the query. */
const FILTER = /^[^{}\n\r]+$/;
const HANDLE = /^@[^\s{},]+$/;

/** Reports every mistake of an alert that matches the schema. `pointer` is its place in the body. */
export function checkAlert(alert: Alert, pointer: Pointer, found: (finding: Finding) => void): void {
  const report: Report = (path, message, hint, severity = 'error', code = 'alert') => {
    found({
      code,
      severity,
      message,
      pointer: pointerTo(pointer, ...path),
      ...(hint ? { hint } : {}),
    });
  };
  for (const check of [checkSignal, checkWindow, checkThresholds, checkMessage, checkNotify])
    check(alert, report);
}

function checkSignal({ signal }: Alert, report: Report): void {
  if (!METRIC.test(signal.metric)) {
    report(
      ['signal', 'metric'],
      'A metric name must begin with a letter and contain only letters, digits, "." and "_".',
    );
  }
  if (signal.filter !== undefined && !FILTER.test(signal.filter)) {
    report(
      ['signal', 'filter'],
      'A filter must be one line without braces.',
      'Write only the part between the braces of the query: env:prod,host:a.',
    );
  }
  for (const [at, tag] of (signal.by ?? []).entries()) {
    if (!TAG_KEY.test(tag)) report(['signal', 'by', at], `"${tag}" is not a valid tag key.`);
  }
}

function checkWindow({ condition: { over } }: Alert, report: Report): void {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([mhdw])$/.exec(over) ?? [];
  if (over === '1mo' || (count !== undefined && Number(count) <= (MAX_WINDOW.get(unit) ?? 0))) return;
  report(
    ['condition', 'over'],
    `"${over}" is not a valid evaluation window.`,
    'Use minutes, hours, days or weeks: 5m, 1h, 1d, 1w.',
  );
}

function checkThresholds({ condition }: Alert, report: Report): void {
  const { above, below, warn, recover } = condition;
  if ((above === undefined) === (below === undefined)) {
    report(
      ['condition'],
      above === undefined ? 'The condition has no threshold.' : 'The condition has two thresholds.',
      'Give either "above" or "below".',
    );
    return;
  }
  const rising = above !== undefined;
  const critical = toNumber(rising ? above : below) ?? Number.NaN;
  const [w, r] = [toNumber(warn), toNumber(recover)];
  if (w !== undefined && (rising ? w >= critical : w <= critical)) {
    report(
      ['condition', 'warn'],
      `The warning threshold ${w} is reached only after the alert threshold ${critical}.`,
      `Set "warn" ${rising ? 'below' : 'above'} ${critical}.`,
    );
  }
  if (r !== undefined && (rising ? r > critical : r < critical)) {
    report(
      ['condition', 'recover'],
      `The recovery threshold ${r} is within the alert range of ${critical}.`,
      `Set "recover" to ${critical} or ${rising ? 'below' : 'above'}.`,
    );
  }
}

function checkMessage({ message, condition }: Alert, report: Report): void {
  if (message !== undefined && readMessage(message.trimEnd(), condition).notify.length > 0) {
    report(['message'], 'The message ends with a notification block.', 'Move the recipients to "notify".');
  }
}

function checkNotify({ notify = [], condition }: Alert, report: Report): void {
  for (const [at, entry] of notify.entries()) {
    const path = typeof entry === 'string' ? ['notify', at] : ['notify', at, 'to'];
    for (const [n, handle] of recipientsOf(entry).entries()) {
      const isListed = typeof entry !== 'string' && typeof entry.to !== 'string';
      if (!HANDLE.test(handle)) {
        report(
          isListed ? [...path, n] : path,
          `"${handle}" is not a valid recipient.`,
          'A recipient begins with @ and contains no spaces: @slack-payments.',
        );
      }
    }
    if (condition.warn !== undefined && (typeof entry === 'string' || entry.when === undefined)) {
      report(
        ['notify', at],
        'These recipients are notified of warnings too. Before this release, only of alert and recovery.',
        'To notify them of alert and recovery only, add when: [alert, recovery].',
        'info',
        'default_changed',
      );
    }
    if (transitionsOf(entry, condition).includes('warning') && condition.warn === undefined) {
      report(
        ['notify', at, 'when'],
        'This warning notification is never sent: the condition has no "warn".',
        'Add "warn" to the condition, or remove "warning" here.',
        'warning',
      );
    }
  }
}
