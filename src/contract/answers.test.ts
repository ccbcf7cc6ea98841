import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Finding } from '../domain/finding.ts';
import type { Change } from '../domain/plan.ts';
import { PROBLEMS } from '../domain/problem.ts';
import { type AnsweredFinding, changeSchema, type PlannedObject, plannedSchema } from './answer-parts.ts';
import { ANSWERS, answerSchema } from './answers.ts';
import { ENDPOINTS } from './operations.ts';
import { PROBLEM_CODES, problemOfCode, problemSchema } from './problem-answer.ts';

describe('the schemas of answers', () => {
  it('cover every operation, and nothing else', () => {
    assert.deepEqual(Object.keys(ANSWERS).sort(), ENDPOINTS.map(({ path }) => path).sort());
    for (const { path } of ENDPOINTS) assert.ok('request_id' in answerSchema(path).shape, path);
    assert.throws(() => answerSchema('/create_nothing'), TypeError);
  });

  it('cover every problem code', () => {
    assert.deepEqual(problemSchema.shape.code.options, Object.keys(PROBLEMS));
  });

  it('have the fields of problems that docs/problems.md lists', () => {
    const page = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
    const [, table = ''] = /^## Fields of some problems$([^]*?)^## /m.exec(page) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, fields = '']) => [
      code,
      [...fields.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    ]);
    const expected = PROBLEM_CODES.map((code) => {
      const { code: _, ...own } = problemOfCode(code).shape;
      return [code, Object.keys(own)] as const;
    });
    assert.deepEqual(
      rows,
      expected.filter(([, own]) => own.length > 0),
    );
  });

  it('infer the types of the domain', () => {
    // Compiles only if the types can be assigned in both directions.
    const change: Change = changeSchema.parse({ path: '/a', from: 1 });
    const planned: PlannedObject = plannedSchema.parse({
      kind: 'alert',
      key: 'a',
      action: 'update',
      changes: [change],
    });
    const finding: Finding = { code: 'a', severity: 'error', message: 'm', pointer: '' };
    const answered: AnsweredFinding = finding;
    const back: Finding = answered;
    assert.deepEqual([planned.changes, back], [[{ path: '/a', from: 1 }], finding]);
  });
});
