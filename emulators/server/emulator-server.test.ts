import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { json, type RunningEmulator, startEmulatorServer } from './emulator-server.ts';

let running: RunningEmulator | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(control = true) {
  const worked: string[] = [];
  const logged: string[] = [];
  running = await startEmulatorServer({
    name: 'test',
    port: 0,
    control,
    log: (line) => logged.push(line),
    handle: ({ method, path, body }) => {
      if (path === '/none') return undefined;
      worked.push(method);
      return json(200, { path, body });
    },
  });
  const { url } = running;
  const faults = (...list: object[]) =>
    fetch(`${url}/__control/faults`, { method: 'POST', body: JSON.stringify(list) });
  const send = async (path = '/x') => {
    try {
      const response = await fetch(`${url}${path}`);
      return response.status;
    } catch {
      return 'cut';
    }
  };
  return { worked, logged, url, faults, send };
}

describe('an emulator', () => {
  it('answers 501 for an unknown route and logs it', async () => {
    const { send, logged } = await start();
    assert.equal(await send('/none'), 501);
    assert.deepEqual(logged, ['test emulator: no route for GET /none']);
  });

  it('has control routes only if they are enabled', async () => {
    const { faults, send } = await start(false);
    assert.equal(
      (await faults({ kind: 'status', status: 503 })).status,
      200,
      'control paths are ordinary paths',
    );
    assert.equal(await send(), 200);
  });

  it('handles the request and responds as the fault specifies', async () => {
    const { faults, send, worked } = await start();
    const cases: readonly [object, number | string, number][] = [
      [{ kind: 'status', status: 503 }, 503, 0],
      [{ kind: 'status_after', status: 503 }, 503, 1],
      [{ kind: 'reset_before' }, 'cut', 0],
      [{ kind: 'reset_after' }, 'cut', 1],
      [{ kind: 'latency', ms: 1 }, 200, 1],
      [{ kind: 'latency_after', ms: 1 }, 200, 1],
    ];
    for (const [fault, status, work] of cases) {
      worked.length = 0;
      await faults(fault);
      assert.deepEqual([await send(), worked.length], [status, work], JSON.stringify(fault));
      assert.equal(await send(), 200, 'the fault is used up');
    }
  });

  it('decodes compressed bodies, and leaves the others as they are', async () => {
    const { url } = await start();
    const text = '{"series":[]}';
    for (const [encoding, body] of [
      ['deflate', deflateSync(text)],
      ['gzip', gzipSync(text)],
      ['zstd', zstdCompressSync(text)],
      ['identity', text],
      ['gzip', text],
    ] as const) {
      const headers = { 'content-encoding': encoding };
      const response = await fetch(`${url}/x`, { method: 'POST', headers, body });
      assert.deepEqual(await response.json(), { path: '/x', body: text }, encoding);
    }
  });

  it('rejects invalid faults, and keeps answering', async () => {
    const { faults, send, url } = await start();
    const invalid = [
      { kind: 'status', body: { errors: [] } },
      { kind: 'status', status: 'x' },
      { kind: 'status', status: 99 },
      { kind: 'status', path: '(' },
      { kind: 'latency', ms: '5' },
      { kind: 'status', headers: { a: 1 } },
      { kind: 'status', times: 0 },
      { kind: 'status', unknown: true },
      { kind: 'x' },
    ];
    for (const fault of invalid) assert.equal((await faults(fault)).status, 400, JSON.stringify(fault));
    assert.equal((await fetch(`${url}/__control/faults`, { method: 'POST', body: '{' })).status, 400);
    assert.equal(await send(), 200);
  });

  it('applies a late write after it closed the connection', async () => {
    const { faults, send, worked } = await start();
    await faults({ kind: 'late', ms: 20 });
    assert.equal(await send(), 'cut');
    while (worked.length === 0) await new Promise(setImmediate);
    assert.deepEqual(worked, ['GET']);
  });

  it('injects a fault into each n-th matching request', async () => {
    const { faults, send } = await start();
    await faults({ kind: 'status', status: 503, every: 3, times: 2 });
    const statuses: (number | string)[] = [];
    for (let sent = 0; sent < 10; sent += 1) statuses.push(await send());
    assert.deepEqual(statuses, [200, 200, 503, 200, 200, 503, 200, 200, 200, 200]);
  });

  it('injects a fault only into matching requests, and lists the received requests', async () => {
    const { faults, send, url } = await start();
    await faults({ kind: 'status', status: 503, method: 'POST', path: '^/x$' });
    assert.equal(await send('/x?a=b'), 200);
    assert.deepEqual(await (await fetch(`${url}/__control/requests`)).json(), [
      { method: 'GET', path: '/x', query: { a: 'b' } },
    ]);
    assert.equal((await fetch(`${url}/x`, { method: 'POST' })).status, 503);
    assert.equal((await faults({ kind: 'nonsense' })).status, 400);
  });
});
