import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkRun } from './check-run.ts';
import type { Attempt, Operation, Target } from './operation.ts';
import type { LoggedWrite } from './write-log.ts';

const KEY = { kind: 'monitor', key: 'k' } as const;
const target = (version: string | undefined): Target => ({ ...KEY, version });

/** An attempt from `start` to `end` that is acknowledged, unless `acknowledged` says otherwise. */
function attempt(
  verb: Operation['verb'],
  targets: readonly Target[],
  [start, end]: readonly [number, number],
  options: { acknowledged?: boolean; prune?: boolean; force?: boolean } = {},
): Attempt {
  const { acknowledged = true, prune = false, force = false } = options;
  const operation = { application: 'a', verb, targets, prune, force };
  return {
    operation,
    start,
    end,
    acknowledged: acknowledged ? targets : [],
    isComplete: acknowledged,
    answer: '',
  };
}
const write = (method: LoggedWrite['method'], at: number, id: string, version = ''): LoggedWrite => ({
  method,
  at,
  id,
  version,
  name: 'monitor:a/k',
  digest: '',
});

/** A run in which one monitor is created, updated and deleted. */
const ATTEMPTS = [
  attempt('create', [target('v1')], [100, 200]),
  attempt('update', [target('v2')], [300, 400]),
  attempt('delete', [target(undefined)], [500, 600]),
];
const WRITES = [write('POST', 150, '1', 'v1'), write('PUT', 350, '1', 'v2'), write('DELETE', 550, '1')];

function judged(writes: readonly LoggedWrite[], attempts: readonly Attempt[] = ATTEMPTS, clone = '') {
  const { lost, doubled, unasked } = checkRun({ attempts, writes, clones: new Set([clone]) });
  return { lost: lost.length, doubled: doubled.length, unasked: unasked.length };
}
const NOTHING = { lost: 0, doubled: 0, unasked: 0 };

describe('the checker', () => {
  it('finds nothing in a log that matches the operations', () => {
    assert.deepEqual(judged(WRITES), NOTHING);
  });

  it('notices a lost write, whichever it is', () => {
    for (const missing of WRITES) {
      const { lost } = judged(WRITES.filter((one) => one !== missing));
      assert.ok(lost > 0, `${missing.method} is missing`);
    }
  });

  it('notices a doubled write', () => {
    const twice = [...WRITES.slice(0, 1), write('POST', 151, '2', 'v1')];
    assert.deepEqual(judged(twice, ATTEMPTS.slice(0, 1)), { ...NOTHING, doubled: 1 });
  });

  it('accepts two objects only while a replace is unfinished', () => {
    const create = attempt('apply', [target('v1')], [100, 200]);
    const both = [write('POST', 150, '1', 'v1'), write('POST', 350, '2', 'v2')];
    const replace = (acknowledged: boolean) =>
      attempt('apply', [target('v2')], [300, 400], { acknowledged, force: true });
    assert.deepEqual(judged(both, [create, replace(false)]), NOTHING);
    assert.equal(judged(both, [create, replace(true)]).doubled, 1);
    const prune = attempt('apply', [], [500, 600], { prune: true });
    const pruned = [...both, write('DELETE', 550, '1')];
    assert.deepEqual(judged(pruned, [create, replace(false), prune]), NOTHING);
    assert.equal(judged(pruned, [create, replace(true), prune]).lost, 1);
    const third = [...both, write('POST', 360, '3', 'v2')];
    assert.equal(judged(third, [create, replace(false)]).doubled, 1);
  });

  it('notices a write that nobody asked for', () => {
    for (const unasked of [
      write('PUT', 360, '1', 'v9'),
      write('POST', 50, '3', 'v1'),
      { ...write('POST', 360, '9', 'v1'), name: 'monitor:a/other' },
    ])
      assert.ok(judged([unasked, ...WRITES]).unasked > 0, JSON.stringify(unasked));
    const noDelete = ATTEMPTS.slice(0, 2);
    assert.equal(judged(WRITES, noDelete).unasked, 1);
  });

  it('notices an older update that lands after a newer one was acknowledged', () => {
    const attempts = [
      attempt('create', [target('v1')], [100, 200]),
      attempt('update', [target('v2')], [300, 350], { acknowledged: false }),
      attempt('update', [target('v3')], [400, 450]),
    ];
    const late = [write('POST', 150, '1', 'v1'), write('PUT', 420, '1', 'v3'), write('PUT', 500, '1', 'v2')];
    assert.deepEqual(judged(late, attempts), { ...NOTHING, lost: 1 });
    const cut = attempts.with(1, { ...attempt('update', [target('v2')], [300, Infinity]), acknowledged: [] });
    assert.deepEqual(judged(late, cut), NOTHING, 'the server may still work on a request that was cut off');
  });

  it('notices a write of a clone', () => {
    assert.equal(judged(WRITES, ATTEMPTS, '1').unasked, 3);
  });

  it('accepts the end of a replace, and deletes that a prune asked for', () => {
    const replaced = [
      attempt('apply', [target('v1')], [100, 200]),
      attempt('apply', [target('v2')], [300, 400]),
      attempt('apply', [], [500, 600], { prune: true }),
    ];
    const writes = [
      write('POST', 150, '1', 'v1'),
      write('POST', 350, '2', 'v2'),
      write('DELETE', 360, '1'),
      write('DELETE', 550, '2'),
    ];
    assert.deepEqual(judged(writes, replaced), NOTHING);
    assert.equal(judged(writes.slice(0, 3), replaced).lost, 1, 'the prune was acknowledged');
  });
});
