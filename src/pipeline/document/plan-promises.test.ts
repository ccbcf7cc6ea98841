import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  changed,
  codes,
  documentOf,
  idOf,
  items,
  problemOf,
  startInProcess as start,
  told,
} from '../../../test/documents-in-process.ts';
import { changesOf } from '../../diff/changes.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { markOf } from '../../domain/marker.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { ProblemError } from '../../domain/problem.ts';

const MONITOR: JsonObject = {
  key: 'load',
  type: 'query alert',
  name: 'Load',
  query: 'avg(last_5m):avg:system.load.1{*} > 2',
  options: { thresholds: { critical: 2 } },
};

const GROUPED = 'avg(last_5m):avg:system.load.1{*} by {host} > 2';

/** Generates small documents: monitors and dashboards under a few keys. */
function documents(): fc.Arbitrary<JsonObject> {
  const options = fc.record(
    {
      notify_audit: fc.boolean(),
      include_tags: fc.boolean(),
      renotify_interval: fc.constantFrom(10, 60),
      new_group_delay: fc.constantFrom(0, 60),
      notify_no_data: fc.boolean(),
      timeout_h: fc.constantFrom(null, 2),
      escalation_message: fc.constantFrom('', 'still', 'still\n'),
    },
    { requiredKeys: [] },
  );
  const monitor = fc
    .record(
      {
        message: fc.constantFrom('', 'one @slack-a', 'two @slack-a\n'),
        priority: fc.constantFrom(null, 1, 2),
        tags: fc.uniqueArray(fc.constantFrom('env:prod', 'a:b', 'team:x', 'c:d')),
        options,
      },
      { requiredKeys: [] },
    )
    .map((more): JsonObject => {
      const { options: given = {}, ...rest } = more;
      return { ...MONITOR, query: GROUPED, ...rest, options: { ...given, thresholds: { critical: 2 } } };
    });
  const note = fc
    .constantFrom('a', 'b', 'c', 'd')
    .map((content): JsonObject => ({ definition: { type: 'note', content } }));
  const group = fc.array(note, { maxLength: 3 }).map(
    (widgets): JsonObject => ({
      definition: { type: 'group', layout_type: 'ordered', title: 'g', widgets },
    }),
  );
  const dashboard = fc.record(
    {
      title: fc.constantFrom('One', 'Two'),
      layout_type: fc.constant('ordered'),
      widgets: fc.array(fc.oneof(note, group), { maxLength: 5 }),
      description: fc.constantFrom(null, '', 'words'),
      notify_list: fc.constantFrom<Json[]>(['b@x.y', 'a@x.y'], [], ['a@x.y']),
    },
    { requiredKeys: ['title', 'layout_type', 'widgets'] },
  );
  const keyed = <T extends JsonObject>(of: fc.Arbitrary<T>, keys: readonly string[]) =>
    fc.tuple(...keys.map(() => fc.option(of))).map((list) =>
      list.flatMap((one, at) => {
        const key = keys[at] ?? '';
        // Datadog rejects equal monitors, so each gets its key as its name.
        return one ? [{ ...one, key, ...('name' in one ? { name: key } : {}) }] : [];
      }),
    );
  return fc
    .record({ monitors: keyed(monitor, ['m1', 'm2', 'm3']), dashboards: keyed(dashboard, ['d1', 'd2']) })
    .map((parts) => documentOf(parts));
}

