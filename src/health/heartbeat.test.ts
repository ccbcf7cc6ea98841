import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { Secret } from '../domain/secret.ts';
import { createLog } from '../runtime/log.ts';
import { type Outbound, OutboundError, type OutboundRequest } from '../runtime/outbound.ts';
import { beatEvery, createHeartbeat, type Heartbeat, receiversProbe } from './heartbeat.ts';

const ADDRESS = 'https://beats.example.test/very-secret';
const OBSERVER = { process: 'serve', host: 'birddog-0' };

/** Returns a heartbeat whose reports are answered with these statuses; 0 stands for no answer. */
function beating(...statuses: number[]) {
  const { clock, context } = emulatedDatadog();
  const sent: OutboundRequest[] = [];
  const lines: string[] = [];
  const outbound: Outbound = {
    async send(request) {
      sent.push(request);
      const status = statuses.shift() ?? 200;
      if (status === 0) throw new OutboundError('timeout', true);
      return { status, headers: {}, body: Buffer.from('') };
    },
    close() {},
  };
  const log = createLog('serve', (line) => lines.push(line));
  const heartbeat = createHeartbeat({ url: new Secret(ADDRESS), everyMs: 60_000 }, OBSERVER, outbound, {
    clock,
    log,
  });
  const probed = (receivers: 0 | 1, one: Heartbeat | undefined = heartbeat) =>
    receiversProbe({ receivers: receivers === 0 ? [] : [{ type: 'datadog_event' }] }, one).probe?.(context());
  return { heartbeat, sent, lines, probed, now: clock.now };
}

describe('the heartbeat', () => {
  it('posts which process runs', async () => {
    const { heartbeat, sent, lines, now } = beating();
    await heartbeat.beat();
    assert.deepEqual([sent[0]?.method, sent[0]?.url.href], ['POST', ADDRESS]);
    assert.deepEqual(JSON.parse(String(sent[0]?.body)), { ...OBSERVER, at: new Date(now()).toISOString() });
    assert.deepEqual(lines, []);
  });

  it('is a warning of the check while it is not accepted, logged once and without its address', async () => {
    const { heartbeat, lines, probed } = beating(500, 0, 200);
    await heartbeat.beat();
    assert.deepEqual(
      [(await probed(1))?.state, (await probed(1))?.detail],
      ['warning', 'The heartbeat was not accepted: status 500.'],
    );
    await heartbeat.beat();
    assert.equal((await probed(1))?.detail, 'The heartbeat was not accepted: no answer (timeout).');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /heartbeat not accepted/);
    assert.doesNotMatch(lines.join(''), /very-secret/);
    await heartbeat.beat();
    assert.equal((await probed(1))?.state, 'ok');
  });
});

it('a heartbeat is sent at once, then at each interval until it is closed', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let beats = 0;
  const beat = async () => void (beats += 1);
  const timer = beatEvery(60_000, { beat, fault: () => undefined });
  assert.equal(beats, 1);
  mock.timers.tick(120_000);
  assert.equal(beats, 3);
  await timer.close();
  mock.timers.tick(120_000);
  assert.equal(beats, 3);
  mock.timers.reset();
});

it('the check warns if there is no receiver, also with a heartbeat', async () => {
  const { heartbeat, probed } = beating();
  await heartbeat.beat();
  assert.equal((await probed(0))?.state, 'warning');
  assert.match((await probed(0))?.detail ?? '', /^Incidents are only logged/);
  assert.equal((await probed(1))?.state, 'ok');
});
