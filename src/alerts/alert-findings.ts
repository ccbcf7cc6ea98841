import type { Finding } from '../domain/finding.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
import type { Alert } from './alert.ts';
import { conditionKindOf, conditionsOf, signalKindOf } from './compile-query.ts';
import type { Measured, Report as PartReport } from './kinds.ts';
import type { Report } from './fields/field.ts';
import { FIELDS } from './fields/fields.ts';

/** Reports every mistake of an alert that matches the schema. `pointer` is its place in the body. */
export function checkAlert(alert: Alert, pointer: Pointer, found: (finding: Finding) => void): void {
  const report: Report = (path, message, hint, severity = 'error', code = 'alert') => {
    checkTimeBudget();
    found({
      code,
      severity,
      message,
      pointer: pointerTo(pointer, ...path),
      ...(hint ? { hint } : {}),
    });
  };
  const measured = checkParts(alert, report);
  if (!measured) return;
  const { type } = measured;
  const monitor = 'by' in measured ? { type, by: measured.by } : { type };
  for (const field of FIELDS) field.check?.(alert, report, monitor);
}

/**
 * Reports what the rows of the tables find, each at its place, and a signal and a condition that do not go together. Returns
 * what the signal compiles to, or undefined if it has errors.
 */
function checkParts({ signal, condition }: Alert, report: Report): Measured | undefined {
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
    return measured;
  }
  if (!isGiven) {
    if (valid)
      report([], 'The alert has no condition.', 'Add "condition", for example {over: 5m, above: 10}.');
    return measured;
  }
  const completed = conditionKindOf(condition);
  if (measured && !completed.forms.includes(measured.form)) {
    report(
      ['condition'],
      `This condition does not apply to "${kind.name}".`,
      `The conditions of "${kind.name}" are ${conditionsOf(measured.form)}.`,
    );
    return measured;
  }
  completed.check(condition, within('condition'), measured);
  return measured;
}
