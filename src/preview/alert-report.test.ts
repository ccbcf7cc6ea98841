import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { windowsOf } from '../evaluate/window-values.ts';
import { conditionOf, regular, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { runAtOnce } from '../domain/steps.ts';
import { type AlertFacts, type Definition, reporting } from './alert-report.ts';

const span = { from: timeAt('12:00'), to: timeAt('13:00') };
const MONITOR: JsonObject = { name: 'Queue is deep', message: '@a' };

function reportAlert(facts: AlertFacts) {
  return runAtOnce(reporting(facts, { span, timeZone: 'UTC' }));
}

/** Evaluates `max(last_1m)` with a threshold over five minutes above 80 at 12:10. */
function definition(
  critical: number,
  downtimes = [{ start: timeAt('12:30'), end: timeAt('13:00') }],
): Definition {
  const read = conditionOf(`max(last_1m):max:a{*} > ${critical}`, {}, MONITOR);
  const values = Array.from({ length: 60 }, (_, at) => ((at >= 9 && at < 14) || at === 40 ? 90 : 50));
  const windows = windowsOf(read, [new Map([['*', regular('12:00', values)]])], span);
  return {
    kind: 'evaluated',
    read,
    windows,
    evaluation: evaluate(read, windows, { downtimes }),
    notices: { downtimes },
  };
}

test('reports before and after, the sweep of the new definition, and the agreement of the old one', () => {
  const { report, drawing } = reportAlert({
    subject: { key: 'deep', kind: 'alert', id: '7', before: MONITOR, after: MONITOR },
    before: definition(80),
    after: definition(95),
    real: [
      { at: timeAt('12:10'), group: '*', to: 'alert' },
      { at: timeAt('12:20'), group: '*', to: 'ok' },
    ],
    findings: [],
  });
  assert.equal(report.title, 'Queue is deep');
  assert.equal(report.id, '7');
  assert.ok(report.before && 'transitions' in report.before && report.before.transitions === 4);
  assert.ok(report.after && 'transitions' in report.after && report.after.transitions === 0);
  assert.equal(report.sweep?.find(({ is_current }) => is_current)?.threshold, 95);
  // The transitions at 12:41 and 12:42 are muted: nobody expects an event.
  const { matched, missed, invented, tolerance_s } = report.agreement ?? {};
  assert.deepEqual([matched, missed, invented, tolerance_s], [1, 1, 1, 60]);
  assert.deepEqual(drawing?.thresholds, [{ kind: 'critical', value: 95 }]);
});

test('has no thresholds for an alert on missing data, which no value reaches', () => {
  const { report, drawing } = reportAlert({
    subject: { key: 'silent', kind: 'alert', after: MONITOR },
    after: definition(1e15),
    findings: [],
  });
  assert.ok(report.after && 'timeline' in report.after);
  assert.equal(report.after.timeline.critical, undefined);
  assert.deepEqual([report.sweep, drawing?.thresholds], [undefined, []]);
});

test('says why a definition has no figures', () => {
  const refused = { kind: 'refused', code: 'anomaly', message: 'No.' } as const;
  const { report, drawing } = reportAlert({
    subject: { key: 'odd', kind: 'monitor' },
    after: refused,
    findings: [],
  });
  assert.deepEqual(report, {
    key: 'odd',
    kind: 'monitor',
    title: 'odd',
    after: { refused: { code: 'anomaly', message: 'No.' } },
    findings: [],
  });
  assert.equal(drawing, undefined);
});

test('shows the old definition of a deleted alert', () => {
  const { report, drawing } = reportAlert({
    subject: { key: 'deep', kind: 'alert', before: MONITOR },
    before: definition(80),
    findings: [],
  });
  assert.equal(report.agreement, undefined);
  assert.equal(report.sweep?.length, 3);
  assert.deepEqual(drawing?.spans[0], { state: 'alert', from: timeAt('12:10'), to: timeAt('12:15') });
});
