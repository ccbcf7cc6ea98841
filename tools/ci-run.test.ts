import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { FULL, SHORT, scaleOf } from '../bench/scale.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const COMMAND = /npm (?:test|run [\w:]+(?: -- --\w+)?)/g;

it('.ci/run runs the npm scripts that CONTRIBUTING.md lists for it, in this order', () => {
  const script = read('.ci/run');
  assert.match(read('README.md'), /^npm ci && npm test/m, 'the last step is the command from README.md');
  const steps = script.matchAll(/^step (npm run .+|bash -c "\$test_command")$/gm);
  const run = [...steps].map(([, step = '']) => (step.startsWith('bash') ? 'npm test' : step));
  const row = /^\| `\.ci\/run` \|.*$/m.exec(read('CONTRIBUTING.md'))?.[0] ?? '';
  assert.deepEqual(
    [...row.matchAll(COMMAND)].map(([command]) => command),
    run,
  );
});

it('.ci/run runs the short benchmark, and the pages about it say when to run which', () => {
  const short = 'npm run bench -- --short';
  for (const page of ['.ci/run', 'CONTRIBUTING.md', 'docs/performance.md'])
    assert.ok(read(page).includes(short), page);
  assert.equal(scaleOf(['--short']), SHORT);
  assert.equal(scaleOf([]), FULL);
  assert.throws(() => scaleOf(['--shrot']), /--shrot/);
});

it('the short benchmark takes some samples of each kind, but fewer than the whole one', () => {
  const numbersIn = (value: unknown): number[] =>
    typeof value === 'number'
      ? [value]
      : typeof value === 'string'
        ? [1]
        : typeof value === 'object' && value !== null
          ? Object.values(value).flatMap(numbersIn)
          : [];
  for (const [name, whole] of Object.entries(FULL)) {
    if (name === 'isShort') continue;
    const few = Object.entries(SHORT).find(([of]) => of === name)?.[1];
    const [fewSum, wholeSum] = [few, whole].map((value) => numbersIn(value).reduce((a, b) => a + b, 0));
    assert.ok(fewSum !== undefined && wholeSum !== undefined && 0 < fewSum && fewSum < wholeSum, name);
  }
  assert.deepEqual(
    SHORT.largeShapes.filter((name) => !FULL.largeShapes.includes(name)),
    [],
  );
});
