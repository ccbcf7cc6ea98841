import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { INCIDENTS } from '../src/health/incidents.ts';
import { PROBLEMS } from '../src/domain/problem.ts';

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Returns the codes of the table below a heading in page order. Asserts that every cell has content. */
function codesBelow(heading: string): string[] {
  const [, section = ''] = file('docs/runbook.md').split(`\n## ${heading}\n`);
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const cells = row.slice(2, -2).split(' | ');
    assert.equal(cells.length, 4, row);
    assert.ok(
      cells.every((cell) => cell.trim().length > 2),
      row,
    );
    return (cells[0] ?? '').replaceAll('`', '');
  });
}

describe('docs/runbook.md', () => {
  it('has a row for every alert and monitor of birddog-on-birddog.yaml, and no other', () => {
    const document = file('deploy/birddog-on-birddog.yaml').split('\ndashboards:')[0] ?? '';
    const keys = [...document.matchAll(/^ {2}- key: (\S+)$/gm)].map(([, key = '']) => key);
    assert.ok(keys.length > 10);
    assert.deepEqual(codesBelow('Alerts'), keys);
  });

  it('has a row for every incident, and no other', () =>
    assert.deepEqual(codesBelow('Incidents'), Object.keys(INCIDENTS)));

  it('has a row for every problem, and no other', () =>
    assert.deepEqual(codesBelow('Problems'), Object.keys(PROBLEMS)));
});
