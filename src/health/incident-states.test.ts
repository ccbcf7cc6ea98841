import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type IncidentStates, type News, nextStates } from './incident-states.ts';
import type { IncidentCode } from './incidents.ts';

const SECOND = 1000;
const PATIENCE = { afterMs: 60 * SECOND, remindMs: 3600 * SECOND };

/** Looks once a second at one trouble that is there (`x`) or not (`.`), for the given runs of seconds. */
function told(incident: IncidentCode, ...runs: readonly (readonly ['x' | '.', number])[]): string[] {
  let states: IncidentStates = new Map();
  const heard: string[] = [];
  let now = 0;
  for (const [sign, seconds] of runs)
    for (let n = 0; n < seconds; n += 1, now += SECOND) {
      const detail = sign === 'x' ? 'bad' : undefined;
      const next = nextStates(states, [{ incident: incident, about: '', detail }], now, PATIENCE);
      states = next.states;
      for (const { event, since } of next.news)
        heard.push(`${event} at ${now / SECOND} since ${since / SECOND}`);
    }
  return heard;
}

describe('trouble', () => {
  it('that passes before its time is told to nobody', () =>
    assert.deepEqual(told('sidecar_unavailable', ['x', 60], ['.', 10], ['x', 60], ['.', 100]), []));

  it('that lasts is told once, and its end once', () =>
    assert.deepEqual(told('sidecar_unavailable', ['.', 5], ['x', 600], ['.', 600]), [
      'begun at 65 since 5',
      'ended at 665 since 5',
    ]));

  it('that lasts very long is told again now and then', () =>
    assert.deepEqual(told('sidecar_unavailable', ['x', 7300]), [
      'begun at 60 since 0',
      'lasting at 3660 since 0',
      'lasting at 7260 since 0',
    ]));

  it('that flaps after it was told neither ends nor begins each time', () => {
    const flaps = Array.from({ length: 50 }, () => [['.', 59] as const, ['x', 1] as const]).flat();
    assert.deepEqual(told('sidecar_unavailable', ['x', 61], ...flaps, ['.', 61]), [
      'begun at 60 since 0',
      'ended at 3121 since 0',
    ]);
  });

  it('of some kinds is waited for longer, or not at all', () => {
    assert.deepEqual(told('datadog_budget_exhausted', ['x', 301]), ['begun at 300 since 0']);
    assert.deepEqual(told('certificate_ending', ['x', 2], ['.', 2]), [
      'begun at 0 since 0',
      'ended at 2 since 0',
    ]);
  });

  it('of one party is told apart from that of another', () => {
    const at = (about: string, detail?: string) =>
      ({ incident: 'certificate_ending', about, detail }) as const;
    const { news } = nextStates(new Map(), [at('upstream', 'a'), at('own', 'b'), at('third')], 0, PATIENCE);
    assert.deepEqual(
      news.map(({ key, detail }) => [key, detail]),
      [
        ['certificate_ending:upstream', 'a'],
        ['certificate_ending:own', 'b'],
      ],
    );
  });

  it('is told in turns, however it comes and goes: begun, lasting any number of times, ended', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('x', '.'), fc.integer({ min: 1, max: 5000 })), { maxLength: 8 }),
        (runs) => {
          let on = false;
          for (const line of told('datadog_unavailable', ...(runs as ['x' | '.', number][]))) {
            const event = line.split(' ')[0] as News['event'];
            assert.equal(event === 'begun', !on, line);
            on = event !== 'ended';
          }
        },
      ),
      { numRuns: 40 },
    ));
});
