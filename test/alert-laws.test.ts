import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkAlert } from '../src/alerts/alert-findings.ts';
import { type Alert, alertJson } from '../src/alerts/alert.ts';
import { canonicalAlert } from '../src/alerts/canonical-alert.ts';
import { compileAlert } from '../src/alerts/compile.ts';
import { isCompilable } from '../src/alerts/compile-query.ts';
import { readAlert, readQueryAlert } from '../src/alerts/read-back.ts';
import { withLiveSpelling } from '../src/alerts/fields/ineffective.ts';
import type { SignalKind } from '../src/alerts/kinds.ts';
import { SIGNALS } from '../src/alerts/signals/signals.ts';
import { changesOf } from '../src/diff/changes.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { canonicalQuery } from '../src/language/query/canonical-query.ts';
import { alertParts } from './arbitrary-alert.ts';
import { alertFields } from './arbitrary-fields.ts';

function isValid(alert: Alert): boolean {
  if (!isCompilable(alert)) return false;
  // A plan compiles also alerts with errors that only lint finds.
  compileAlert(alert);
  let valid = true;
  checkAlert(alert, '', ({ severity }) => {
    if (severity === 'error') valid = false;
  });
  return valid;
}

/** Returns the query of a monitor in another spelling. The windows of an SLO keep their text. */
function respelt({ type, query }: JsonObject): string {
  const text = String(query);
  return type === 'slo alert' ? text.replaceAll(').', ') .') : canonicalQuery(String(type), text);
}

/** Returns alerts on signals of one kind, with conditions and fields that apply to them. */
function alertsOf(kind: SignalKind): fc.Arbitrary<Alert> {
  return alertParts(kind).chain((parts) => {
    const { type, ...measured } = kind.compile(parts.signal);
    const by = 'by' in measured ? (measured.by ?? []) : [];
    const titles = fc.constantFrom({}, { title: 'T' }, { title: ' T ' });
    return fc
      .tuple(titles, alertFields({ ...parts, type, by }))
      .map(([title, fields]) => ({ ...title, ...parts, ...fields }));
  });
}

describe('every alert that can be written', () => {
  for (const kind of SIGNALS) {
    it(`is read back from its monitor in canonical form: ${kind.name}`, () => {
      fc.assert(
        fc.property(alertsOf(kind), (alert) => {
          // An alert that is not valid is replaced, so the runs are all of valid alerts.
          fc.pre(isValid(alert));
          const monitor = compileAlert(alert);
          const canonical = canonicalAlert(alert);
          assert.deepEqual(alertJson(canonicalAlert(canonical)), alertJson(canonical), 'canonical is final');
          // Members without effect are not in the canonical alert. They stay in the monitor.
          const desired = withLiveSpelling(compileAlert(canonical), monitor);
          assert.deepEqual(changesOf('monitor', monitor, desired), [], 'the canonical alert changes nothing');
          const readAs = kind.name === 'query' ? readQueryAlert : readAlert;
          const read = readAs(monitor);
          assert.deepEqual(read && alertJson(read), alertJson(canonical), String(monitor['query']));
          // A whole query is read as it is spelt.
          const query = kind.name === 'query' ? String(monitor['query']) : respelt(monitor);
          const again = readAs({ ...monitor, query });
          assert.deepEqual(again && alertJson(again), alertJson(canonical), query);
        }),
        { numRuns: 100 },
      );
    });
  }

  it('is read back without the threshold that its query has', () => {
    const signal = { query: 'avg(last_5m):avg:a{*} > 1', type: 'query alert' };
    const options = { thresholds: { critical: 1, warning: 0.5 } };
    const alert: Alert = { title: 'T', signal, condition: {}, options };
    const expected = { title: 'T', signal, options: { thresholds: { warning: 0.5 } } };
    assert.deepEqual(alertJson(canonicalAlert(alert)), expected);
    const read = readQueryAlert(compileAlert(alert));
    assert.deepEqual(read && alertJson(read), expected);
  });
});
