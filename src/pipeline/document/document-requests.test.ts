import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
import { isObject, type JsonObject } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import type { Ports } from '../ports.ts';

const MONITOR: JsonObject = {
  key: 'load',
  type: 'query alert',
  name: 'Load',
  query: 'avg(last_5m):avg:system.load.1{*} > 2',
  message: 'High @slack-a',
  options: { thresholds: { critical: 2 } },
};
const note = (content: string): JsonObject => ({ definition: { type: 'note', content } });
const DASHBOARD: JsonObject = {
  key: 'overview',
  title: 'Overview',
  layout_type: 'ordered',
  widgets: [note('a'), note('b')],
};
describe('apply', () => {
  it('changes exactly the fields in the plan', async () => {
    const { apply, plan, person } = start();
    const before = documentOf({ monitors: [MONITOR], dashboards: [DASHBOARD] });
    await apply(before);
    const id = idOf(await plan(before));
    const held = person('GET', `/api/v1/monitor/${id}`);
    const after = documentOf({ monitors: [{ ...MONITOR, priority: 2 }], dashboards: [DASHBOARD] });
    assert.deepEqual(changed(await plan(after)), ['/priority']);
    await apply(after);
    const { priority, modified: _, ...rest } = person('GET', `/api/v1/monitor/${id}`);
    const { priority: __, modified: ___, ...before2 } = held;
    assert.equal(priority, 2);
    assert.deepEqual(rest, before2);
    assert.deepEqual(told(await plan(after)), ['load none', 'overview none']);
  });

  it('reads only one list per kind if nothing changes', async () => {
    const { apply, taken } = start();
    const monitors = Array.from({ length: 30 }, (_, at) => ({ ...MONITOR, key: `m${at}`, name: `M ${at}` }));
    const document = documentOf({ monitors, dashboards: [DASHBOARD] });
    await apply(document);
    taken();
    await apply(document);
    assert.deepEqual(
      taken()
        .map(({ call }) => call)
        .sort(),
      ['GET /api/v1/dashboard', 'GET /api/v1/monitor', 'GET /api/v2/monitor/policy'].slice(0, 2),
    );
  });

  it('reads each object before and after its write, and queries the audit trail once', async () => {
    const { apply, taken } = start();
    const document = (priority: number) =>
      documentOf({
        monitors: Array.from({ length: 30 }, (_, at) => ({
          ...MONITOR,
          key: `m${at}`,
          name: `M ${at}`,
          priority,
        })),
      });
    await apply(document(1));
    taken();
    await apply(document(2));
    const counts = new Map<string, number>();
    for (const { call } of taken()) {
      const name = call.replace(/\d+$/, '');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    assert.deepEqual(Object.fromEntries(counts), {
      'GET /api/v1/monitor': 2,
      'GET /api/v1/dashboard': 2,
      'GET /api/v1/monitor/': 60,
      'PUT /api/v1/monitor/': 30,
      'POST /api/v2/audit/events/search': 1,
    });
  });

  it('keeps unknown and unmanaged fields of a widget through a hundred applies', async () => {
    const { apply, plan, person } = start();
    const written = { definition: { type: 'note', content: 'a', of_tomorrow: { x: 1 } } };
    const document = (content: string) =>
      documentOf({
        dashboards: [
          {
            ...DASHBOARD,
            widgets: [written, note(content)],
            unmanaged: ['/widgets/0/definition/theirs'],
          },
        ],
      });
    await apply(document('b'));
    const id = idOf(await plan(document('b')), 'overview');
    const live = person('GET', `/api/v1/dashboard/${id}`);
    const [first, second] = items(live['widgets']);
    const definition = { ...written.definition, theirs: 7 };
    person('PUT', `/api/v1/dashboard/${id}`, {
      ...live,
      widgets: [{ ...first, definition }, second ?? null],
    });
    for (let round = 0; round < 100; round += 1) await apply(document(`${round}`));
    const [kept, other] = items(person('GET', `/api/v1/dashboard/${id}`)['widgets']);
    assert.deepEqual(kept, { id: first?.['id'], definition });
    assert.deepEqual(other?.['definition'], { type: 'note', content: '99' });
  });

  it('stops before its deadline, reports what remains, and continues in the next call', async () => {
    const { apply, plan, ports, clock } = start();
    const monitors = Array.from({ length: 12 }, (_, at) => ({ ...MONITOR, key: `m${at}`, name: `M ${at}` }));
    const document = documentOf({ monitors });
    const slow: Ports['monitor']['create'] = ports.monitor.create;
    Object.assign(ports.monitor, {
      create: (...args: Parameters<typeof slow>) => {
        clock.advance(1000);
        return slow(...args);
      },
    });
    const first = await apply(document, {}, 8000);
    const [done, remaining] = [items(first['done']).length, items(first['remaining']).length];
    assert.ok(done > 0 && remaining > 0, `${done} done, ${remaining} remaining`);
    assert.equal(done + remaining, 12);
    const second = await apply(document, { basis: String(first['basis']) }, 60_000);
    assert.deepEqual(second['remaining'], []);
    assert.deepEqual([...new Set(told(await plan(document)).map((line) => line.split(' ')[1]))], ['none']);
  });
});

describe('a concurrent change in Datadog', () => {
  const edit = documentOf({ monitors: [{ ...MONITOR, priority: 2 }] });

  it('between read and write is reported, and kept if it is in another field', async () => {
    const { apply, plan, person, beforeNextWrite } = start();
    await apply(documentOf({ monitors: [MONITOR] }));
    const id = idOf(await plan(edit));
    beforeNextWrite(() => person('PUT', `/api/v1/monitor/${id}`, { message: 'theirs @slack-a' }));
    const body = await apply(edit);
    assert.deepEqual(codes(body), ['changed_meanwhile']);
    assert.match(
      String(items(body['findings'])[0]?.['message']),
      /\/message differs from what was written.*@/,
    );
    assert.equal(person('GET', `/api/v1/monitor/${id}`)['message'], 'theirs @slack-a');
  });

  it('is reported with its author, even if the audit trail does not contain our write yet', async () => {
    const { apply, plan, person, beforeNextWrite, ports, clock } = start();
    await apply(documentOf({ monitors: [MONITOR] }));
    const id = idOf(await plan(edit));
    beforeNextWrite(() => person('PUT', `/api/v1/monitor/${id}`, { message: 'theirs @slack-a' }));
    const after = { ...MONITOR, message: 'theirs @slack-a' };
    const changes = [{ by: 'ann', at: clock.now() + 60_000, deletes: false, after }];
    Object.assign(ports.auditTrail, { changes: async () => new Map([[id, { changes, whole: true }]]) });
    assert.match(String(items((await apply(edit))['findings'])[0]?.['message']), /changed by: ann\)/);
  });

  it('of a dashboard, which a write overwrites, is reported from the audit trail', async () => {
    const { apply, plan, person, beforeNextWrite } = start();
    await apply(documentOf({ dashboards: [DASHBOARD] }));
    const renamed = documentOf({ dashboards: [{ ...DASHBOARD, title: 'New' }] });
    const id = idOf(await plan(renamed), 'overview');
    const live = person('GET', `/api/v1/dashboard/${id}`);
    beforeNextWrite(() => person('PUT', `/api/v1/dashboard/${id}`, { ...live, title: 'Theirs' }));
    const body = await apply(renamed);
    assert.deepEqual(codes(body), ['changed_meanwhile']);
    assert.match(String(items(body['findings'])[0]?.['message']), /overwrote another change/);
  });

  it('between the plan of an apply and its read stops the apply, which names field and author', async () => {
    for (const audit of [true, false]) {
      const { apply, plan, person, ports } = start({ audit });
      await apply(documentOf({ monitors: [MONITOR] }));
      const id = idOf(await plan(edit));
      const { get } = ports.monitor;
      Object.assign(ports.monitor, {
        get: (...args: Parameters<typeof get>) => {
          person('PUT', `/api/v1/monitor/${id}`, { message: 'theirs @slack-a' });
          return get(...args);
        },
      });
      const { code, extras } = await problemOf(apply(edit));
      assert.equal(code, 'plan_stale');
      const { moved } = extras.members ?? {};
      assert.deepEqual(moved, [
        {
          kind: 'monitor',
          key: 'load',
          id,
          fields: ['/message'],
          by: audit ? 'sandbox@example.com' : 'not known',
        },
      ]);
    }
  });

  it('that deletes an object is not undone by an apply of an older plan', async () => {
    const { apply, plan, person } = start();
    await apply(documentOf({ monitors: [MONITOR] }));
    const { basis, ...rest } = await plan(edit);
    person('DELETE', `/api/v1/monitor/${idOf(rest)}`);
    assert.equal((await problemOf(apply(edit, { basis: String(basis) }))).code, 'plan_stale');
    assert.deepEqual(told(await plan(edit)), ['load create']);
  });
});

