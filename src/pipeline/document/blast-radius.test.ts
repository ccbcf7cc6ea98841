import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  documentOf,
  idOf,
  items,
  LAST_APPLY,
  monitorEntry,
  problemOf,
  startInProcess,
} from '../../../test/documents-in-process.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

const keys = (count: number) => Array.from({ length: count }, (_, at) => `m${at}`);
/** Returns a document of `count` monitors, of which the first `changed` differ. */
const documentWith = (count: number, changed = 0, more: JsonObject = {}) =>
  documentOf({ monitors: keys(count).map((key, at) => monitorEntry(key, at < changed ? more : {})) });
const THRESHOLD = { options: { thresholds: { critical: 2, warning: 1 } } };

/** Creates `count` monitors and returns the number that the apply of a change of `changed` is refused with, or `done`. */
async function outcomeOf(count: number, changed: number, more: JsonObject, query = {}, percent = 50) {
  const { apply, ports, takenBy } = startWithWrites();
  Object.assign(ports, { maxChangePercent: percent });
  await apply(documentWith(count), {}, 60_000);
  const before = takenBy();
  const answer = await apply(documentWith(count, changed, more), query, 60_000).then(
    () => 'done' as const,
    (error: unknown) => problemOf(Promise.reject(error)),
  );
  if (answer === 'done') return answer;
  assert.equal(answer.code, 'too_many_changes');
  assert.equal(takenBy(), before, 'nothing was written');
  const named = items((answer.extras.members?.['changes'] ?? null) as Json).length;
  assert.match(answer.message, new RegExp(`of ${named} of the ${count} monitors`));
  assert.match(answer.extras.hint ?? '', new RegExp(`max_changes=${named} `));
  return named;
}

function startWithWrites() {
  const pipeline = startInProcess();
  let updates = 0;
  const { monitor } = pipeline.ports;
  Object.assign(pipeline.ports, {
    monitor: {
      ...monitor,
      update: (...args: Parameters<typeof monitor.update>) => {
        updates += 1;
        return monitor.update(...args);
      },
    },
  });
  return { ...pipeline, takenBy: () => updates };
}

describe('an apply that changes the alerting of many existing monitors', () => {
  it('stops before the first write, beyond the percentage and five monitors', async () => {
    assert.equal(await outcomeOf(12, 7, THRESHOLD), 7);
    assert.equal(await outcomeOf(12, 6, THRESHOLD), 'done');
    assert.equal(await outcomeOf(1, 1, THRESHOLD, {}, 0), 'done');
    assert.equal(await outcomeOf(6, 6, THRESHOLD, {}, 0), 6);
    assert.equal(await outcomeOf(7, 7, THRESHOLD, {}, 100), 'done');
  });

  it('goes on with force, or with max_changes instead of the percentage', async () => {
    assert.equal(await outcomeOf(6, 6, THRESHOLD, { force: 'true' }, 0), 'done');
    assert.equal(await outcomeOf(6, 6, THRESHOLD, { max_changes: '6' }, 0), 'done');
    assert.equal(await outcomeOf(2, 2, THRESHOLD, { max_changes: '1' }, 100), 2);
    assert.equal(await outcomeOf(1, 1, THRESHOLD, { max_changes: '0' }, 100), 1);
  });

  it('counts changes of query, thresholds and recipients, and no others', async () => {
    const counts = async (more: JsonObject) => (await outcomeOf(1, 1, more, { max_changes: '0' })) === 1;
    assert.equal(await counts({ query: 'avg(last_5m):avg:system.load.5{*} > 2' }), true);
    assert.equal(await counts({ message: 'x @slack-a' }), true);
    const escalation = { renotify_interval: 10, escalation_message: '@slack-b' };
    assert.equal(await counts({ options: { thresholds: { critical: 2 }, ...escalation } }), true);
    assert.equal(await counts({ message: 'other words, a@b @slack-shop' }), false);
    assert.equal(await counts({ priority: 2, tags: ['a:b'], name: 'Another' }), false);
    assert.equal(await counts({ options: { thresholds: { critical: 2 }, renotify_interval: 10 } }), false);
  });

  it('counts recipients that are notified at other times', async () => {
    const { apply } = startInProcess();
    const of = (message: string) => documentOf({ monitors: [monitorEntry('load', { message })] });
    await apply(of('{{#is_alert}}@slack-a{{/is_alert}}'));
    const tight = { max_changes: '0' };
    await apply(of('Words. {{#is_alert}}See: @slack-a{{/is_alert}}'), tight);
    const { code } = await problemOf(apply(of('{{#is_recovery}}@slack-a{{/is_recovery}}'), tight));
    assert.equal(code, 'too_many_changes');
  });

  it('does not count creates, and counts adopted monitors', async () => {
    const { apply, plan, person } = startInProcess();
    const tight = { max_changes: '0' };
    await apply(documentWith(7), tight, 60_000);
    const { id, ...made } = person('POST', '/api/v1/monitor', {
      type: 'query alert',
      name: 'By hand',
      query: 'avg(last_5m):avg:system.cpu.user{*} > 9',
    });
    const entry = { key: 'x', adopt: String(id), type: 'query alert', query: String(made['query']) };
    const adopting = (more: JsonObject) => documentOf({ monitors: [{ ...entry, ...more }] });
    assert.equal(idOf(await plan(adopting({})), 'x'), String(id));
    const { code, message } = await problemOf(apply(adopting({ message: '@slack-a' }), tight));
    assert.deepEqual([code, /of 1 of the 8 monitors/.test(message)], ['too_many_changes', true]);
    await apply(adopting({}), tight);
  });

  it('is limited in a restore too', async () => {
    const { apply, ask, ports } = startInProcess();
    Object.assign(ports, { maxChangePercent: 0 });
    await apply(documentWith(6), {}, 60_000);
    await apply(documentWith(6, 6, THRESHOLD), { max_changes: '6' }, 60_000);
    const { basis = '' } = await ask('/restore', LAST_APPLY);
    const restore = (query = {}) => ask('/restore', { ...LAST_APPLY, basis }, query, 60_000);
    assert.equal((await problemOf(restore())).code, 'too_many_changes');
    assert.equal(items((await restore({ max_changes: '6' }))['done']).length, 6);
  });
});
