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
    token: async () => new Secret('t'),
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
  /** One turn as soon as it is due; how long (ms) until the next. */
  const turn = async () => {
    clock.advance(Math.max(0, watch.dueAt() - clock.now()));
    await watch.turn();
    return watch.dueAt() - clock.now();
  };
  return { clock, watch, counts, turn, written, stopping };
}

const failing = (failure: ConstructorParameters<typeof VaultFailure>[0]) => () => {
  throw new VaultFailure(failure, 'x');
};

describe('a watch on keys', () => {
  it('asks at its interval, or when the token is due, and not in between', async () => {
    const { watch, turn, counts, clock } = opened(() => KEYS);
    assert.equal(await turn(), 10 * MINUTE);
    clock.advance(10 * MINUTE - 1);
    await watch.turn();
    assert.equal(counts.reads, 2, 'one secret for each container');
    assert.equal(await opened(() => KEYS, { tokenDueAt: MINUTE }).turn(), MINUTE);
    assert.equal(await opened(() => KEYS, { tokenDueAt: 1 }).turn(), 1000, 'however short the lease');
  });

  it('tries again later and later, up to a minute, and soon after things have gone well', async () => {
    let well = false;
    const { turn } = opened(() => (well ? KEYS : failing('sealed')()));
    const waits = [];
    for (let turns = 0; turns < 8; turns += 1) waits.push((await turn()) / 1000);
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    well = true;
    await turn();
    well = false;
    assert.equal(await turn(), 1000);
  });

  it('leaves up to half of the wait to chance', async () => {
    assert.equal(await opened(failing('sealed'), { random: 1 }).turn(), 500);
    assert.equal(await opened(failing('sealed'), { random: 0.5 }).turn(), 750);
  });

  it('says what is wrong, counts it, keeps the keys of before, and says when it is over', async () => {
    let outcome: () => typeof KEYS = () => KEYS;
    const { watch, turn, written } = opened(() => outcome());
    await turn();
    const keys = watch.keys();
    outcome = failing('secret_deleted');
    await turn();
    await turn();
    outcome = () => {
      throw new TypeError('a mistake of ours');
    };
    await turn();
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
    await turn();
    assert.equal(watch.failing(), undefined);
    assert.match(written.at(-1) ?? '', /keys are readable again/);
  });

  it('logs in anew once for a token that Vault does not know', async () => {
    let left = 1;
    const { watch, turn, counts } = opened(() => (left-- > 0 ? failing('token_dead')() : KEYS));
    await turn();
    assert.deepEqual([counts.refused, watch.failing()], [1, undefined]);
    const lasting = opened(failing('token_dead'));
    await lasting.turn();
    assert.deepEqual([lasting.counts.refused, lasting.counts.reads], [1, 2]);
    assert.match(lasting.watch.failing() ?? '', /rejected the token that it issued/);
  });

  it('has the CA read anew where Vault is not trusted', async () => {
    const { turn, counts } = opened(failing('not_trusted'));
    await turn();
    assert.equal(counts.rereads, 1);
    const other = opened(failing('unreachable'));
    await other.turn();
    assert.equal(other.counts.rereads, 0);
  });

  it('says nothing of what was cut off because all is being stopped', async () => {
    const { turn, stopping, written } = opened(failing('unreachable'));
    stopping.abort();
    await turn();
    assert.deepEqual(written, []);
  });
});
