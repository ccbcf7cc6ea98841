import assert from 'node:assert/strict';
import { it } from 'node:test';
import { manualClock } from '../../../test/manual-clock.ts';
import type { Database, Row } from './database.ts';
import { type Every, Leases } from './leases.ts';

const NAME = { kind: 'monitor', application: 'a' } as const;
const DEADLINE = { left: () => 1000, signal: new AbortController().signal };

it('a lease that is acquired during a renewal of the others is not lost', async () => {
  const { promise: renewed, resolve: renew } = Promise.withResolvers<Row[]>();
  const tokens: unknown[] = [];
  const database: Database = {
    dialect: { name: 'sqlite', now: '0', time: '0', relaxed: '0', bytes: 'BLOB', lock: undefined },
    query: () => renewed,
    sequence: async (statements) => {
      for (const { values } of statements) tokens.push(values[1]);
      return statements.map(() => [{}]);
    },
    transaction: () => assert.fail('nothing needs a transaction'),
    bytes: () => undefined,
    close: async () => {},
  };
  let renewNow = () => {};
  const every: Every = (_ms, work) => {
    renewNow = work;
    return () => {};
  };
  const leases = new Leases(database, manualClock(), { exclusive: false, every });
  const { lease: first } = await leases.acquire([{ ...NAME, key: 'first' }], DEADLINE);
  renewNow();
  const { lease: second } = await leases.acquire([{ ...NAME, key: 'second' }], DEADLINE);
  renew([{ token: tokens[0] }]);
  await renewed;
  await Promise.resolve();
  assert.deepEqual([first.lost.aborted, second.lost.aborted], [false, false]);
});
