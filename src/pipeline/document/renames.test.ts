import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  changed,
  codes,
  documentOf,
  idOf,
  items,
  monitorEntry,
  type Pipeline,
  problemOf,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { JsonObject } from '../../domain/json.ts';
import { markOf } from '../../domain/marker.ts';

const of = (...monitors: JsonObject[]) => documentOf({ monitors });
const renamed = (key: string, from: string | string[], more: JsonObject = {}) => ({
  ...monitorEntry(key),
  query: 'avg(last_5m):avg:system.load.1{part:x} > 2',
  name: 'x',
  renamed_from: from,
  ...more,
});
const plain = (key: string, more: JsonObject = {}) => {
  const { renamed_from: _, ...entry } = renamed(key, key, more);
  return entry;
};
const ids = (body: JsonObject) =>
  Object.fromEntries(items(body['objects']).map(({ key, id }) => [String(key), String(id ?? '')]));
const held = ({ world }: Pipeline) =>
  Object.fromEntries(
    items(world.person('GET', '/api/v1/monitor') as never).map((one) => [
      String(one['id']),
      `${markOf('monitor', one)?.application}/${markOf('monitor', one)?.key}`,
    ]),
  );
const errors = (body: JsonObject) =>
  items(body['findings']).flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));

/** Creates a monitor and returns its id. */
async function made({ apply, plan }: Pipeline, key: string): Promise<string> {
  await apply(of(plain(key)));
  return idOf(await plan(of(plain(key))), key);
}