describe('after an apply, Datadog', () => {
  const stored = ({ person }: ReturnType<typeof start>) => {
    const monitors = items(person('GET', '/api/v1/monitor'));
    const dashboards = items(person('GET', '/api/v1/dashboard')['dashboards']).map(({ id }) =>
      person('GET', `/api/v1/dashboard/${String(id)}`),
    );
    const named = (kind: StoredKind) => (object: JsonObject) =>
      [`${kind} ${markOf(kind, object)?.key}` as string, { kind, object }] as const;
    return new Map([...monitors.map(named('monitor')), ...dashboards.map(named('dashboard'))]);
  };

  it('contains exactly what the plan shows, for any document after any other', async () => {
    await fc.assert(
      fc.asyncProperty(documents(), documents(), async (first, second) => {
        const world = start();
        const query = { prune: 'true', force: 'true' };
        await world.apply(first, query);
        const before = stored(world);
        const promised = items((await world.ask('/plan', second, { prune: 'true' }))['objects']);
        const { basis } = await world.apply(second, query);
        const after = stored(world);
        const unplanned = new Set([...before.keys(), ...after.keys()]);
        for (const { kind, key, action, changes, after: whole } of promised) {
          const named = `${String(kind)} ${String(key)}`;
          unplanned.delete(named);
          const [was, is] = [before.get(named), after.get(named)];
          assert.equal(isObject(whole), ['create', 'update', 'replace'].includes(String(action)));
          if (is && isObject(whole)) {
            assert.deepEqual(changesOf(is.kind, is.object, whole), []);
            assert.deepEqual(markOf(is.kind, whole), markOf(is.kind, is.object));
          }
          assert.deepEqual([was !== undefined, is !== undefined], [action !== 'create', action !== 'delete']);
          if (action === 'none') assert.deepEqual(is, was);
          if (!was || !is) continue;
          assert.deepEqual(changesOf(is.kind, was.object, is.object), changes);
          // All other fields of a monitor are exactly equal, except the time of the write, because no other field was sent.
          if (is.kind === 'dashboard') continue;
          const fields = new Set(items(changes).map(({ path }) => String(path).split('/')[1]));
          for (const name of Object.keys(was.object)) {
            if (fields.has(name) || name === 'modified') continue;
            assert.deepEqual(is.object[name], was.object[name], name);
          }
        }
        assert.deepEqual([...unplanned], []);
        const planned = await world.plan(second, { prune: 'true' });
        assert.equal(planned['basis'], basis);
        const again = items(planned['objects']);
        assert.deepEqual(
          again.filter(({ action }) => action !== 'none'),
          [],
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('a field that Datadog drops', () => {
  it('is a finding of each plan but no change, and is sent with other changes', async () => {
    const { apply, plan, taken } = start();
    const document = (message: string) =>
      documentOf({ monitors: [{ ...MONITOR, message, classification: 'x' }] });
    const applied = await apply(document('a'));
    assert.ok(codes(applied).includes('field_dropped'));
    for (let round = 0; round < 2; round += 1) {
      const planned = await plan(document('a'));
      assert.deepEqual(told(planned), ['load none']);
      const dropped = items(planned['findings']).find(({ code }) => code === 'field_dropped');
      assert.equal(dropped?.['pointer'], '/monitors/0/classification');
    }
    taken();
    assert.deepEqual(changed(await plan(document('b'))), ['/message']);
    await apply(document('b'));
    const put = taken().find(({ call }) => call.startsWith('PUT'));
    assert.deepEqual(JSON.parse(put?.sent ?? '{}'), { message: 'b', classification: 'x' });
  });
});

describe('runbook links', () => {
  const link = (url: string): JsonObject => ({ category: 'runbook', name: 'Runbook', url });
  const linked = (...assets: JsonObject[]) => documentOf({ monitors: [{ ...MONITOR, assets }] });

  it('are managed if the document contains them, and those monitors are read singly', async () => {
    const { apply, plan, person, taken } = start();
    await apply(linked(link('https://a.example')));
    assert.deepEqual(told(await plan(linked(link('https://a.example')))), ['load none']);
    const changes = await plan(linked(link('https://b.example')));
    assert.deepEqual(changed(changes), ['/assets/0/url']);
    const { basis } = await apply(linked(link('https://b.example')));
    taken();
    assert.equal((await plan(linked(link('https://b.example'))))['basis'], basis);
    const reads = taken().filter(({ call }) => call.startsWith('GET /api/v1/monitor/'));
    assert.deepEqual(
      reads.map(({ query }) => query),
      ['with_assets=true'],
    );
    const id = idOf(changes);
    const read = person('GET', `/api/v1/monitor/${id}?with_assets=true`);
    assert.equal(items(read['assets'])[0]?.['url'], 'https://b.example');
  });

  it('that the document omits are kept without a read', async () => {
    const { apply, plan, person, taken } = start();
    await apply(linked(link('https://a.example')));
    const without = (message: string) => documentOf({ monitors: [{ ...MONITOR, message }] });
    await apply(without('x'));
    taken();
    const planned = await plan(without('x'));
    assert.deepEqual(told(planned), ['load none']);
    assert.deepEqual(
      taken().filter(({ call }) => /monitor\/\d/.test(call)),
      [],
    );
    const read = person('GET', `/api/v1/monitor/${idOf(planned)}?with_assets=true`);
    assert.equal(items(read['assets']).length, 1);
  });

  it('are updated by /update_monitor', async () => {
    const { apply, ask, plan } = start();
    await apply(linked(link('https://a.example')));
    const body = (url: string): JsonObject => ({
      application: 'app',
      key: 'load',
      monitor: { assets: [link(url)] },
    });
    assert.equal((await ask('/update_monitor', body('https://a.example')))['action'], 'none');
    assert.equal((await ask('/update_monitor', body('https://b.example')))['action'], 'update');
    assert.deepEqual(told(await plan(linked(link('https://b.example')))), ['load none']);
  });
});

describe('mutes', () => {
  const silenced = (monitor: JsonObject) => isObject(monitor['options']) && monitor['options']['silenced'];

  it('survive every apply: of a field, of the options, and of another type', async () => {
    const { apply, plan, person } = start();
    const document = (more: JsonObject) => documentOf({ monitors: [{ ...MONITOR, ...more }] });
    await apply(document({}));
    const id = idOf(await plan(document({})));
    person('POST', `/api/v1/monitor/${id}/mute`, {});
    const options = { thresholds: { critical: 2 }, notify_audit: true };
    for (const more of [{}, { message: 'new' }, { options }, { options, lint: { ignore: [] } }]) {
      await apply(document(more));
      assert.deepEqual(silenced(person('GET', `/api/v1/monitor/${id}`)), { '*': null });
    }
    const logs = {
      type: 'log alert',
      query: 'logs("status:error").index("*").rollup("count").last("5m") > 2',
    };
    await apply(document(logs), { force: 'true' });
    const other = idOf(await plan(document(logs)));
    assert.notEqual(other, id);
    assert.deepEqual(silenced(person('GET', `/api/v1/monitor/${other}`)), { '*': null });
  });
});

describe('a clone', () => {
  it('blocks nothing and is not changed by any apply', async () => {
    const { apply, plan, person } = start();
    const document = (message: string) => documentOf({ monitors: [{ ...MONITOR, message }] });
    await apply(document('a'));
    const live = person('GET', `/api/v1/monitor/${idOf(await plan(document('a')))}`);
    const { type = null, query = null, tags = null } = live;
    const copy = person('POST', '/api/v1/monitor', { type, query, tags, name: 'Clone of Load' });
    const read = () => person('GET', `/api/v1/monitor/${String(copy['id'])}`);
    const before = read();
    await apply(document('b'));
    await apply(document('c'), { prune: 'true', force: 'true' });
    assert.deepEqual(told(await plan(document('c'))), ['load none', 'load clone']);
    await apply(documentOf({}), { prune: 'true' });
    assert.deepEqual(read(), before);
  });
});

describe('a concurrent change during an apply', () => {
  it('is reported even if the apply fails', async () => {
    const { apply, plan, person, beforeNextWrite, ports } = start();
    const of = (message: string) =>
      documentOf({
        monitors: ['load', 'two'].map((key) => ({ ...MONITOR, key, name: key, message })),
      });
    await apply(of('a'));
    const planned = await plan(of('b'));
    beforeNextWrite(() => person('PUT', `/api/v1/monitor/${idOf(planned)}`, { priority: 1 }));
    const { update } = ports.monitor;
    Object.assign(ports.monitor, {
      update: async (...args: Parameters<typeof update>) => {
        if (args[0] === idOf(planned, 'two')) throw new ProblemError('datadog_failed', 'no');
        return update(...args);
      },
    });
    const { code, extras } = await problemOf(apply(of('b')));
    assert.deepEqual(
      [code, extras.findings?.map((one) => one.code)],
      ['datadog_failed', ['changed_meanwhile']],
    );
  });
});

describe('an apply that deletes many objects', () => {
  const monitors = Array.from({ length: 20 }, (_, at) => ({ ...MONITOR, key: `m${at}`, name: `M ${at}` }));
  it('deletes at most the configured percentage, and always up to three', async () => {
    for (const { share, min } of [
      { share: 0, min: 3 },
      { share: 50, min: 10 },
    ]) {
      const { apply, ports } = start();
      Object.assign(ports, { maxDeletePercent: share });
      await apply(documentOf({ monitors }), {}, 60_000);
      const many = documentOf({ monitors: monitors.slice(min + 1) });
      const { code, extras } = await problemOf(apply(many, { prune: 'true' }));
      assert.deepEqual(
        [code, items(extras.members?.['deletes'] as Json).length],
        ['too_many_deletes', min + 1],
      );
      const few = await apply(documentOf({ monitors: monitors.slice(min) }), { prune: 'true' });
      assert.equal(items(few['done']).length, min);
    }
  });
});

describe('a delete', () => {
  it('is not executed if the object changed after the plan of the same apply', async () => {
    const { apply, plan, person, ports } = start();
    const document = documentOf({ monitors: [MONITOR] });
    await apply(document);
    const id = idOf(await plan(document));
    const { get } = ports.monitor;
    Object.assign(ports.monitor, {
      get: (...args: Parameters<typeof get>) => {
        person('PUT', `/api/v1/monitor/${id}`, { message: 'still of use @slack-a' });
        return get(...args);
      },
    });
    const { code } = await problemOf(apply(documentOf({}), { prune: 'true' }));
    assert.equal(code, 'plan_stale');
    assert.equal(person('GET', `/api/v1/monitor/${id}`)['message'], 'still of use @slack-a');
  });

  it('comes last, and referring objects are deleted before those that they refer to', async () => {
    const { apply, taken, plan } = start();
    const parts = {
      monitors: [
        MONITOR,
        { key: 'both', type: 'composite', name: 'Both', query: '${monitor:load} || ${monitor:load}' },
      ],
      dashboards: [
        {
          key: 'shows',
          title: 'Shows',
          layout_type: 'ordered',
          widgets: [{ definition: { type: 'alert_value', alert_id: '${monitor:both}' } }],
        },
      ],
    };
    await apply(documentOf(parts));
    const before = await plan(documentOf(parts));
    taken();
    await apply(documentOf({ monitors: [{ ...MONITOR, key: 'new', name: 'New' }] }), { prune: 'true' });
    const writes = taken().filter(({ call }) => /^(?:POST|DELETE) \/api\/v1/.test(call));
    assert.deepEqual(
      writes.map(({ call }) => call),
      [
        'POST /api/v1/monitor',
        `DELETE /api/v1/dashboard/${idOf(before, 'shows')}`,
        `DELETE /api/v1/monitor/${idOf(before, 'both')}`,
        `DELETE /api/v1/monitor/${idOf(before, 'load')}`,
      ],
    );
  });
});

describe('adoption', () => {
  it('of an object with the marker of another application is rejected, and the object is not changed', async () => {
    const { apply, plan, planRefused, person } = start();
    await apply(documentOf({ monitors: [MONITOR] }));
    const id = idOf(await plan(documentOf({ monitors: [MONITOR] })));
    const before = person('GET', `/api/v1/monitor/${id}`);
    const otherApplication = {
      ...documentOf({ monitors: [{ ...MONITOR, message: '@mine', adopt: id }] }),
      application: 'other',
    };
    const planned = await planRefused(otherApplication);
    assert.deepEqual([told(planned), codes(planned)], [['load create'], ['adopt_owned']]);
    assert.equal((await problemOf(apply(otherApplication))).code, 'invalid');
    assert.deepEqual(person('GET', `/api/v1/monitor/${id}`), before);
  });

  it('is ignored once the object has the marker', async () => {
    const { apply, plan, person } = start();
    const { id } = person('POST', '/api/v1/monitor', { ...MONITOR, message: 'old' });
    const document = documentOf({ monitors: [{ ...MONITOR, adopt: String(id) }] });
    await apply(document);
    assert.equal(idOf(await plan(document)), String(id));
    const other = documentOf({ monitors: [{ ...MONITOR, adopt: '1', unmanaged: ['/message'] }] });
    assert.deepEqual([told(await plan(other)), codes(await plan(other))], [['load none'], []]);
  });
});
