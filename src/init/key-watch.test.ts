import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { Secret } from '../domain/secret.ts';
import { createLog } from '../runtime/log.ts';
import { VaultFailure } from './vault/failures.ts';
import type { Vault } from './vault/vault.ts';
import { createKeyWatch } from './key-watch.ts';
import type { VaultSession } from './vault/vault-session.ts';

const MINUTE = 60_000;
const KEYS = { 'datadog-api-key': 'a', 'datadog-app-key': 'b' };

/** A watch on a Vault that answers with `read`, and a session whose token is due at `tokenDueAt`. */
function opened(read: () => typeof KEYS, { random = 0, tokenDueAt = Infinity } = {}) {
  const clock = manualClock();
  const begin = clock.now();
  const counts = { reads: 0, refused: 0, rereads: 0 };
  const stopping = new AbortController();
  const written: string[] = [];
  const vault: Vault = {
    login: () => Promise.reject(new Error('not asked for')),
    renew: () => Promise.reject(new Error('not asked for')),
    revoke: async () => {},
    async read() {
      counts.reads += 1;
      return read();
    },
  };
  const session: VaultSession = {
    token: async () => ({
      secret: new Secret('t'),
      lifeMs: 0,
      renewable: true,
      revocable: true,
      limitedUses: false,
    }),
    dueAt: () => begin + tokenDueAt,
    endsAt: () => undefined,
    refused: () => void (counts.refused += 1),
    close: async () => {},
  };
  const watch = createKeyWatch({
    vault,
    session,
    paths: { main: 'm', sidecar: 's' },
    onDisk: undefined,
    intervalMs: 10 * MINUTE,
    clock,
    log: createLog('test', (line) => written.push(line)),
    random: () => random,
    rereadAuthority: () => void (counts.rereads += 1),
    stopping: stopping.signal,
  });
  /** Polls when due and returns the time (ms) until the next poll. */
  const poll = async () => {
    clock.advance(Math.max(0, watch.dueAt() - clock.now()));
    await watch.poll();
    return watch.dueAt() - clock.now();
  };
  return { clock, watch, counts, poll, written, stopping };
}

const failing = (failure: ConstructorParameters<typeof VaultFailure>[0]) => () => {
  throw new VaultFailure(failure, 'x');
};

describe('a watch on keys', () => {
  it('reads at its interval and when the token is due, not in between', async () => {
    const { watch, poll, counts, clock } = opened(() => KEYS);
    assert.equal(await poll(), 10 * MINUTE);
    clock.advance(10 * MINUTE - 1);
    await watch.poll();
    assert.equal(counts.reads, 2, 'one secret for each container');
    assert.equal(await opened(() => KEYS, { tokenDueAt: MINUTE }).poll(), MINUTE);
    assert.equal(await opened(() => KEYS, { tokenDueAt: 1 }).poll(), 1000, 'however short the lease');
  });

  it('backs off up to a minute and resets the backoff after a success', async () => {
    let well = false;
    const { poll } = opened(() => (well ? KEYS : failing('sealed')()));
    const waits = [];
    for (let polls = 0; polls < 8; polls += 1) waits.push((await poll()) / 1000);
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    well = true;
    await poll();
    well = false;
    assert.equal(await poll(), 1000);
  });

  it('randomises up to half of the backoff', async () => {
    assert.equal(await opened(failing('sealed'), { random: 1 }).poll(), 500);
    assert.equal(await opened(failing('sealed'), { random: 0.5 }).poll(), 750);
  });

  it('logs and counts failures, keeps the previous keys, and logs the recovery', async () => {
    let outcome: () => typeof KEYS = () => KEYS;
    const { watch, poll, written } = opened(() => outcome());
    await poll();
    const keys = watch.keys();
    outcome = failing('secret_deleted');
    await poll();
    await poll();
    outcome = () => {
      throw new TypeError('a mistake of ours');
    };
    await poll();
    assert.deepEqual(
      [...watch.failures()],
      [
        ['secret_deleted', 2],
        ['unforeseen', 1],
      ],
    );
    assert.match(watch.failing() ?? '', /a mistake of ours/);
    assert.equal(watch.keys(), keys);
    assert.match(
      written[0] ?? '',
      /"level":"warn".*"failure":"secret_deleted","reason":"The secret was deleted/,
    );
    outcome = () => KEYS;
    await poll();
    assert.equal(watch.failing(), undefined);
    assert.match(written.at(-1) ?? '', /keys are readable again/);
  });

  it('logs in again once if Vault rejects its token', async () => {
    let left = 1;
    const { watch, poll, counts } = opened(() => (left-- > 0 ? failing('token_dead')() : KEYS));
    await poll();
    assert.deepEqual([counts.refused, watch.failing()], [1, undefined]);
    assert.deepEqual([...watch.failures()], [['token_dead', 1]], 'a new login that helps is counted too');
    const lasting = opened(failing('token_uses'));
    await lasting.poll();
    assert.deepEqual([lasting.counts.refused, lasting.counts.reads], [1, 2]);
    assert.deepEqual([...lasting.watch.failures()], [['token_uses', 1]]);
    assert.match(lasting.watch.failing() ?? '', /no uses left/);
  });

  it('reads the CA again right before the attempt after Vault was not trusted', async () => {
    let outcome: () => typeof KEYS = failing('not_trusted');
    const { poll, counts } = opened(() => outcome());
    await poll();
    assert.equal(counts.rereads, 0, 'a CA that is replaced during the backoff counts');
    outcome = failing('certificate_expired');
    await poll();
    outcome = () => KEYS;
    await poll();
    await poll();
    assert.equal(counts.rereads, 2);
    const other = opened(failing('unreachable'));
    await other.poll();
    await other.poll();
    assert.equal(other.counts.rereads, 0);
  });

  it('logs no failure for a read that was aborted by the stop', async () => {
    const { poll, stopping, written } = opened(failing('unreachable'));
    stopping.abort();
    await poll();
    assert.deepEqual(written, []);
  });
});
