import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ManualClock, manualClock } from '../../test/manual-clock.ts';
import { Secret } from '../domain/secret.ts';
import { createLog } from '../runtime/log.ts';
import { mintCertificates } from './certificates.ts';
import type { Both } from './container-keys.ts';
import type { KeyWatch } from './key-watch.ts';
import { createWatch } from './watch.ts';
import type { SecretFiles } from './write-set.ts';

const HOUR = 60 * 60 * 1000;
const STEP = 60_000;
let folder = '';
let clock: ManualClock;
let written: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  clock = manualClock();
  written = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const current = (container: string) => join(folder, container, 'current');
const file = (container: string, name: string) => readFileSync(join(current(container), name), 'utf8');
const KEYS = { 'datadog-api-key': 'api', 'datadog-app-key': 'app' };
const filesOf = (texts: Record<string, string>) =>
  new Map(Object.entries(texts).map(([name, text]) => [name, new Secret(text)]));

/** Creates a watch whose keys come from `vault`. */
function opened(vault?: { keys: Both<SecretFiles> | undefined }) {
  const keyWatch = (onDisk: Both<SecretFiles> | undefined): KeyWatch => ({
    poll: async () => {},
    keys: () => vault?.keys ?? onDisk,
    dueAt: () => clock.now() + HOUR,
    readAt: () => undefined,
    failures: () => new Map(),
    failing: () => undefined,
  });
  return createWatch({
    folders: { main: join(folder, 'main'), sidecar: join(folder, 'sidecar') },
    keyWatch: vault ? keyWatch : undefined,
    mint: mintCertificates,
    renewMs: 16 * HOUR,
    stepMs: STEP,
    clock,
    log: createLog('test', (line) => written.push(line)),
  });
}

describe('a watch on keys and certificates', () => {
  it('writes nothing without keys, and both sets as soon as keys are available', async () => {
    const vault: { keys: Both<SecretFiles> | undefined } = { keys: undefined };
    const watch = await opened(vault);
    assert.equal(await watch.runDue(), clock.now() + HOUR);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(watch.upstream(), undefined);
    vault.keys = { main: filesOf({ ...KEYS, 'leanix-api-token': 'l' }), sidecar: filesOf(KEYS) };
    await watch.runDue();
    assert.deepEqual(readdirSync(current('sidecar')).sort(), [
      'ca.crt',
      ...Object.keys(KEYS),
      'tls.crt',
      'tls.key',
    ]);
    assert.equal(file('main', 'leanix-api-token'), 'l');
    assert.equal(watch.upstream()?.main.cert, file('main', 'tls.crt'));
  });

  it('writes only changed sets, also when a field was removed', async () => {
    const both = { main: filesOf({ ...KEYS, 'leanix-api-token': 'l' }), sidecar: filesOf(KEYS) };
    const vault = { keys: both };
    const watch = await opened(vault);
    await watch.runDue();
    const before = ['main', 'sidecar'].map((container) => readdirSync(join(folder, container)));
    await watch.runDue();
    assert.deepEqual(
      ['main', 'sidecar'].map((container) => readdirSync(join(folder, container))),
      before,
    );
    clock.advance(HOUR);
    vault.keys = { ...both, main: filesOf({ ...KEYS, 'datadog-app-key': 'app-2' }) };
    await watch.runDue();
    assert.deepEqual(readdirSync(join(folder, 'sidecar')), before[1]);
    assert.equal(file('main', 'datadog-app-key'), 'app-2');
    assert.ok(!readdirSync(current('main')).includes('leanix-api-token'));
    assert.deepEqual(
      [...watch.keysWrittenAt()],
      [
        ['main', clock.now()],
        ['sidecar', clock.now() - HOUR],
      ],
      'a key is as old as its text',
    );
  });

  it('continues with the keys on disk and restores modified files', async () => {
    await (await opened({ keys: { main: filesOf(KEYS), sidecar: filesOf(KEYS) } })).runDue();
    const watch = await opened({ keys: undefined });
    const leaf = file('main', 'tls.crt');
    rmSync(join(current('main'), 'tls.crt'));
    rmSync(join(current('sidecar'), 'datadog-api-key'));
    await watch.runDue();
    assert.deepEqual([file('main', 'tls.crt'), file('sidecar', 'datadog-api-key')], [leaf, 'api']);
  });

  it('takes the next step only after the previous one is written for both sides', async () => {
    const watch = await opened();
    await watch.runDue();
    const [ca, leaf] = [file('sidecar', 'ca.crt'), file('sidecar', 'tls.crt')];
    // The folder of the sidecar's sets cannot be written: it is now a dangling link.
    const unavailable = join(folder, 'unavailable');
    clock.advance(16 * HOUR);
    rmSync(join(folder, 'sidecar'), { recursive: true });
    symlinkSync(join(unavailable, 'sets'), join(folder, 'sidecar'));
    writeFileSync(unavailable, 'a file where a folder should be');
    assert.equal(await watch.runDue(), clock.now() + 5000);
    assert.match(watch.unwritten() ?? '', /ENOTDIR|EEXIST|ENOENT/);
    assert.match(written.at(-1) ?? '', /"level":"error".*secrets not written/);
    for (let runs = 0; runs < 3; runs += 1) {
      clock.advance(HOUR / 6);
      await watch.runDue();
    }
    assert.equal(written.filter((line) => line.includes('certificates ')).length, 2, 'replaced, announced');
    rmSync(unavailable);
    mkdirSync(join(unavailable, 'sets'), { recursive: true });
    assert.equal(await watch.runDue(), clock.now() + STEP);
    assert.equal(watch.unwritten(), undefined);
    assert.ok(file('sidecar', 'ca.crt').startsWith(ca));
    assert.equal(file('sidecar', 'tls.crt'), leaf);
    clock.advance(STEP);
    await watch.runDue();
    assert.notEqual(file('sidecar', 'tls.crt'), leaf);
  });

  it('writes no keys if it maintains only certificates', async () => {
    const watch = await opened();
    assert.equal(await watch.runDue(), clock.now() + 16 * HOUR);
    for (const container of ['main', 'sidecar'])
      assert.deepEqual(readdirSync(current(container)).sort(), ['ca.crt', 'tls.crt', 'tls.key']);
  });
});
