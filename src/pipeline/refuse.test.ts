import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Finding } from '../domain/finding.ts';
import { ProblemError } from '../domain/problem.ts';
import { ANSWER_LIMITS } from '../domain/findings.ts';
import { refuseErrors, toldFindings } from './refuse.ts';

const many = (severity: Finding['severity'], length: number): Finding[] =>
  Array.from({ length }, (_, at) => ({
    code: `${severity}_${at % 20}`,
    severity,
    message: 'm',
    pointer: `/${at}`,
  }));
const body = { locate: () => ({ line: 7, column: 3 }) };
const MAX = ANSWER_LIMITS.maxInAll;

describe('the findings of an answer', () => {
  it('are all told, in their order, where there are not too many', () => {
    const findings = [...many('warning', MAX - 1), ...many('error', 1)];
    assert.deepEqual(
      toldFindings(findings, body),
      findings.map((one) => ({ ...one, line: 7, column: 3 })),
    );
  });

  it('are the first of too many, errors rather than warnings, and how many more there are', () => {
    const told = toldFindings([...many('warning', 2 * MAX), ...many('error', 5)], body);
    assert.equal(told.length, MAX + 1);
    assert.equal(told.filter(({ severity }) => severity === 'error').length, 5);
    const last = told.at(-1);
    assert.deepEqual([last?.code, last?.severity, last?.line], ['more_findings', 'warning', 7]);
    assert.match(last?.message ?? '', /^1005 more findings.*0 errors and 1005 warnings/);
    assert.ok(!Object.hasOwn(last ?? {}, 'rest'));
    assert.deepEqual(toldFindings(told, body), told, 'told on, they stay as they are');
  });

  it('are placed only where they are kept', () => {
    let placed = 0;
    const counting = { locate: () => ({ line: (placed += 1), column: 1 }) };
    toldFindings(many('warning', 50 * MAX), counting);
    assert.equal(placed, MAX + 1);
  });

  it('say that there are more errors where not all are told', () => {
    const last = toldFindings(many('error', MAX + 1), undefined).at(-1);
    assert.deepEqual([last?.code, last?.severity], ['more_findings', 'error']);
  });

  it('are refused for one error behind any number of warnings', () => {
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

  it('are told as many as docs/problems.md says', () => {
    const page = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
    assert.ok(page.includes(`at most ${MAX.toLocaleString('en')}`));
  });
});
