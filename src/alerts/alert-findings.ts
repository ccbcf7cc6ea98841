import type { Finding } from '../domain/finding.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Alert } from './alert.ts';
import { conditionKindOf, conditionsOf, signalKindOf } from './compile-query.ts';
import type { Report as PartReport } from './kinds.ts';
import { readMessage, recipientsOf, transitionsOf } from './notification.ts';

type Report = (
  path: readonly (string | number)[],
  message: string,
  hint?: string,
  severity?: Finding['severity'],
  code?: string,
) => void;

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
  for (const check of [checkParts, checkMessage, checkNotify]) check(alert, report);
}

/** Reports what the rows of the tables find, each at its place, and a signal and a condition that do not go together. */
function checkParts({ signal, condition }: Alert, report: Report): void {
  let valid = true;
  const within =
    (part: string): PartReport =>
    (path, message, hint, severity = 'error') => {
      if (severity === 'error') valid = false;
      report([part, ...path], message, hint, severity);
    };
  const kind = signalKindOf(signal);
  kind.check(signal, within('signal'));
  const measured = valid ? kind.compile(signal) : undefined;
  const isGiven = Object.keys(condition).length > 0;
  if (measured?.form === 'whole') {
    if (isGiven) report(['condition'], `"${kind.name}" has no condition.`, 'Remove "condition".');
    return;
  }
  if (!isGiven) {
    report([], 'The alert has no condition.', 'Add "condition", for example {over: 5m, above: 10}.');
    return;
  }
  const completed = conditionKindOf(condition);
  if (measured && !completed.forms.includes(measured.form)) {
    report(
      ['condition'],
      `This condition does not apply to "${kind.name}".`,
      `The conditions of "${kind.name}" are ${conditionsOf(measured.form)}.`,
    );
    return;
  }
  completed.check(condition, within('condition'), measured);
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
    if (condition['warn'] !== undefined && (typeof entry === 'string' || entry.when === undefined)) {
      report(
        ['notify', at],
        'These recipients are notified of warnings too. Before this release, only of alert and recovery.',
        'To notify them of alert and recovery only, add when: [alert, recovery].',
        'info',
        'default_changed',
      );
    }
    if (transitionsOf(entry, condition).includes('warning') && condition['warn'] === undefined) {
      report(
        ['notify', at, 'when'],
        'This warning notification is never sent: the condition has no "warn".',
        'Add "warn" to the condition, or remove "warning" here.',
        'warning',
      );
    }
  }
}
