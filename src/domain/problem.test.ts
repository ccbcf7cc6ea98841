import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PROBLEMS, ProblemError, problemBody } from './problem.ts';

const page = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.+?) \| (.+?) \|$/gm)];

describe('docs/problems.md', () => {
  it('lists every problem with its status, title and hint', () => {
    for (const [code, kind] of Object.entries(PROBLEMS)) {
      const row = rows.find((r) => r[1] === code);
      assert.deepEqual(row?.slice(2), [String(kind.status), kind.title, kind.hint], code);
    }
  });

  it('lists no problem that does not exist', () => {
    for (const [, code] of rows) assert.ok(Object.hasOwn(PROBLEMS, code ?? ''), code);
  });
});

describe('a problem body', () => {
  it('has the fields of RFC 9457 and the additional fields', () => {
    const problem = new ProblemError('not_found', 'Monitor 7 does not exist.', { members: { owner: 'x' } });
    assert.deepEqual(problemBody(problem, 'r1'), {
      type: 'urn:birddog:problem:not_found',
      title: PROBLEMS.not_found.title,
      status: 404,
      detail: 'Monitor 7 does not exist.',
      code: 'not_found',
      hint: PROBLEMS.not_found.hint,
      request_id: 'r1',
      owner: 'x',
    });
  });
});

it('a problem quotes at most 4,000 characters, and findings whose pointers lead to a parent with a short one', () => {
  const name = 'n'.repeat(1_000_000);
  const finding = {
    code: 'a',
    severity: 'error',
    message: `"${name}" is unknown.`,
    pointer: `/monitors/0/${name}/b`,
    line: 3,
    column: 5,
  } as const;
  const { message, extras } = new ProblemError('invalid', `"${name}" is unknown.`, { findings: [finding] });
  assert.equal(message.length, 4000);
  assert.match(message, /n" is unknown\.$/);
  const [kept] = extras.findings ?? [];
  assert.deepEqual([kept?.pointer, kept?.line, kept?.message.length], ['/monitors/0', 3, 1000]);
});