describe('an entry with renamed_from', () => {
  it('gives the object its new key, keeps its id, and stays valid afterwards', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const document = of(renamed('b', 'a'));
    const plan = await pipeline.plan(document, { prune: 'true' });
    assert.deepEqual([told(plan), changed(plan)], [['b rename'], []]);
    assert.deepEqual(items(plan['objects'])[0]?.['renamed_from'], 'a');
    const done = await pipeline.apply(document, { prune: 'true', basis: String(plan['basis']) });
    assert.deepEqual(
      items(done['done']).map(({ action, id: written }) => [action, written]),
      [['rename', id]],
    );
    assert.deepEqual(held(pipeline), { [id]: 'app/b' });
    const again = await pipeline.plan(document, { prune: 'true' });
    assert.deepEqual([told(again), codes(again)], [['b none'], ['rename_done']]);
    assert.equal(again['basis'], done['basis']);
    assert.deepEqual(told(await pipeline.plan(of(plain('b')))), ['b none']);
  });

  it('makes other changes with the same write', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const document = of(renamed('b', 'a', { message: 'now @slack-b' }));
    const plan = await pipeline.plan(document);
    assert.deepEqual([told(plan), changed(plan)], [['b rename'], ['/message']]);
    await pipeline.apply(document);
    const now = pipeline.person('GET', `/api/v1/monitor/${id}`);
    assert.deepEqual([now['message'], markOf('monitor', now)?.key], ['now @slack-b', 'b']);
    assert.deepEqual(told(await pipeline.plan(document)), ['b none']);
  });

  it('renames a dashboard by the last line of its description', async () => {
    const pipeline = startInProcess();
    const board = { title: 'B', layout_type: 'ordered', widgets: [], description: 'Words.' };
    await pipeline.apply(documentOf({ dashboards: [{ ...board, key: 'a' }] }));
    const document = documentOf({ dashboards: [{ ...board, key: 'b', renamed_from: 'a' }] });
    const plan = await pipeline.plan(document);
    assert.deepEqual([told(plan), changed(plan)], [['b rename'], []]);
    await pipeline.apply(document);
    const now = pipeline.person('GET', `/api/v1/dashboard/${idOf(plan, 'b')}`);
    assert.equal(now['description'], 'Words.\n\nManaged by Birddog: app/b');
    assert.deepEqual(told(await pipeline.plan(document)), ['b none']);
  });

  it('resolves a chain of entries, whichever of them is done', async () => {
    for (const doneBefore of [0, 1, 2]) {
      const pipeline = startInProcess();
      await pipeline.apply(of(monitorEntry('a'), monitorEntry('b')));
      const { a, b } = ids(await pipeline.plan(of(monitorEntry('a'), monitorEntry('b'))));
      const chain = [
        { ...monitorEntry('b'), name: 'a', query: monitorEntry('a')['query'] ?? '', renamed_from: 'a' },
        { ...monitorEntry('c'), name: 'b', query: monitorEntry('b')['query'] ?? '', renamed_from: 'b' },
      ];
      if (doneBefore === 1) await pipeline.apply(of(...chain.slice(1)));
      if (doneBefore === 2) await pipeline.apply(of(...chain));
      const plan = await pipeline.plan(of(...chain));
      assert.deepEqual(errors(plan), []);
      assert.deepEqual(ids(plan), { b: a, c: b });
      await pipeline.apply(of(...chain));
      assert.deepEqual(held(pipeline), { [a ?? '']: 'app/b', [b ?? '']: 'app/c' });
      const again = await pipeline.plan(of(...chain));
      assert.deepEqual(
        [told(again).sort(), codes(again)],
        [
          ['b none', 'c none'],
          ['rename_done', 'rename_done'],
        ],
      );
    }
  });

  it('writes nothing over a key that Datadog refuses to free', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(of(monitorEntry('a'), monitorEntry('b')));
    const chain = of(
      { ...monitorEntry('b'), renamed_from: 'a' },
      { ...monitorEntry('c'), type: 'composite', query: '999999999 && 999999998', renamed_from: 'b' },
    );
    const { update } = pipeline.ports.monitor;
    assert.deepEqual(errors(await pipeline.planRefused(chain)), ['rename_replace']);
    Object.assign(pipeline.ports.monitor, {
      update: async (...args: Parameters<typeof update>) => {
        if (markOf('monitor', args[1])?.key !== 'c') return update(...args);
        throw new ProblemError('datadog_refused', 'no');
      },
    });
    const before = held(pipeline);
    // Datadog would refuse an object that equals another one.
    const renames = of(
      { ...monitorEntry('a'), key: 'b', renamed_from: 'a' },
      { ...monitorEntry('b'), key: 'c', renamed_from: 'b' },
    );
    const { code, extras } = await problemOf(pipeline.apply(renames));
    const remaining = items(extras.members?.['remaining'] as never).map(({ reason }) => reason);
    assert.deepEqual([code, remaining], ['datadog_refused', ['refused', 'dependency']]);
    assert.deepEqual(held(pipeline), before);
  });

  it('finds the object under any of several former keys', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const document = of(renamed('c', ['b', 'a']));
    await pipeline.apply(document);
    assert.deepEqual(held(pipeline), { [id]: 'app/c' });
    assert.deepEqual(told(await pipeline.plan(document)), ['c none']);
  });

  it('is an error if both keys are present, in Datadog or in the document', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(of(monitorEntry('a'), monitorEntry('b')));
    const both = await pipeline.planRefused(of({ ...monitorEntry('b'), renamed_from: 'a' }));
    assert.deepEqual(errors(both), ['rename_conflict']);
    assert.match(String(items(both['findings'])[0]?.['message']), /Both keys are present/);
    const inDocument = of(monitorEntry('a'), { ...monitorEntry('c'), renamed_from: 'a' });
    assert.deepEqual(errors(await pipeline.planRefused(inDocument)), ['rename_conflict']);
    const { code } = await problemOf(pipeline.apply(inDocument));
    assert.equal(code, 'invalid');
  });

  it('is an error if two entries name the same key, or exchange their keys', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(of(monitorEntry('a'), monitorEntry('b')));
    const twice = of(
      { ...monitorEntry('c'), renamed_from: 'a' },
      { ...monitorEntry('d'), renamed_from: 'a' },
    );
    assert.deepEqual(errors(await pipeline.planRefused(twice)), ['rename_conflict']);
    const exchange = of(
      { ...monitorEntry('a'), renamed_from: 'b' },
      { ...monitorEntry('b'), renamed_from: 'a' },
    );
    const plan = await pipeline.planRefused(exchange);
    assert.deepEqual(
      [errors(plan), told(plan)],
      [
        ['rename_cycle', 'rename_cycle'],
        ['a none', 'b none'],
      ],
    );
  });

  it('creates the object, with a warning, if Datadog has it under neither key', async () => {
    const pipeline = startInProcess();
    const plan = await pipeline.plan(of(renamed('b', 'a')));
    assert.deepEqual([told(plan), codes(plan)], [['b create'], ['rename_missing']]);
    await pipeline.apply(of(renamed('b', 'a')));
    assert.deepEqual(codes(await pipeline.plan(of(renamed('b', 'a')))), ['rename_done']);
  });

  it('is refused while the object has a clone, and never renames the clone', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const { id: _, ...rest } = pipeline.person('GET', `/api/v1/monitor/${id}`);
    const clone = String(pipeline.person('POST', '/api/v1/monitor', { ...rest, name: 'clone' })['id']);
    const document = of(renamed('b', 'a'));
    assert.deepEqual(errors(await pipeline.planRefused(document)), ['rename_clone']);
    await problemOf(pipeline.apply(document));
    assert.deepEqual(held(pipeline), { [id]: 'app/a', [clone]: 'app/a' });
    const adopting = of(plain('b', { adopt: clone }));
    assert.deepEqual(errors(await pipeline.planRefused(adopting)), ['rename_clone']);
  });

  it('makes a reference to the old key an error that names the new one', async () => {
    const pipeline = startInProcess();
    await made(pipeline, 'a');
    const both = (key: string) => ({
      key: 'both',
      type: 'composite',
      name: 'both',
      message: '@slack-shop',
      query: `\${monitor:${key}} || \${monitor:${key}}`,
    });
    const former = await pipeline.planRefused(of(renamed('b', 'a'), both('a')));
    assert.deepEqual(errors(former), ['dangling_reference', 'dangling_reference']);
    assert.match(String(items(former['findings'])[0]?.['hint']), /write \$\{monitor:b\}/);
    const document = of(renamed('b', 'a'), both('b'));
    const { b } = ids(await pipeline.plan(document));
    await pipeline.apply(document);
    const plan = await pipeline.plan(document);
    assert.deepEqual(told(plan), ['b none', 'both none']);
    const whole = pipeline.person('GET', `/api/v1/monitor/${idOf(plan, 'both')}`);
    assert.equal(whole['query'], `${b} || ${b}`);
  });

  it('is what adopt of an own object under a new key does', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const document = of(plain('b', { adopt: id }));
    const plan = await pipeline.plan(document);
    assert.deepEqual([told(plan), codes(plan)], [['b rename'], []]);
    await pipeline.apply(document);
    assert.deepEqual(held(pipeline), { [id]: 'app/b' });
    assert.deepEqual(told(await pipeline.plan(document)), ['b none']);
    const kept = of(plain('b'), plain('c', { adopt: id, query: 'avg(last_5m):avg:system.load.5{*} > 2' }));
    assert.deepEqual(errors(await pipeline.planRefused(kept)), ['rename_conflict']);
  });

  it('takes an object from another application, with the team of the new one', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const document = {
      ...of(renamed('b', 'app/a')),
      application: 'other',
      team: 'shop',
    };
    const plan = await pipeline.plan(document);
    assert.deepEqual(
      items(plan['objects']).map(({ action, renamed_from }) => [action, renamed_from]),
      [['rename', 'app/a']],
    );
    const done = await pipeline.apply(document, { basis: String(plan['basis']) });
    const { tags } = pipeline.person('GET', `/api/v1/monitor/${id}`);
    assert.deepEqual(tags, ['team:shop', 'birddog_application:other', 'birddog_key:other/b']);
    const again = await pipeline.plan(document);
    assert.deepEqual([told(again), again['basis']], [['b none'], done['basis']]);
    assert.deepEqual(told(await pipeline.plan(of())), []);
  });
});

