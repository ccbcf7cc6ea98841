import assert from 'node:assert/strict';
import { it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { openStore } from '../ledger/ledger.ts';
import type { IncidentLedger } from '../ledger/port.ts';
import { createLog } from '../runtime/log.ts';
import { createNotifier, type OpenIncident } from './notifier.ts';

const OPEN: OpenIncident = {
  name: 'serve:birddog-0:sidecar_unavailable',
  isDue: true,
  since: 1,
  holdMs: 60_000,
  report: { incident: 'sidecar_unavailable' },
  isRecorded: true,
};

/** Returns a notifier of one receiver, and what the receiver got. `beforeAnswer` runs when the ledger has given claims. */
function startTest(listings: number, beforeAnswer = (_clock: { advance(ms: number): void }) => {}) {
  const clock = manualClock();
  const { incidents } = openStore(':memory:', { clock }).ledger;
  const observe: IncidentLedger['observe'] = async (...now) => {
    const claims = await incidents.observe(...now);
    if (claims.length > 0) beforeAnswer(clock);
    return claims;
  };
  const sent: string[] = [];
  const notifier = createNotifier({
    receivers: Array.from({ length: listings }, () => ({
      name: 'webhook',
      id: 'webhook:1',
      notify: async ({ event }) => void sent.push(event),
    })),
    ledger: { observe, accept: (ids) => incidents.accept(ids) },
    clock,
    log: createLog('test', () => {}),
    remindMs: 60_000,
    graceMs: 500,
    context: () => ({ caller: { name: 'c' }, requestId: 'r', traceparent: '' }),
  });
  return { notify: () => notifier.notify([OPEN], []), sent };
}

it('a receiver that is listed twice is notified once', async () => {
  const { notify, sent } = startTest(2);
  await notify();
  assert.deepEqual(sent, ['begun']);
});

it('a process that was paused for as long as its claim asks the ledger before it sends', async () => {
  const pause = { ms: 25_000 };
  const { notify, sent } = startTest(1, (clock) => clock.advance(pause.ms));
  await notify();
  assert.deepEqual(sent, []);
  pause.ms = 0;
  await notify();
  assert.deepEqual(sent, ['begun']);
});
