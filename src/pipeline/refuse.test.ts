import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Finding } from '../domain/finding.ts';
import { ProblemError } from '../domain/problem.ts';
import { MOST_FINDINGS, refuseErrors, toldFindings } from './refuse.ts';

const many = (severity: Finding['severity'], length: number): Finding[] =>
  Array.from({ length }, (_, at) => ({ code: severity, severity, message: 'm', pointer: `/${at}` }));
const body = { locate: () => ({ line: 7, column: 3 }) };

describe('the findings of an answer', () => {
  it('are all told, in their order, where there are not too many', () => {
    const findings = [...many('warning', MOST_FINDINGS - 1), ...many('error', 1)];
    assert.deepEqual(
      toldFindings(findings, body),
      findings.map((one) => ({ ...one, line: 7, column: 3 })),
    );
  });

  it('are the first of too many, errors before warnings, and how many more there are', () => {
    const told = toldFindings([...many('warning', 2 * MOST_FINDINGS), ...many('error', 5)], body);
    assert.equal(told.length, MOST_FINDINGS);
    assert.deepEqual(
      told.slice(0, 6).map(({ code }) => code),
      [...Array<string>(5).fill('error'), 'warning'],
    );
    const last = told.at(-1);
    assert.deepEqual([last?.code, last?.severity, last?.line], ['more_findings', 'warning', 7]);
    assert.match(last?.message ?? '', /1006 more findings.*0 errors and 1006 warnings/);
    assert.deepEqual(toldFindings(told, body), told, 'told on, they stay as they are');
  });

  it('say that there are more errors where not all are told', () => {
    const last = toldFindings(many('error', MOST_FINDINGS + 1), undefined).at(-1);
    assert.deepEqual([last?.code, last?.severity], ['more_findings', 'error']);
  });

  it('are refused for one error behind any number of warnings', () => {
    const findings = [...many('warning', 2 * MOST_FINDINGS), ...many('error', MOST_FINDINGS + 1)];
    assert.throws(
      () => refuseErrors(findings, body),
      (error) =>
        error instanceof ProblemError &&
        error.extras.findings?.length === MOST_FINDINGS &&
        error.message === `m (line 7, column 3) And ${MOST_FINDINGS} more.`,
    );
    assert.doesNotThrow(() => refuseErrors(many('warning', 2 * MOST_FINDINGS), body));
  });

  it('are told as many as docs/problems.md says', () => {
    const page = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
    assert.ok(page.includes(`at most ${MOST_FINDINGS.toLocaleString('en')}`));
  });
});