describe('an incomplete list from Datadog', () => {
  const monitors = [MONITOR, { ...MONITOR, key: 'two', name: 'Two' }];
  const dashboards = [DASHBOARD, { ...DASHBOARD, key: 'two', title: 'Two' }];
  const whole = documentOf({ monitors, dashboards });
  for (const kind of ['monitor', 'dashboard'] as const) {
    for (const [what, left] of [
      ['empty', 0],
      ['shrunken', 1],
    ] as const) {
      it(`of ${kind}s (${what}) stops the plan and the apply before any write`, async () => {
        const { apply, plan, fail, taken, person } = start();
        await apply(whole);
        const listed = person('GET', `/api/v1/${kind}`);
        const list = items(kind === 'monitor' ? listed : listed['dashboards']).slice(0, left);
        const truncate = () => fail(`/api/v1/${kind}`, 200, kind === 'monitor' ? list : { dashboards: list });
        taken();
        for (const path of ['/plan', '/apply'] as const) {
          truncate();
          const asked = path === '/plan' ? plan(whole) : apply(whole, { prune: 'true', force: 'true' });
          const { code, message } = await problemOf(asked);
          assert.equal(code, 'list_incomplete');
          assert.match(message, new RegExp(`list of ${kind}s omits ${2 - left} existing`));
        }
        assert.deepEqual(
          taken().filter(({ call }) => !call.startsWith('GET')),
          [],
        );
      });
    }
  }

  it('with an invalid page stops the plan', async () => {
    const { apply, plan, fail } = start();
    await apply(whole);
    fail('/api/v1/dashboard', 200, { dashboards: 'no list' });
    assert.equal((await problemOf(plan(whole))).code, 'datadog_failed');
  });

  it('is accepted if the missing object was deleted', async () => {
    const { apply, plan, person } = start();
    const document = documentOf({ monitors: [MONITOR] });
    await apply(document);
    person('DELETE', `/api/v1/monitor/${idOf(await plan(document))}`);
    assert.deepEqual(told(await plan(document)), ['load create']);
  });
});

