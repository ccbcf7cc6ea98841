import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PROBLEMS, ProblemError, problemBody } from './problem.ts';

const page = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.+?) \| (.+?) \|$/gm)];

describe('docs/problems.md', () => {
  it('tells every problem with its status, title and hint', () => {
    for (const [code, kind] of Object.entries(PROBLEMS)) {
      const row = rows.find((r) => r[1] === code);
      assert.deepEqual(row?.slice(2), [String(kind.status), kind.title, kind.hint], code);
    }
  });

  it('tells none that there is not', () => {
    for (const [, code] of rows) assert.ok(Object.hasOwn(PROBLEMS, code ?? ''), code);
  });
});

describe('the body of a problem', () => {
  it('has the members of RFC 9457 and ours', () => {
    const problem = new ProblemError('not_found', 'There is no monitor 7.', { members: { owner: 'x' } });
    assert.deepEqual(problemBody(problem, 'r1'), {
      type: 'urn:birddog:problem:not_found',
      title: PROBLEMS.not_found.title,
      status: 404,
      detail: 'There is no monitor 7.',
      code: 'not_found',
      hint: PROBLEMS.not_found.hint,
      request_id: 'r1',
      owner: 'x',
    });
  });
});
