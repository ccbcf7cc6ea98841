import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type DatadogEmulatorOptions, startDatadogEmulator } from './datadog-emulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'datadog-emulator-'));
after(() => rmSync(folder, { recursive: true }));

const KEYS = { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' };
const MONITOR = { type: 'query alert', name: 'n', query: 'avg(last_5m):avg:a{*} > 2' };

async function withEmulator<T>(
  options: Partial<DatadogEmulatorOptions>,
  work: (send: (method: string, path: string, body?: unknown) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const emulator = await startDatadogEmulator({ port: 0, ...options });
  try {
    return await work(async (method, path, body) => {
      const response = await fetch(`${emulator.url}${path}`, {
        method,
        headers: KEYS,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return response.ok ? (text === '' ? undefined : JSON.parse(text)) : response.status;
    });
  } finally {
    await emulator.close();
  }
}

it('accepts the previous keys beside the current ones only with "keep"', async () => {
  await withEmulator({ control: true }, async (send) => {
    const others = { api: 'other-api', app: 'other-app' };
    await send('PUT', '/__control/keys', { ...others, keep: true });
    assert.deepEqual(await listed(send), []);
    await send('PUT', '/__control/keys', others);
    assert.equal(await send('GET', '/api/v1/monitor'), 403);
  });
});

describe('the state file', () => {
  it('restores created, updated and deleted objects at the next start, with the spelling of numbers', async () => {
    const state = join(folder, 'kept');
    await withEmulator({ state }, async (send) => {
      for (const name of ['a', 'b', 'c']) await send('POST', '/api/v1/monitor', { ...MONITOR, name });
      const [first, second] = await listed(send);
      await send('PUT', `/api/v1/monitor/${first?.id}`, { options: { thresholds: { critical: 2 } } });
      await send('DELETE', `/api/v1/monitor/${second?.id}`);
    });
    assert.match(readFileSync(state, 'utf8'), /"critical":2\.0/);
    await withEmulator({ state }, async (send) => {
      const restored = await listed(send);
      assert.deepEqual(
        restored.map(({ name, options }) => [name, options.thresholds]),
        [
          ['a', { critical: 2 }],
          ['c', undefined],
        ],
      );
      await send('POST', '/api/v1/monitor', { ...MONITOR, name: 'd' });
      assert.equal(
        new Set((await listed(send)).map(({ id }) => id)).size,
        3,
        'ids continue after the restart',
      );
    });
  });

  it('is compacted at the start, and may end in a truncated line', async () => {
    const state = join(folder, 'compact');
    await withEmulator({ state, services: [] }, async (send) => {
      await send('POST', '/api/v1/monitor', MONITOR);
      const [{ id } = { id: 0 }] = await listed(send);
      for (const message of ['1', '2', '3']) await send('PUT', `/api/v1/monitor/${id}`, { message });
    });
    appendFileSync(state, '{"collection":"monitors","id":"1","obj');
    await withEmulator({ state }, async (send) => assert.equal((await listed(send)).length, 1));
    const lines = readFileSync(state, 'utf8').split('\n');
    assert.equal(lines.filter((line) => line.includes('"monitors"')).length, 1);
  });

  it('is rejected with the number of its first invalid line', async () => {
    const state = join(folder, 'other');
    writeFileSync(state, '{"collection":"monitors","id":"1","object":{"id":1}}\n{"x":1}\n');
    await assert.rejects(startDatadogEmulator({ port: 0, state }), /line 2 of the state file/);
  });
});

describe('a seed file', () => {
  it('adds its objects at the start, in the form that reads return', async () => {
    const seed = join(folder, 'seed.json');
    writeFileSync(seed, JSON.stringify({ monitors: [{ id: 7, ...MONITOR, tags: ['a:b'], options: {} }] }));
    await withEmulator({ seed }, async (send) => {
      const found = await send('GET', '/api/v1/monitor?monitor_tags=a:b&page=0');
      assert.ok(Array.isArray(found) && found[0].id === 7);
    });
  });

  const invalidSeeds: readonly [seed: string, message: RegExp][] = [
    ['[]', /expected an object/],
    ['{"monitor": []}', /unknown collection "monitor"\. Use one of .*monitors/],
    ['{"monitors": {}}', /"monitors" must be a list/],
    ['{"monitors": [{}]}', /each item of "monitors" must be an object with an id/],
  ];
  for (const [text, message] of invalidSeeds) {
    it(`is rejected with the content ${text}`, async () => {
      const seed = join(folder, 'wrong.json');
      writeFileSync(seed, text);
      await assert.rejects(startDatadogEmulator({ port: 0, seed }), message);
    });
  }
});

describe('the write log', () => {
  it('lists every accepted write of a monitor or dashboard, with its object', async () => {
    const now = () => Date.parse('2026-02-03T04:05:06Z');
    await withEmulator({ now, control: true }, async (send) => {
      const tags = ['a:b'];
      await send('POST', '/api/v1/monitor', { ...MONITOR, tags });
      const [{ id } = { id: 0 }] = await listed(send);
      await send('PUT', `/api/v1/monitor/${id}`, { name: 'new' });
      await send('POST', '/api/v1/monitor/validate', MONITOR);
      await send('PUT', '/api/v1/monitor/7', { name: 'missing' });
      await send('DELETE', `/api/v1/monitor/${id}`);
      const writes = await send('GET', '/__control/writes');
      assert.ok(Array.isArray(writes));
      assert.deepEqual(
        writes.map(({ digest: _, ...write }) => write),
        ['POST', 'PUT', 'DELETE'].map((method) => ({
          at: now(),
          method,
          kind: 'monitor',
          id: String(id),
          object: { name: method === 'POST' ? MONITOR.name : 'new', type: MONITOR.type, tags },
        })),
      );
      assert.match(writes[0].digest, /^[0-9a-f]{64}$/);
    });
  });
});

describe('the clock', () => {
  it('stays at its start value until the control route sets it', async () => {
    const now = () => Date.parse('2026-02-03T04:05:06Z');
    await withEmulator({ now, control: true }, async (send) => {
      await send('POST', '/api/v1/monitor', MONITOR);
      await send('PUT', '/__control/clock', { now: '2027-01-01T00:00:00Z' });
      await send('POST', '/api/v1/monitor', { ...MONITOR, name: 'later' });
      assert.deepEqual(
        (await listed(send)).map(({ created }) => created),
        ['2026-02-03T04:05:06.000000+00:00', '2027-01-01T00:00:00.000000+00:00'],
      );
      assert.equal(await send('PUT', '/__control/clock', { now: 'noon' }), 400);
    });
  });
});

interface Listed {
  readonly id: number;
  readonly name: string;
  readonly created: string;
  readonly options: { readonly thresholds?: object };
}

async function listed(send: (method: string, path: string) => Promise<unknown>): Promise<Listed[]> {
  const list: unknown = await send('GET', '/api/v1/monitor?page=0');
  assert.ok(Array.isArray(list));
  return list;
}
