import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { markedObject } from '../../test/marked-object.ts';
import { compileAlert } from '../alerts/compile.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { ANSWERS } from '../contract/answers.ts';
import type { JsonObject } from '../domain/json.ts';
import { OutboundError } from '../runtime/outbound.ts';
import { ProblemError } from '../domain/problem.ts';
import { readAll } from './read-all.ts';
import type { PipelineRequest } from './request.ts';

type Query = PipelineRequest['query'];

let world: ReturnType<typeof emulatedDatadog>;
let datadog: ReturnType<ReturnType<typeof emulatedDatadog>['connect']>;
beforeEach(() => {
  world = emulatedDatadog();
  datadog = world.connect();
});

/** A monitor of an application, as Datadog returns it. */
const monitor = (id: number, application = 'app', more: JsonObject = {}): JsonObject => ({
  type: 'query alert',
  name: `Load ${id}`,
  query: `avg(last_5m):avg:system.load.1{part:${id}} > 2`,
  message: '@pagerduty',
  options: { thresholds: { critical: 2 } },
  created: '2026-05-14T10:58:54.236000+00:00',
  overall_state: 'OK',
  ...markedObject('monitor', { tags: ['env:prod'], ...more }, { application, key: `k${id}`, team: 'sre' }),
  id,
});
/** A monitor that an alert can express. */
const alertMonitor = (id: number): JsonObject => {
  const condition = { over: '5m', above: 1 };
  const alert = { title: `Alert ${id}`, signal: { metric: 'a' }, condition, message: '@pagerduty' };
  return monitor(id, 'app', { tags: [], ...compileAlert(alert) });
};
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const seedMonitors = (...monitors: readonly JsonObject[]) => world.seed({ monitors: [...monitors] });

interface Page {
  readonly keys: string[];
  readonly entries: readonly JsonObject[];
  readonly next: string | undefined;
  readonly notReadable: number | undefined;
}

/** Reads one page. */
async function read(
  path: '/get_monitors' | '/get_alerts' | '/get_dashboards',
  query: Query = {},
  mayRead: (application: string) => boolean = () => true,
  context = world.context(),
): Promise<Page> {
  const operation = OPERATIONS.find((one) => one.path === path);
  assert.ok(operation);
  const ports = { ...datadog.objects, clock: world.clock };
  const { body } = await readAll({ operation, query, context, mayRead }, ports);
  ANSWERS[path].strict().parse(body);
  const { monitors, alerts, dashboards, next_cursor: next, not_readable: notReadable } = body;
  const entries = monitors ?? alerts ?? dashboards ?? [];
  return { keys: entries.map(({ application, key }) => `${application}/${key}`), entries, next, notReadable };
}

