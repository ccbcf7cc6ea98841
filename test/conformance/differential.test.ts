import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { withoutCorpus } from '../corpus.ts';
import { isUntested, type Pair, pairsOf } from './differential.ts';
import { ACCEPTED_BY_EMULATOR, ACCEPTED_BY_LINT, WARNED_ABOUT } from './differential-reasons.ts';

const SEED = 2026;
const COUNT = 1000;
const REPORT = join(import.meta.dirname, '../../docs/reports/differential.md');

describe('the emulator and lint', { skip: withoutCorpus }, () => {
  const pairs = withoutCorpus ? [] : pairsOf(SEED, COUNT);
  const refusedBy = {
    both: pairs.filter(({ refusal, errors }) => refusal !== undefined && errors.length > 0),
    neither: pairs.filter(({ refusal, errors }) => refusal === undefined && errors.length === 0),
    lint: pairs.filter(({ refusal, errors }) => refusal === undefined && errors.length > 0),
    emulator: pairs.filter(({ refusal, errors }) => refusal !== undefined && errors.length === 0),
  };

  it('each error of lint is refused by the emulator, or listed with a reason', () => {
    assert.deepEqual(
      refusedBy.lint.filter((pair) => !isListed(pair, pair.errors, ACCEPTED_BY_EMULATOR)),
      [],
    );
  });

  it('each refusal of the emulator is an error or a warning of lint, or listed with a reason', () => {
    const unlisted = refusedBy.emulator.filter(({ warnings }) => warnings.length === 0);
    assert.deepEqual(
      unlisted.filter((pair) => !isListed(pair, [pair.refusal ?? ''], ACCEPTED_BY_LINT)),
      [],
    );
  });

  it('each warning of lint about a refused object is listed with a reason', () => {
    const warned = refusedBy.emulator.filter(({ warnings }) => warnings.length > 0);
    assert.deepEqual(
      warned.filter((pair) => !isListed(pair, pair.warnings, WARNED_ABOUT)),
      [],
    );
  });

  it('agree about most objects, also without the untested pairs', (t) => {
    const { both, neither, lint, emulator } = refusedBy;
    const untested = both.filter(isUntested).length;
    t.diagnostic(
      `${pairs.length} objects: both refuse ${both.length}, of which ${untested} are untested; both accept ${neither.length}; only lint refuses ${lint.length}; only the emulator refuses ${emulator.length}`,
    );
    assert.equal(pairs.length, COUNT);
    assert.ok(both.length - untested > 300 && neither.length > 100);
  });
});

it('the report of differences lists each difference with its reason, and no other', () => {
  const report = readFileSync(REPORT, 'utf8');
  const listed = report
    .slice(report.indexOf('## Errors of lint'))
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  assert.deepEqual(listed, [...ACCEPTED_BY_EMULATOR, ...ACCEPTED_BY_LINT, ...WARNED_ABOUT].map(rowOf));
});

function rowOf({ what, at, why }: (typeof WARNED_ABOUT)[number]): string {
  const [name, place] = [what, at].map(({ source }) => source.replaceAll('|', '\\|'));
  return `| \`${name}\` | \`${place}\` | ${why} |`;
}

function isListed({ pointer }: Pair, whats: readonly string[], listed: typeof WARNED_ABOUT): boolean {
  return whats.every((name) => listed.some(({ what, at }) => what.test(name) && at.test(pointer)));
}
