import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { createLog } from '../runtime/log.ts';
import type { Notification } from './incident-states.ts';
import { createProbeRunner, type Fault, type Incident } from './probe.ts';
import type { Receiver } from './receivers.ts';
import { createWatch } from './watch.ts';

const CONTEXT = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };

function startTest(incident: Partial<Incident> = {}) {
  const clock = manualClock();
  const lines: { event: string; level: string; state?: string }[] = [];
  const sent: string[] = [];
  const received: string[] = [];
  const state = { fault: undefined as Fault | undefined, failing: false, probes: 0 };
  const receiver: Receiver = {
    name: 'webhook',
    async notify({ event, incident: code, hint }: Notification) {
      if (state.failing) throw new Error('the webhook answered with status 500');
      sent.push(`${event} ${code}`);
      received.push(hint);
    },
  };
  const runner = createProbeRunner(clock);
  const row = {
    name: 'sidecar',
    hint: 'General hint.',
    incident: {
      code: 'sidecar_unavailable',
      title: 'The sidecar is unavailable',
      notifyAfterMs: 1000,
      fault: () => state.fault,
      ...incident,
    },
  };
  const watch = createWatch({
    probes: [row, { name: 'without incident' }],
    runner,
    receivers: [receiver],
    clock,
    log: createLog('test', (line) => lines.push(JSON.parse(line))),
    refreshMs: 500,
    remindMs: 60_000,
    contextIds: () => ({ requestId: 'r', traceparent: '' }),
  });
  const after = async (ms: number) => {
    clock.advance(ms);
    await watch.tick();
  };
  return { watch, runner, state, sent, received, lines, after };
}

describe('the watch', () => {
  it('reports an incident and its end to the log, the metrics and the receivers', async () => {
    const { watch, state, sent, lines, after } = startTest();
    await after(1);
    state.fault = { detail: 'gone' };
    await after(1);
    assert.deepEqual([sent, [...watch.incidents()]], [[], [['sidecar_unavailable', 0]]]);
    await after(1000);
    assert.deepEqual(
      [sent, [...watch.incidents()]],
      [['begun sidecar_unavailable'], [['sidecar_unavailable', 1]]],
    );
    state.fault = undefined;
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
    state.fault = { detail: 'gone' };
    await after(1);
    for (let n = 0; n < 5; n += 1) await after(1000);
    assert.equal(lines.filter(({ event }) => event === 'notification failed').length, 1);
    assert.deepEqual([...watch.pending()], [['webhook', 1]]);
    state.failing = false;
    await after(1);
    assert.deepEqual([sent, [...watch.pending()]], [['begun sidecar_unavailable'], [['webhook', 0]]]);
  });

  it('gives the effect and the most specific hint', async () => {
    const { state, received, after } = startTest({ effect: 'Requests fail.', notifyAfterMs: 0 });
    state.fault = { detail: 'gone' };
    await after(1);
    state.fault = { detail: 'gone', hint: 'Specific hint.' };
    await after(60_000);
    assert.deepEqual(received, ['Requests fail. General hint.', 'Requests fail. Specific hint.']);
  });

  it('refreshes a faulty part, so that an incident also ends without requests', async () => {
    const found = startTest({
      refresh: async () => {
        found.state.probes += 1;
        found.state.fault = undefined;
        throw new Error('ignored');
      },
    });
    await found.after(10_000);
    assert.equal(found.state.probes, 0);
    found.state.fault = { detail: 'gone' };
    await found.after(1);
    await found.after(1000);
    await found.after(1000);
    assert.deepEqual([found.state.probes, found.sent], [1, []]);
  });

  it('refreshes a healthy part at its interval, counted from the last run for anyone', async () => {
    const refresh: Incident['refresh'] = async () => {
      found.state.probes += 1;
      return { state: 'ok', detail: '' };
    };
    const found = startTest({ refreshEveryMs: 5000, refresh });
    for (let n = 0; n < 12; n += 1) await found.after(1000);
    assert.equal(found.state.probes, 2);
    await found.runner.run(refresh, CONTEXT, 1000);
    await found.after(4999);
    assert.equal(found.state.probes, 3);
    await found.after(1);
    assert.equal(found.state.probes, 4);
  });

  it('treats a part whose fault cannot be read as faulty, and continues', async () => {
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
