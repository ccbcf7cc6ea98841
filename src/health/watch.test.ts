import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { createLog } from '../runtime/log.ts';
import type { News } from './incident-states.ts';
import type { Receiver } from './receivers.ts';
import { createWatch, type Condition } from './watch.ts';

function scene(sign: Partial<Condition> = {}) {
  const clock = manualClock();
  const lines: { event: string; level: string; state?: string }[] = [];
  const told: string[] = [];
  const state = { detail: undefined as string | undefined, deaf: false, asked: 0 };
  const receiver: Receiver = {
    name: 'webhook',
    async tell({ event, incident }: News) {
      if (state.deaf) throw new Error('the webhook answers 500');
      told.push(`${event} ${incident}`);
    },
  };
  const watch = createWatch({
    conditions: [{ incident: 'sidecar_unavailable', look: () => state.detail, ...sign }],
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
  return { watch, state, told, lines, after };
}

describe('the watch', () => {
  it('tells the log, the metrics and the receivers of trouble, and of its end', async () => {
    const { watch, state, told, lines, after } = scene();
    await after(1);
    state.detail = 'gone';
    await after(1);
    assert.deepEqual([told, [...watch.incidents()]], [[], [['sidecar_unavailable', 0]]]);
    await after(1000);
    assert.deepEqual(
      [told, [...watch.incidents()]],
      [['begun sidecar_unavailable'], [['sidecar_unavailable', 1]]],
    );
    state.detail = undefined;
    await after(1);
    await after(1000);
    assert.deepEqual(
      [told.at(-1), [...watch.incidents()]],
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

  it('logs once that a receiver cannot be told, and tells it when it listens again', async () => {
    const { watch, state, told, lines, after } = scene();
    state.deaf = true;
    state.detail = 'gone';
    await after(1);
    for (let n = 0; n < 5; n += 1) await after(1000);
    assert.equal(lines.filter(({ event }) => event === 'alarm not told').length, 1);
    assert.deepEqual([...watch.untold()], [['webhook', 1]]);
    state.deaf = false;
    await after(1);
    assert.deepEqual([told, [...watch.untold()]], [['begun sidecar_unavailable'], [['webhook', 0]]]);
  });

  it('finds out anew while there is trouble, so that it does not last because nobody asks', async () => {
    const found = scene({
      again: async () => {
        found.state.asked += 1;
        found.state.detail = undefined;
        throw new Error('whatever it says');
      },
    });
    await found.after(10_000);
    assert.equal(found.state.asked, 0);
    found.state.detail = 'gone';
    await found.after(1);
    await found.after(1000);
    await found.after(1000);
    assert.deepEqual([found.state.asked, found.told], [1, []]);
  });

  it('finds out now and then what nobody would see otherwise', async () => {
    const found = scene({
      everyMs: 5000,
      again: async () => {
        found.state.asked += 1;
      },
    });
    for (let n = 0; n < 12; n += 1) await found.after(1000);
    assert.equal(found.state.asked, 2);
  });

  it('takes a sign that cannot be read for trouble, and goes on', async () => {
    const { told, lines, after } = scene({
      look: () => {
        throw new Error('it cannot be told');
      },
    });
    await after(1);
    await after(1000);
    assert.deepEqual([told, lines.length], [['begun sidecar_unavailable'], 1]);
  });
});
