import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { createLog } from '../runtime/log.ts';
import type { Notification } from './incident-states.ts';
import type { Receiver } from './receivers.ts';
import { createWatch, type Condition } from './watch.ts';

function startTest(condition: Partial<Condition> = {}) {
  const clock = manualClock();
  const lines: { event: string; level: string; state?: string }[] = [];
  const sent: string[] = [];
  const state = { detail: undefined as string | undefined, failing: false, probes: 0 };
  const receiver: Receiver = {
    name: 'webhook',
    async notify({ event, incident }: Notification) {
      if (state.failing) throw new Error('the webhook answered with status 500');
      sent.push(`${event} ${incident}`);
    },
  };
  const watch = createWatch({
    conditions: [{ incident: 'sidecar_unavailable', fault: () => state.detail, ...condition }],
    receivers: [receiver],
    clock,
    log: createLog('test', (line) => lines.push(JSON.parse(line))),
    afterMs: 1000,
    remindMs: 60_000,
    contextIds: () => ({ requestId: 'r', traceparent: '' }),
  });
  const after = async (ms: number) => {
    clock.advance(ms);
    await watch.tick();
  };
  return { watch, state, sent, lines, after };
}

describe('the watch', () => {
  it('reports an incident and its end to the log, the metrics and the receivers', async () => {
    const { watch, state, sent, lines, after } = startTest();
    await after(1);
    state.detail = 'gone';
    await after(1);
    assert.deepEqual([sent, [...watch.incidents()]], [[], [['sidecar_unavailable', 0]]]);
    await after(1000);
    assert.deepEqual(
      [sent, [...watch.incidents()]],
      [['begun sidecar_unavailable'], [['sidecar_unavailable', 1]]],
    );
    state.detail = undefined;
    await after(1);
    await after(1000);
    assert.deepEqual(
      [sent.at(-1), [...watch.incidents()]],
      ['ended sidecar_unavailable', [['sidecar_unavailable', 0]]],
    );
    assert.deepEqual(
      lines.map(({ level, event, state: s }) => [level, event, s]),
      [
        ['error', 'incident', 'begun'],
        ['info', 'incident', 'ended'],
      ],
    );
  });

  it('logs a failing receiver once, and notifies it when it recovers', async () => {
    const { watch, state, sent, lines, after } = startTest();
    state.failing = true;
    state.detail = 'gone';
    await after(1);
    for (let n = 0; n < 5; n += 1) await after(1000);
    assert.equal(lines.filter(({ event }) => event === 'notification failed').length, 1);
    assert.deepEqual([...watch.pending()], [['webhook', 1]]);
    state.failing = false;
    await after(1);
    assert.deepEqual([sent, [...watch.pending()]], [['begun sidecar_unavailable'], [['webhook', 0]]]);
  });

  it('probes a faulty condition, so that an incident also ends without requests', async () => {
    const found = startTest({
      probe: async () => {
        found.state.probes += 1;
        found.state.detail = undefined;
        throw new Error('ignored');
      },
    });
    await found.after(10_000);
    assert.equal(found.state.probes, 0);
    found.state.detail = 'gone';
    await found.after(1);
    await found.after(1000);
    await found.after(1000);
    assert.deepEqual([found.state.probes, found.sent], [1, []]);
  });

  it('probes a healthy condition at its interval', async () => {
    const found = startTest({
      probeEveryMs: 5000,
      probe: async () => {
        found.state.probes += 1;
      },
    });
    for (let n = 0; n < 12; n += 1) await found.after(1000);
    assert.equal(found.state.probes, 2);
  });

  it('treats a condition that throws as a fault, and continues', async () => {
    const { sent, lines, after } = startTest({
      fault: () => {
        throw new Error('unreadable');
      },
    });
    await after(1);
    await after(1000);
    assert.deepEqual([sent, lines.length], [['begun sidecar_unavailable'], 1]);
  });
});
