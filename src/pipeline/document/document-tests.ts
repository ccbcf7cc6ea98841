import { check } from '../../contract/check.ts';
import { testSchema } from '../../contract/test-schema.ts';
import type { Finding } from '../../domain/finding.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { pointerTo, valueAt } from '../../domain/pointer.ts';
import { type AlertTest, readAlertTest, type TestedMonitor } from '../../evaluate/alert-test.ts';
import { nearest } from '../../lint/nearest.ts';
import { checkTimeBudget } from '../../domain/time-budget.ts';
import { entryKeys, readEntries } from './read-document.ts';

/** Maximum number of keys that an unknown key is compared with. */
const MAX_COMPARED = 2000;

/** Returns the tests of a document that can run. Reports the mistakes of the others, except for those that the schema finds. */
export function testsOf(document: JsonObject, report: (finding: Finding) => void): AlertTest[] {
  const { tests } = document;
  if (!Array.isArray(tests) || tests.length === 0) return [];
  const named = new Set(tests.map((test) => (isObject(test) ? test['alert'] : undefined)));
  const keys = entryKeys(document);
  const known = new Set(keys);
  const tested = testedMonitors(document, new Set(keys.filter((key) => named.has(key))));
  return tests.flatMap((test, at) => {
    checkTimeBudget();
    const pointer = pointerTo('', 'tests', at);
    if (check(testSchema, test, pointer).length > 0) return [];
    const written = testSchema.parse(test);
    const monitor = tested.get(written.alert);
    // An entry that is too invalid to be read has its own findings.
    if (!monitor) {
      if (!known.has(written.alert)) report(unknownAlert(written.alert, keys, pointerTo(pointer, 'alert')));
      return [];
    }
    const mistake = (finding: Omit<Finding, 'severity'>) => report({ severity: 'error', ...finding });
    return readAlertTest(written, monitor, pointer, mistake) ?? [];
  });
}

function testedMonitors(document: JsonObject, keys: ReadonlySet<string>): Map<string, TestedMonitor> {
  const tested = new Map<string, TestedMonitor>();
  for (const { entry } of readEntries(document, keys)) {
    if (typeof entry !== 'object' || tested.has(entry.key)) continue;
    const written = valueAt(document, entry.pointer);
    const signal = isObject(written) ? written['signal'] : undefined;
    tested.set(entry.key, { monitor: entry.object, signal: isObject(signal) ? signal : undefined });
  }
  return tested;
}

function unknownAlert(alert: string, keys: readonly string[], pointer: string): Finding {
  const close = keys.length > MAX_COMPARED ? undefined : nearest(alert, keys);
  return {
    code: 'test_alert_unknown',
    severity: 'error',
    message: `"${alert}" is not the key of an alert or a monitor of the document.`,
    pointer,
    ...(close === undefined
      ? { hint: 'Write the "key" of an alert or a monitor of this document.' }
      : {
          hint: `Did you mean "${close}"?`,
          fix: { title: `Change to ${close}`, edits: [{ pointer, value: close }] },
        }),
  };
}
