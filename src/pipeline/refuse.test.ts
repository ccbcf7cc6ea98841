import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Finding } from '../domain/finding.ts';
import { ProblemError } from '../domain/problem.ts';
import { ANSWER_LIMITS } from '../domain/findings.ts';
import { refuseErrors, answerFindings, rejectedPointer } from './refuse.ts';

const many = (severity: Finding['severity'], length: number): Finding[] =>
  Array.from({ length }, (_, at) => ({
    code: `${severity}_${at % 20}`,
    severity,
    message: 'm',
    pointer: `/${at}`,
  }));
const body = { locate: () => ({ line: 7, column: 3 }) };
const MAX = ANSWER_LIMITS.maxInAll;

describe('answerFindings', () => {
  it('returns all findings in order if there are not too many', () => {
    const findings = [...many('warning', MAX - 1), ...many('error', 1)];
    assert.deepEqual(
      answerFindings(findings, body),
      findings.map((one) => ({ ...one, line: 7, column: 3 })),
    );
  });

  it('returns the first of too many findings, errors before warnings, and counts the rest', () => {
    const returned = answerFindings([...many('warning', 2 * MAX), ...many('error', 5)], body);
    assert.equal(returned.length, MAX + 1);
    assert.equal(returned.filter(({ severity }) => severity === 'error').length, 5);
    const last = returned.at(-1);
    assert.deepEqual([last?.code, last?.severity, last?.line], ['more_findings', 'warning', 7]);
    assert.match(last?.message ?? '', /^1005 more findings.*0 errors and 1005 warnings/);
    assert.ok(!Object.hasOwn(last ?? {}, 'rest'));
    assert.deepEqual(answerFindings(returned, body), returned, 'a second pass changes nothing');
  });

  it('locates only the findings that it returns', () => {
    let located = 0;
    const counting = { locate: () => ({ line: (located += 1), column: 1 }) };
    answerFindings(many('warning', 50 * MAX), counting);
    assert.equal(located, MAX + 1);
  });

  it('reports omitted errors as an error', () => {
    const last = answerFindings(many('error', MAX + 1), undefined).at(-1);
    assert.deepEqual([last?.code, last?.severity], ['more_findings', 'error']);
  });

  it('rejects a body with one error among any number of warnings', () => {
    const findings = [...many('warning', 2 * MAX), ...many('error', MAX + 1)];
    assert.throws(
      () => refuseErrors(findings, body),
      (error) =>
        error instanceof ProblemError &&
        error.extras.findings?.length === MAX + 1 &&
        error.message === `m (line 7, column 3) And ${MAX} more.`,
    );
    assert.doesNotThrow(() => refuseErrors(many('warning', 2 * MAX), body));
  });

  it('returns at most the number of findings in docs/problems.md', () => {
    const page = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
    assert.ok(page.includes(`at most ${MAX.toLocaleString('en')}`));
  });
});

describe('the pointer of what Datadog refuses', () => {
  for (const [message, monitor, alert] of [
    ["The value provided for parameter 'query' is invalid", '/a/query', '/a/signal'],
    [
      'Alert threshold (2.0) does not match that used in the query (5.0).',
      '/a/options/thresholds',
      '/a/condition',
    ],
    ["The value provided for parameter 'message' is invalid", '/a/message', '/a'],
    ['Something else', '/a', '/a'],
  ] as const)
    it(`is the field of the monitor or alert: ${message}`, () => {
      assert.equal(rejectedPointer('monitor', '/a', message), monitor);
      assert.equal(rejectedPointer('alert', '/a', message), alert);
    });

  for (const [kind, message, pointer] of [
    ['monitor', "'restricted_roles' must consist only of valid Role UUIDs", '/a/restricted_roles'],
    ['monitor', 'Invalid notify_by: the group does not exist', '/a/options/notify_by'],
    ['monitor', 'critical_recovery is out of range', '/a/options/thresholds/critical_recovery'],
    ['monitor', 'evaluation_window is not supported', '/a/options/scheduling_options/evaluation_window'],
    ['monitor', 'recovery_window is too short', '/a/options/threshold_windows/recovery_window'],
    [
      'monitor',
      'The trigger window monitor option is too short',
      '/a/options/threshold_windows/trigger_window',
    ],
    ['dashboard', 'Invalid widget definition at position 3 of type note. Error: x', '/a/widgets/3'],
    [
      'dashboard',
      'Invalid widget definition at position 3 of type group. Error: Invalid inner widget definition at position 12 of type note.',
      '/a/widgets/3/definition/widgets/12',
    ],
    ['dashboard', 'The locked tab is empty', '/a'],
  ] as const)
    it(`is the widget, option or roles of the ${kind}: ${message}`, () =>
      assert.equal(rejectedPointer(kind, '/a', message), pointer));
});