describe('an object with another type or layout', () => {
  const LOGS: JsonObject = {
    key: 'load',
    type: 'log alert',
    name: 'Load',
    query: 'logs("status:error").index("*").rollup("count").last("5m") > 2',
    options: { thresholds: { critical: 2 } },
  };
  const both = (monitor: JsonObject): JsonObject =>
    documentOf({
      monitors: [
        monitor,
        { key: 'both', type: 'composite', name: 'Both', query: '${monitor:load} || ${monitor:load}' },
      ],
    });

  it('is replaced only with force; references are updated before the old object is deleted', async () => {
    const { apply, plan, person } = start();
    await apply(both(MONITOR));
    const planned = await plan(both(LOGS));
    assert.deepEqual(told(planned), ['load replace', 'both update']);
    assert.equal((await problemOf(apply(both(LOGS)))).code, 'invalid');
    await apply(both(LOGS), { force: 'true' });
    const after = await plan(both(LOGS));
    assert.deepEqual(told(after), ['load none', 'both none']);
    assert.notEqual(idOf(after), idOf(planned));
    assert.match(JSON.stringify(person('GET', `/api/v1/monitor/${idOf(planned)}`)), /not found/);
  });
});

describe('an object that the document does not contain', () => {
  it('is deleted only with prune, few at once, and not if others need it', async () => {
    const { apply, plan, person } = start();
    const monitors = Array.from({ length: 6 }, (_, at) => ({ ...MONITOR, key: `m${at}`, name: `M ${at}` }));
    await apply(documentOf({ monitors }));
    const all = await plan(documentOf({ monitors }));
    const needed = idOf(all, 'm5');
    person('POST', '/api/v1/slo', {
      type: 'monitor',
      name: 'needs it',
      monitor_ids: [Number(needed)],
      thresholds: [{ timeframe: '7d', target: 99 }],
    });
    assert.equal((await problemOf(apply(documentOf({}), { prune: 'true' }))).code, 'too_many_deletes');
    const few = documentOf({ monitors: monitors.slice(0, 3) });
    const pruned = await apply(few, { prune: 'true' });
    assert.deepEqual(codes(pruned), ['still_needed']);
    assert.deepEqual(told(await plan(few)).slice(3), ['m5 extra']);
  });

  it('is planned with its creation time and its author', async () => {
    const { apply, plan } = start();
    await apply(documentOf({ monitors: [MONITOR] }));
    const [left] = items((await plan(documentOf({})))['objects']);
    assert.ok(left && isObject(left['origin']));
    assert.equal(left['origin']['by'], 'sandbox@example.com');
  });
});

