import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../emulators/sandbox/ports.ts';
import { type Pod, request, startPod } from '../acceptance/pod.ts';

let pod: Pod;
before(async () => {
  const [port, opsPort] = [String(await freePort()), String(await freePort())];
  const env = { serve: { BIRDDOG_PORT: port, BIRDDOG_OPS_PORT: opsPort } };
  pod = await startPod({ limits: false, env });
});
after(() => pod.stop());

const LOST = (name: string) =>
  new RegExp(`"event":"${name} gave no heartbeat for 10 s and was killed, restarting","status":137`);

/** Returns whether the process answers its health probe within a second. */
async function isWell(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

describe('a server without heartbeats', () => {
  for (const name of ['serve', 'sidecar'] as const) {
    it(`is killed and restarted on the same port (${name})`, { timeout: 120_000 }, async () => {
      const url = name === 'serve' ? pod.opsUrl : pod.sidecarOpsUrl;
      await pod.until(() => isWell(url));
      const hung = await pod.pidOf(name);
      process.kill(hung, 'SIGSTOP');
      await pod.until(async () => LOST(name).test(pod.output()));
      await pod.until(() => isWell(url));
      assert.notEqual(await pod.pidOf(name), hung);
      assert.throws(() => process.kill(hung, 0));
    });
  }

  it('is restarted with its settings, so that both servers serve again', async () => {
    const path = '/get_monitors?application=nobodys';
    await pod.until(async () => (await request(pod, 'GET', path)).status === 200);
  });
});
