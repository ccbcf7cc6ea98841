import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { sandboxSeed } from '../../../emulators/vault/vault-seed.ts';
import { emulatedVault } from '../../../test/emulated-vault.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import { createLog } from '../../runtime/log.ts';
import { createVault } from './vault.ts';
import { createVaultSession } from './vault-session.ts';

const SECOND = 1000;
const folder = mkdtempSync(join(tmpdir(), 'session-'));
after(() => rmSync(folder, { recursive: true }));
const tokenFile = join(folder, 'token');
beforeEach(() => writeFileSync(tokenFile, 'sandbox-jwt'));

const ROLE = { names: ['birddog'], namespaces: ['birddog'], audience: 'vault', read: ['secret/data/*'] };

function opened(role: { ttl: number; maxTtl: number; tokenType?: 'service' | 'batch' }) {
  const clock = manualClock();
  const vault = emulatedVault({ ...sandboxSeed(), roles: { birddog: { ...ROLE, ...role } } }, clock.now);
  const client = createVault({
    address: new URL('http://127.0.0.1:8200'),
    outbound: vault.outbound,
    kv: { mount: 'secret', version: 2 },
  });
  const log = createLog('test', () => {});
  const session = createVaultSession({
    vault: client,
    clock,
    log,
    tokenFile,
    authMount: 'kubernetes',
    role: 'birddog',
  });
  const deadline = deadlineAfter(60_000, clock);
  after(() => deadline.close());
  const token = async () => (await session.token(deadline)).secret.reveal();
  /** Returns the last segments of the requests since the previous call. */
  const asked = () => vault.requests.splice(0).map((line) => line.split('/').at(-1));
  return { clock, vault, session, token, asked };
}

describe('a Vault session', () => {
  it('keeps its token and renews it after two thirds of the lease', async () => {
    const { clock, session, token, asked } = opened({ ttl: 90, maxTtl: 9000 });
    const first = await token();
    assert.equal(session.endsAt(), clock.now() + 90 * SECOND);
    clock.advance(60 * SECOND - 1);
    assert.equal(await token(), first);
    assert.deepEqual(asked(), ['login']);
    clock.advance(1);
    assert.equal(session.dueAt(), clock.now());
    assert.equal(await token(), first);
    assert.deepEqual(asked(), ['renew-self']);
    assert.equal(session.endsAt(), clock.now() + 90 * SECOND);
  });

  it('logs in again before the max TTL and revokes the old token', async () => {
    const { clock, session, token, asked } = opened({ ttl: 90, maxTtl: 140 });
    const first = await token();
    clock.advance(60 * SECOND);
    assert.equal(await token(), first);
    assert.equal(session.endsAt(), clock.now() + 80 * SECOND, 'the lease is cut to the max TTL');
    clock.advance(54 * SECOND);
    assert.equal(await token(), first);
    assert.equal(session.endsAt(), clock.now() + 26 * SECOND);
    clock.advance(18 * SECOND);
    assert.notEqual(await token(), first);
    assert.deepEqual(asked(), ['login', 'renew-self', 'renew-self', 'login', 'revoke-self']);
    assert.equal(session.endsAt(), clock.now() + 90 * SECOND);
  });

  it('logs in again with the current token file if Vault does not renew', async () => {
    const { clock, vault, token, asked } = opened({ ttl: 90, maxTtl: 9000 });
    const first = await token();
    clock.advance(60 * SECOND);
    vault.control('DELETE', 'tokens');
    writeFileSync(tokenFile, 'of-another');
    await assert.rejects(token(), { failure: 'login_denied' });
    writeFileSync(tokenFile, 'sandbox-jwt\n');
    assert.notEqual(await token(), first);
    assert.deepEqual(asked().slice(0, 3), ['login', 'renew-self', 'login']);
  });

  it('keeps a valid token while Vault is unavailable', async () => {
    const { clock, vault, token, asked } = opened({ ttl: 90, maxTtl: 9000 });
    const first = await token();
    clock.advance(60 * SECOND);
    vault.control('PUT', 'mode', { mode: 'sealed' });
    await assert.rejects(token(), { failure: 'sealed' });
    vault.control('PUT', 'mode', { mode: 'active' });
    assert.equal(await token(), first);
    assert.deepEqual(asked(), ['login', 'renew-self', 'health', 'renew-self']);
  });

  it('renews neither an expired token nor a batch token', async () => {
    const ended = opened({ ttl: 90, maxTtl: 9000 });
    await ended.token();
    ended.clock.advance(91 * SECOND);
    await ended.token();
    assert.deepEqual(ended.asked(), ['login', 'login']);
    const batch = opened({ ttl: 90, maxTtl: 90, tokenType: 'batch' });
    const first = await batch.token();
    batch.clock.advance(60 * SECOND);
    assert.notEqual(await batch.token(), first);
    assert.deepEqual(batch.asked(), ['login', 'login'], 'a batch token cannot be revoked');
  });

  it('revokes its token exactly once, and only if it has one', async () => {
    const { session, token, asked } = opened({ ttl: 90, maxTtl: 9000 });
    await session.close();
    assert.deepEqual(asked(), []);
    await token();
    await session.close();
    await session.close();
    assert.deepEqual(asked(), ['login', 'revoke-self']);
    assert.equal(session.endsAt(), undefined);
  });
});