describe('import', () => {
  it('reports whether the team is unknown because no objects were found', async () => {
    const { send, person } = start();
    const imported = (query: string) => problemOf(send('/import', undefined, { application: 'app', query }));
    assert.match((await imported('service:none')).message, /^No objects were found/);
    person('POST', '/api/v1/monitor', {
      type: 'query alert',
      query: MONITOR['query'] ?? null,
      tags: ['service:x'],
    });
    assert.match((await imported('service:x')).message, /^The objects have no team: tag/);
  });
});

const KINDS: readonly StoredKind[] = ['monitor', 'dashboard'];
describe('drift', () => {
  it('is empty after an apply, and reports a deleted object and who deleted it', async () => {
    const { apply, plan, ask, person, taken } = start();
    const document = documentOf({ monitors: [MONITOR], dashboards: [DASHBOARD] });
    await apply(document);
    assert.deepEqual((await ask('/drift', document))['objects'], []);
    const planned = await plan(document);
    for (const [at, kind] of KINDS.entries())
      person('DELETE', `/api/v1/${kind}/${idOf(planned, at === 0 ? 'load' : 'overview')}`);
    taken();
    assert.deepEqual(
      items((await ask('/drift', document))['objects']).map(({ key, drift, by }) => [key, drift, by]),
      [
        ['load', 'deleted', 'sandbox@example.com'],
        ['overview', 'deleted', 'sandbox@example.com'],
      ],
    );
    assert.equal(taken().filter(({ call }) => call.endsWith('/search')).length, 1, 'one query for both');
  });

  it('names the author of each field only if the author is certain', async () => {
    const { apply, plan, ask, person, ports, clock } = start();
    const document = documentOf({ monitors: [MONITOR] });
    await apply(document);
    const id = idOf(await plan(document));
    clock.advance(60_000);
    for (const edit of [{ message: 'theirs @slack-a' }, { priority: 1 }, { priority: 2 }])
      person('PUT', `/api/v1/monitor/${id}`, edit);
    const { changes } = ports.auditTrail;
    const asked = async (people: readonly string[]) => {
      Object.assign(ports.auditTrail, {
        changes: async (...args: Parameters<typeof changes>) => {
          const trail = await changes(...args);
          const history = trail.get(id) ?? { changes: [], complete: true };
          const named = history.changes.map((one, at) => ({ ...one, by: people[at] }));
          return new Map([[id, { ...history, changes: named }]]);
        },
      });
      const [object] = items((await ask('/drift', document))['objects']);
      return [object?.['by'], items(object?.['changes']).map(({ path, by }) => `${path} ${by}`)];
    };
    assert.deepEqual(await asked(['cy', 'bob', 'ann']), ['ann, cy', ['/message ann', '/priority cy']]);
  });

  it('does not include changes of the document', async () => {
    const { apply, ask } = start();
    await apply(documentOf({ monitors: [MONITOR] }));
    const edited = documentOf({ monitors: [{ ...MONITOR, message: 'mine @slack-a' }] });
    assert.deepEqual((await ask('/drift', edited))['objects'], []);
  });
});
