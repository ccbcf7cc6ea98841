import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { CORPUS } from './corpus.ts';
import { endpointTable } from './endpoints.ts';
import { KNOWN_MISMATCHES } from './known-mismatches.ts';
import { readScenarios } from './recording.ts';
import { type Outcome, replay } from './replay.ts';
import { diff, isMatch, type Score, scores, table } from './report.ts';

const skip = existsSync(CORPUS) ? false : 'the recorded exchanges are not here (set CORPUS)';
/** The minimum share of exchanges that the emulator must answer as recorded, by the year of the recording. */
const MIN_SHARE: Readonly<Record<Era, number>> = { '2026': 1, '2025': 0.95, older: 0.9 };
type Era = '2026' | '2025' | 'older';
/** Families that are emulated only as far as others need them. */
const SHAPE_ALONE: Readonly<Record<string, number>> = {
  users: 0.75,
  'service-definitions': 0.6,
  teams: 0.9,
};

const replayed: Outcome[][] = [];
before(async () => {
  if (skip) return;
  for (const scenario of readScenarios(join(CORPUS, 'exchanges'))) replayed.push(await replay(scenario));
});

describe('the Datadog emulator, compared with all recordings', { skip }, () => {
  it('answers as Datadog did: all of 2026, 95% of 2025, 90% of older years', (t) => {
    const list = scores(replayed);
    t.diagnostic(`exchanges and scenarios answered as recorded:\n${table(list)}`);
    assert.ok(list.length > 0, 'there is something to replay');
    const eras = Map.groupBy(list, (score) => `${score.family} ${era(score)}`);
    const below = [...eras].filter(([, some]) => share(some) < min(some[0]));
    assert.deepEqual(
      below.map(([name, some]) => `${name}: ${(share(some) * 100).toFixed(1)}%`),
      [],
    );
  });

  it('differs only where a known mismatch gives the reason', (t) => {
    const here = knownHere();
    if (here.length === 0) return t.skip('these are other recordings than those of the list');
    const mismatches = replayed.flat().filter((outcome) => !isMatch(outcome));
    assert.deepEqual(mismatches.filter((outcome) => !isKnown(outcome)).map(diff), []);
    const gone = here.filter((known) => !mismatches.some((outcome) => isAbout(known, outcome)));
    assert.deepEqual(
      gone.map(({ source }) => source),
      [],
      'listed, but answered as recorded',
    );
  });

  it('matches as many exchanges as docs/emulator.md lists', (t) => {
    if (knownHere().length === 0) return t.skip('these are other recordings than those of the page');
    const page = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8');
    assert.ok(
      page.includes(endpointTable(replayed)),
      'regenerate it with: npm run conformance -- --endpoints',
    );
  });
});

/** Returns the entries of the list whose recordings are present. */
function knownHere() {
  const sources = [...new Set(replayed.flat().map(({ exchange }) => exchange.source))];
  return KNOWN_MISMATCHES.filter(
    ({ source }) => source.source !== '.' && sources.some((name) => source.test(name)),
  );
}

function min(score: Score | undefined): number {
  return SHAPE_ALONE[score?.family ?? ''] ?? MIN_SHARE[era(score)];
}

function share(list: readonly Score[]): number {
  const sum = (of: (score: Score) => number) => list.reduce((all, score) => all + of(score), 0);
  return sum(({ exchanges }) => exchanges.matched) / sum(({ exchanges }) => exchanges.total);
}

/** Recordings without a date count as old. */
function era(score: Score | undefined): Era {
  return score?.year === '2026' || score?.year === '2025' ? score.year : 'older';
}

function isKnown(outcome: Outcome): boolean {
  return KNOWN_MISMATCHES.some((known) => isAbout(known, outcome));
}

function isAbout({ source, request }: (typeof KNOWN_MISMATCHES)[number], { exchange }: Outcome): boolean {
  return source.test(exchange.source) && request.test(`${exchange.request.method} ${exchange.request.path}`);
}