describe('a new object that equals one which is not in the document', () => {
  it('has a warning with the fix, unless anything but the name differs', async () => {
    const { apply, plan } = startInProcess();
    const board = { layout_type: 'ordered', widgets: [{ definition: { type: 'note', content: 'x' } }] };
    const dashboards = (title: string) => [{ ...board, key: title, title }];
    await apply({ ...of(plain('a', { message: '@m' })), dashboards: dashboards('d') });
    const parts = { ...of(plain('b', { message: '@m', name: 'Another name' })), dashboards: dashboards('e') };
    for (const query of [{}, { prune: 'true' }]) {
      const planned = await plan(parts, query);
      assert.deepEqual(codes(planned), ['likely_rename', 'likely_rename']);
      assert.deepEqual(
        items(planned['findings']).map(({ fix }) => JSON.stringify(fix).match(/\{"pointer.*\}/)?.[0]),
        [
          '{"pointer":"/monitors/0/renamed_from","value":"a"}]}',
          '{"pointer":"/dashboards/0/renamed_from","value":"d"}]}',
        ],
      );
    }
    assert.deepEqual(codes(await plan(of(plain('b', { message: '@changed' })))), []);
    assert.deepEqual(codes(await plan(of(plain('a', { message: '@m' }), plain('b', { message: '@m' })))), []);
  });
});

describe('an entry whose former key was renamed by another document', () => {
  it('is an error, not a second object, until it is deleted', async () => {
    for (const application of ['app', 'other']) {
      const pipeline = startInProcess();
      const { apply, plan, planRefused } = pipeline;
      await made(pipeline, 'a');
      await apply({ ...of(renamed('b', 'app/a')), application });
      const late = of(renamed('c', 'a'));
      const planned = await planRefused(late);
      assert.deepEqual([told(planned).includes('c create'), errors(planned)], [true, ['rename_conflict']]);
      assert.match(
        String(items(planned['findings'])[0]?.['hint']),
        application === 'app' ? /renamed_from: b"/ : /renamed_from: other\/b"/,
      );
      assert.equal((await problemOf(apply(late))).code, 'invalid');
      await pipeline.send('/delete_monitor', undefined, { application, key: 'b' });
      assert.deepEqual(codes(await plan(late)), ['rename_missing']);
    }
  });
});

describe('two renames of one key at once', () => {
  it('give the object one key; the other is refused, and nothing is doubled', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const documents = [
      of(renamed('b', 'a')),
      of(renamed('c', 'a')),
      { ...of(renamed('d', 'app/a')), application: 'other' },
    ];
    const outcomes = await Promise.allSettled(documents.map((one) => pipeline.apply(one)));
    const lost = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    // An apply whose plan begins after the rename has an error instead of an old plan.
    for (const code of lost) assert.match(code, /^(?:plan_stale|invalid)$/);
    assert.equal(lost.length, 2);
    assert.deepEqual(Object.keys(held(pipeline)), [id]);
  });

  it('and a change under the old key do not overwrite each other', async () => {
    const pipeline = startInProcess();
    const id = await made(pipeline, 'a');
    const outcomes = await Promise.allSettled([
      pipeline.apply(of(renamed('b', 'a'))),
      pipeline.apply(of(plain('a', { message: '@changed' }))),
    ]);
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.deepEqual(Object.keys(held(pipeline)), [id]);
  });
});

describe('renames of generated documents', () => {
  it('keep every id, and leave nothing to plan', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    // Which new key each monitor gets: a permutation without exchanges is a set of chains.
    const moves = fc.array(
      fc.record({ from: fc.constantFrom(...keys), to: fc.constantFrom(...keys, 'f', 'g') }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1 }),
        moves,
        async (present, wanted) => {
          const pipeline = startInProcess();
          const entries = present.map((key) => ({
            former: key,
            entry: { ...monitorEntry(key), name: `of ${key}` },
          }));
          await pipeline.apply(of(...entries.map(({ entry }) => entry)));
          const before = ids(await pipeline.plan(of(...entries.map(({ entry }) => entry))));
          const next = entries.map(({ former, entry }) => {
            const to = wanted.find((one) => one.from === former && one.to !== former)?.to;
            return to === undefined
              ? { former, key: former, entry }
              : { former, key: to, entry: { ...entry, key: to, renamed_from: former } };
          });
          fc.pre(new Set(next.map(({ key }) => key)).size === next.length);
          const document = of(...next.map(({ entry }) => entry));
          const refusal: unknown = await pipeline.plan(document).then(
            () => undefined,
            (error: unknown) => error,
          );
          const { findings = [] } = refusal instanceof ProblemError ? refusal.extras : {};
          fc.pre(!findings.some(({ code }) => code === 'rename_cycle'));
          assert.equal(refusal, undefined);
          await pipeline.apply(document, { prune: 'true' });
          const after = await pipeline.plan(document);
          assert.deepEqual(
            ids(after),
            Object.fromEntries(next.map(({ key, former }) => [key, before[former]])),
          );
          assert.ok(
            told(after).every((line) => line.endsWith(' none')),
            told(after).join(),
          );
        },
      ),
      { numRuns: 12 },
    );
  });
});
