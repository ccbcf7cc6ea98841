import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type IncidentChange, type IncidentStates, nextStates } from './incident-states.ts';

const SECOND = 1000;
const REMIND_MS = 3600 * SECOND;
const INCIDENT = {
  key: 'serve:h:sidecar_unavailable',
  scope: 'process',
  code: 'sidecar_unavailable',
  title: 'The sidecar is unavailable',
  notifyAfterMs: 60 * SECOND,
} as const;

type Run = readonly ['x' | '.', number];

/** Observes one part each second, failing (`x`) or healthy (`.`) for the given numbers of seconds. Returns the notifications. */
function notified(...runs: readonly Run[]): string[] {
  return notifiedAfter(INCIDENT.notifyAfterMs, ...runs);
}

function notifiedAfter(notifyAfterMs: number, ...runs: readonly Run[]): string[] {
  let states: IncidentStates = new Map();
  const lines: string[] = [];
  let now = 0;
  for (const [state, seconds] of runs)
    for (let n = 0; n < seconds; n += 1, now += SECOND) {
      const fault = state === 'x' ? { detail: 'bad', hint: '' } : undefined;
      const next = nextStates(states, [{ ...INCIDENT, notifyAfterMs, fault }], now, REMIND_MS);
      states = next.states;
      for (const { event, since } of next.changes)
        lines.push(`${event} at ${now / SECOND} since ${since / SECOND}`);
    }
  return lines;
}

describe('nextStates', () => {
  it('does not report a fault that ends before its delay', () =>
    assert.deepEqual(notified(['x', 60], ['.', 10], ['x', 60], ['.', 100]), []));

  it('reports a lasting fault once, and its recovery once', () =>
    assert.deepEqual(notified(['.', 5], ['x', 600], ['.', 600]), [
      'begun at 65 since 5',
      'ended at 665 since 5',
    ]));

  it('sends a reminder at every interval while a fault lasts', () =>
    assert.deepEqual(notified(['x', 7300]), [
      'begun at 60 since 0',
      'lasting at 3660 since 0',
      'lasting at 7260 since 0',
    ]));

  it('does not report each change of a flapping fault', () => {
    const flaps = Array.from({ length: 50 }, () => [['.', 59] as const, ['x', 1] as const]).flat();
    assert.deepEqual(notified(['x', 61], ...flaps, ['.', 61]), [
      'begun at 60 since 0',
      'ended at 3121 since 0',
    ]);
  });

  it('waits longer for some incidents, and not at all for others', () => {
    assert.deepEqual(notifiedAfter(300 * SECOND, ['x', 301]), ['begun at 300 since 0']);
    assert.deepEqual(notifiedAfter(0, ['x', 2], ['.', 2]), ['begun at 0 since 0', 'ended at 2 since 0']);
  });

  it('reports incidents of different parts separately', () => {
    const at = (about: string, detail?: string) => ({
      key: `certificate_ending:${about}`,
      scope: 'process' as const,
      code: 'certificate_ending',
      title: '',
      about,
      notifyAfterMs: 0,
      fault: detail === undefined ? undefined : { detail, hint: '' },
    });
    const { changes } = nextStates(
      new Map(),
      [at('upstream', 'a'), at('own', 'b'), at('third')],
      0,
      REMIND_MS,
    );
    assert.deepEqual(
      changes.map(({ key, detail }) => [key, detail]),
      [
        ['certificate_ending:upstream', 'a'],
        ['certificate_ending:own', 'b'],
      ],
    );
  });

  it('always reports begun, then any number of lasting, then ended', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom<'x' | '.'>('x', '.'), fc.integer({ min: 1, max: 5000 })), {
          maxLength: 8,
        }),
        (runs) => {
          let on = false;
          for (const line of notified(...runs)) {
            const event = line.split(' ')[0] as IncidentChange['event'];
            assert.equal(event === 'begun', !on, line);
            on = event !== 'ended';
          }
        },
      ),
      { numRuns: 40 },
    ));
});