/** Reads all pages, and does something after each. */
async function readPages(path: Parameters<typeof read>[0], query: Query, between = (_page: number) => {}) {
  const keys: string[] = [];
  let cursor: string | undefined;
  for (let page = 1; page <= 100; page += 1) {
    const one = await read(path, { ...query, ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...one.keys);
    if (one.next === undefined) return { keys, pages: page };
    cursor = one.next;
    between(page);
  }
  return assert.fail('the list does not end');
}

const lists = () => world.taken().filter(({ call }) => call === 'GET /api/v1/monitor');

describe('a list of all applications', () => {
  it('has what each of two callers may read, and nothing without a marker or with two', async () => {
    const unmarked = { ...monitor(3), tags: ['env:prod'] };
    const both = { ...monitor(4), tags: ['birddog_key:app/a', 'birddog_key:shop/b'] };
    seedMonitors(monitor(1), monitor(2, 'shop'), unmarked, both, monitor(5, 'shop'));
    assert.deepEqual((await read('/get_monitors')).keys, ['app/k1', 'shop/k2', 'shop/k5']);
    const shop = await read('/get_monitors', {}, (application) => application === 'shop');
    assert.deepEqual([shop.keys, shop.next, shop.notReadable], [['shop/k2', 'shop/k5'], undefined, 0]);
    assert.deepEqual((await read('/get_alerts', {}, () => false)).keys, []);
  });

  it('has with `explain` also the monitors that no alert can express, each with a reason', async () => {
    const query = 'formula("query1").rollup("sum").last("5m") > 124';
    seedMonitors(alertMonitor(1), { ...monitor(2), query, options: { thresholds: { critical: 124 } } });
    assert.deepEqual((await read('/get_alerts')).keys, ['app/k1']);
    const { entries } = await read('/get_alerts', { explain: 'true' });
    assert.deepEqual(
      entries.map(({ key, alert, obstacle }) => [key, alert !== undefined, obstacle]),
      [
        ['k1', true, undefined],
        ['k2', false, { field: 'query', reason: 'No signal and condition compile to this query.' }],
      ],
    );
  });

  it('is filtered by team, tags, state and name', async () => {
    seedMonitors(
      monitor(1, 'app', { tags: ['env:prod', 'team:web'] }),
      monitor(2, 'app', { tags: ['env:dev', 'Env:Dev'] }),
      { ...monitor(3), overall_state: 'Alert', name: 'Queue DEPTH' },
      { ...monitor(4), overall_state: 'No Data' },
    );
    const keys = async (query: Query) => (await read('/get_monitors', query)).keys.map((key) => key.slice(5));
    assert.deepEqual(await keys({ team: 'web' }), ['1']);
    assert.deepEqual(await keys({ team: 'sre' }), ['2', '3', '4']);
    assert.deepEqual(await keys({ tags: 'env:dev, Env:Dev' }), ['2']);
    assert.deepEqual(await keys({ state: 'Alert,no_data' }), ['3', '4']);
    assert.deepEqual(await keys({ q: 'queue depth' }), ['3']);
    assert.deepEqual(await keys({ q: 'load', team: 'sre', state: 'ok' }), ['2']);
  });

  it('has the state of monitors and alerts, without the fields that Datadog adds for it', async () => {
    seedMonitors(alertMonitor(1));
    world.control('PUT', 'states', {
      1: { groups: { '*': { status: 'Alert', last_triggered_ts: 1_767_225_600 } } },
    });
    world.person('POST', '/api/v1/downtime', { scope: ['env:prod'], monitor_id: 1 });
    for (const path of ['/get_monitors', '/get_alerts'] as const) {
      const [entry] = (await read(path)).entries;
      assert.deepEqual(entry?.['groups'], [
        {
          group: '*',
          state: 'alert',
          since: '2026-01-01T00:00:00.000Z',
          muted: false,
          notified: ['@pagerduty'],
        },
      ]);
      assert.deepEqual([entry['state'], entry['mutes']], ['alert', [{ scope: 'env:prod' }]]);
      assert.equal(JSON.stringify(entry['monitor']).includes('last_triggered_ts'), false);
      assert.equal(Object.hasOwn(Object(entry['monitor']), 'matching_downtimes'), false);
    }
  });

  it('has the downtimes of the new API, of one monitor or of tags, until they end', async () => {
    seedMonitors(monitor(1), monitor(2), monitor(3, 'app', { tags: ['env:dev'] }));
    const downtime = (scope: string, target: JsonObject, schedule: JsonObject = {}) =>
      world.person('POST', '/api/v2/downtime', {
        data: { type: 'downtime', attributes: { scope, monitor_identifier: target, schedule } },
      });
    const end = '2030-01-01T00:00:00+00:00';
    downtime('host:a AND env:x', { monitor_id: 1 }, { end });
    downtime('*', { monitor_tags: ['env:prod', 'team:sre'] });
    downtime('env:later', { monitor_tags: ['*'] }, { start: end });
    const mutes = (await read('/get_monitors')).entries.map((entry) => [entry['muted'], entry['mutes']]);
    const all = { scope: '*' };
    assert.deepEqual(mutes, [
      [true, [{ scope: 'host:a AND env:x', until: '2030-01-01T00:00:00.000Z' }, all]],
      [true, [all]],
      [false, []],
    ]);
    world.taken();
    for (const status of [400, 403, 404]) {
      world.fail('/api/v2/downtime', status);
      assert.equal(
        (await read('/get_monitors')).entries[1]?.['muted'],
        false,
        `without the scope: ${status}`,
      );
    }
    for (let n = 0; n < 10; n += 1) world.fail('/api/v2/downtime', 500);
    await assert.rejects(read('/get_monitors', {}, undefined, world.context(3000)));
  });

  it('reads every page of the downtimes once', async () => {
    seedMonitors(monitor(1));
    for (let n = 0; n < 130; n += 1)
      world.person('POST', '/api/v2/downtime', {
        data: {
          type: 'downtime',
          attributes: { scope: `host:h${n}`, monitor_identifier: { monitor_id: 1 } },
        },
      });
    world.taken();
    const [entry] = (await read('/get_monitors')).entries;
    assert.ok(JSON.stringify(entry?.['mutes']).includes('h0"'));
    assert.equal(world.taken().filter(({ call }) => call === 'GET /api/v2/downtime').length, 2);
  });

  it('names the members of a composite by their keys, except for those that the caller may not read', async () => {
    const composite = { type: 'composite', query: '1 && 2', options: {} };
    seedMonitors(monitor(1, 'shop'), monitor(2, 'secret'), { ...monitor(3, 'shop'), ...composite });
    const { entries } = await read('/get_alerts', {}, (application) => application === 'shop');
    const text = JSON.stringify(entries.map(({ alert }) => alert));
    assert.ok(text.includes('"k1"'), text);
    assert.ok(!text.includes('k2') && !text.includes('secret'), text);
  });

  it('reads no downtimes if no monitor is found', async () => {
    seedMonitors();
    world.taken();
    await read('/get_monitors');
    assert.deepEqual(
      world.taken().map(({ call }) => call),
      ['GET /api/v1/monitor'],
    );
  });

  it('has only monitors that an alert can express as alerts', async () => {
    seedMonitors(alertMonitor(1), { ...monitor(2), type: 'composite', query: '1 && 1' });
    assert.deepEqual((await read('/get_alerts')).keys, ['app/k1']);
  });

  it('takes one call for 1,000 monitors', async () => {
    seedMonitors(...range(1, 2_500).map((id) => monitor(id)));
    const { keys, pages } = await readPages('/get_monitors', { page_size: '1000' });
    assert.deepEqual([keys.length, new Set(keys).size, pages], [2_500, 2_500, 3]);
    assert.equal(lists().length, 3);
    const few = await read('/get_monitors', { q: 'load 2500', page_size: '10' });
    assert.deepEqual([few.keys, few.next], [['app/k2500'], undefined]);
    assert.deepEqual(
      lists().map(({ query }) => new URLSearchParams(query).get('id_offset')),
      ['0', '1000', '2000'],
    );
  });
});

describe('the pages of a list', () => {
  it('have every object once that exists all the time, even if others are created and deleted meanwhile', async () => {
    seedMonitors(...range(10, 40).map((id) => monitor(id)));
    const { keys } = await readPages('/get_monitors', { page_size: '10' }, (page) => {
      // Also the object that the cursor names.
      if (page === 1) for (const id of [10, 15, 19]) world.person('DELETE', `/api/v1/monitor/${id}`);
      if (page === 2) seedMonitors(monitor(5), monitor(50));
    });
    assert.deepEqual(
      keys,
      [...range(10, 40), 50].map((id) => `app/k${id}`),
    );
  });

  it('are those of dashboards, too, with the number that Datadog does not let Birddog read', async () => {
    const id = (n: number) => `aaa-bbb-${String(n).padStart(3, '0')}`;
    const dashboard = (n: number, application = 'app') => ({
      ...markedObject(
        'dashboard',
        {
          title: `Board ${n}`,
          layout_type: 'ordered',
          widgets: [],
          tags: [n % 2 ? 'team:odd' : 'team:even'],
        },
        { application, key: `d${n}` },
      ),
      id: id(n),
    });
    world.seed({
      dashboards: [
        ...range(1, 9)
          .toReversed()
          .map((n) => dashboard(n)),
        dashboard(10, 'other'),
      ],
    });
    world.control('PUT', 'unreadable', [id(2), id(9), id(10)]);
    const first = await read('/get_dashboards', { page_size: '3' }, (application) => application === 'app');
    assert.deepEqual([first.keys, first.notReadable], [['app/d1', 'app/d3', 'app/d4'], 1]);
    const { keys } = await readPages('/get_dashboards', { page_size: '2' }, (page) => {
      if (page === 1) world.person('DELETE', `/api/v1/dashboard/${id(5)}`);
    });
    assert.deepEqual(
      keys,
      ['d1', 'd3', 'd4', 'd6', 'd7', 'd8'].map((key) => `app/${key}`),
    );
    assert.deepEqual((await read('/get_dashboards', { team: 'odd', q: 'BOARD' })).keys, [
      'app/d1',
      'app/d3',
      'app/d7',
    ]);
    const all = await read('/get_dashboards', {}, (application) => application === 'app');
    assert.deepEqual([all.keys.length, all.notReadable], [6, 2], 'not counted: what the caller may not read');
  });

  it('have at most 40 dashboards that are read before the time is checked, and none after a failure', async () => {
    const idAt = (n: number) => `aaa-bbb-${String(n).padStart(3, '0')}`;
    const boards = range(1, 50).map((n) => ({
      ...markedObject(
        'dashboard',
        { title: `Board ${n}`, widgets: [] },
        { application: 'app', key: `d${n}` },
      ),
      id: idAt(n),
    }));
    world.seed({ dashboards: boards });
    const context = world.context(1000);
    const times = [1000];
    const slow = { ...context, deadline: { ...context.deadline, left: () => times.shift() ?? 400 } };
    const page = await read('/get_dashboards', { page_size: '50' }, undefined, slow);
    assert.equal(page.keys.length, 40);
    assert.ok(page.next?.startsWith(`all.${idAt(40)}.`));
    for (let n = 0; n < 10; n += 1) world.fail(`/api/v1/dashboard/${idAt(1)}`, 500);
    const failing = read('/get_dashboards', {}, undefined, world.context(3000));
    await assert.rejects(failing, { name: 'ProblemError' });
  });

  it('end early at half of the time, and the cursor goes on behind what was examined', async () => {
    seedMonitors(...range(1, 2_500).map((id) => monitor(id)));
    const context = world.context(1000);
    const times = [1000];
    const slow = { ...context, deadline: { ...context.deadline, left: () => times.shift() ?? 400 } };
    const page = await read('/get_monitors', { q: '2400' }, undefined, slow);
    assert.deepEqual(page.keys, []);
    assert.match(page.next ?? '', /^all\.1000\./);
    const rest = await read('/get_monitors', { q: '2400', cursor: page.next ?? '' });
    assert.deepEqual([rest.keys, rest.next], [['app/k2400'], undefined]);
  });

  it('are refused as a whole if Datadog fails on the way, and the same cursor works later', async () => {
    seedMonitors(...range(1, 1_500).map((id) => monitor(id)));
    const first = await read('/get_monitors', { page_size: '1000' });
    for (let n = 0; n < 10; n += 1) world.fail('/api/v1/monitor', 500);
    const query = { page_size: '1000', cursor: first.next ?? '' };
    await assert.rejects(read('/get_monitors', query, undefined, world.context(3000)), (error) => {
      assert.ok(error instanceof ProblemError);
      return ['datadog_failed', 'deadline_exceeded'].includes(error.code);
    });
  });

  it('are smaller if Datadog sends more than Birddog reads, because monitors have many groups', async () => {
    seedMonitors(...range(1, 30).map((id) => monitor(id)));
    const sizes: string[] = [];
    const { monitorPort } = await import('../datadog/monitors.ts');
    const port = monitorPort(async (call, context) => {
      const size = call.query?.['page_size'];
      if (size === undefined) return datadog.request(call, context);
      sizes.push(size);
      if (Number(size) > 10)
        throw new ProblemError('datadog_failed', 'too large', {
          cause: new OutboundError('too_large', true),
        });
      return datadog.request(call, context);
    }, new URL('https://app.example.test'));
    datadog = { ...datadog, objects: { ...datadog.objects, monitor: port } };
    assert.equal((await read('/get_monitors')).keys.length, 30);
    assert.deepEqual(sizes, ['1000', '100', '10', '10', '10', '10']);
    assert.equal((await port.findWithState({ application: 'app' }, world.context())).length, 30);
  });
});

it('a list that Datadog sends again and again is rejected', async () => {
  const { monitorPort } = await import('../datadog/monitors.ts');
  const same = range(1, 1000).map((id) => monitor(id));
  const port = monitorPort(
    async ({ path }) => (path === '/api/v1/monitor' ? same : { data: [] }),
    new URL('https://app.example.test'),
  );
  datadog = { ...datadog, objects: { ...datadog.objects, monitor: port } };
  await assert.rejects(read('/get_monitors', { q: 'nothing' }), { code: 'datadog_failed' });
});

describe('a cursor', () => {
  const isBadRequest = (error: unknown) => error instanceof ProblemError && error.code === 'bad_request';

  it('is valid only for the filters that it was made for', async () => {
    seedMonitors(...range(1, 5).map((id) => monitor(id)));
    const { next = '' } = await read('/get_monitors', { page_size: '2', state: 'ok,Alert', team: 'sre' });
    const same = { cursor: next, state: 'ALERT,OK', team: 'sre' };
    assert.equal((await read('/get_monitors', same)).keys.length, 3);
    for (const query of [
      { cursor: next },
      { cursor: next, state: 'ok', team: 'sre' },
      { ...same, team: 'web' },
      { ...same, q: 'load' },
      { ...same, tags: 'env:prod' },
      { ...same, explain: 'true' },
    ])
      await assert.rejects(read('/get_monitors', query), isBadRequest, JSON.stringify(query));
    await assert.rejects(read('/get_alerts', same), isBadRequest);
  });

  for (const cursor of [
    '1',
    'all.1',
    'all.1.0123456789abcdef',
    `all.${'9'.repeat(40)}.0123456789abcdef`,
    '%00',
  ])
    it(`is refused if somebody else made it up: ${cursor.slice(0, 30)}`, async () => {
      await assert.rejects(read('/get_monitors', { cursor }), isBadRequest);
      assert.deepEqual(lists(), []);
    });

  it('needs no application, nor do a key and an id go without one', async () => {
    for (const query of [{ key: 'a' }, { id: '1' }])
      await assert.rejects(read('/get_monitors', query), isBadRequest);
  });
});
