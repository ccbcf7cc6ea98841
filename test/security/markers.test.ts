import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/domain/json.ts';
import {
  applyAll,
  DASHBOARD,
  datadog,
  documentOf,
  MONITOR,
  ok,
  refused,
  send,
} from '../acceptance/document-client.ts';
import { type Answer, type Pod, request, startPod } from '../acceptance/pod.ts';

const LISTED = 'checkout';
const UNLISTED = 'attacker';
const VICTIM = 'victim';
const FORGED = ['birddog_application:victim', 'birddog_key:victim/load'];
const LOOK_ALIKES = [
  'birddog_key',
  'Birddog_Key:victim/load',
  'birddog key:victim/load',
  ' birddog_key:victim/load',
  'birddog=key:victim/load',
  'birddog_key :victim/load',
  'BIRDDOG_APPLICATION:victim',
  'birddog_\u212aey:victim/load',
  'ｂirddog_key：victim/load',
  '1birddog_key:victim/load',
  'env:prod,birddog_key:victim/load',
];
const ALERT: JsonObject = {
  key: 'deep',
  title: 'Queue deep',
  signal: { metric: 'payments.queue.depth' },
  condition: { over: '5m', above: 10 },
};
const JSON_TYPE = { 'content-type': 'application/json' };
const { key: _, ...BARE_MONITOR } = MONITOR;
const { key: __, ...BARE_DASHBOARD } = DASHBOARD;
const { key: ___, ...BARE_ALERT } = ALERT;

let pod: Pod;
/** The victim's monitor before any attack. */
let own: JsonObject;
before(async () => {
  pod = await startPod({ limits: false });
  const { done } = await applyAll(pod, documentOf(VICTIM, { monitors: [MONITOR] }));
  own = await datadog(pod, 'GET', `/api/v1/monitor/${done[0].id}`);
});
after(() => pod.stop());

const write = (method: string, path: string, body: JsonObject) =>
  request(pod, method, path, { body: JSON.stringify(body), headers: JSON_TYPE });

/** Asserts that a body is rejected with findings exactly at `pointers`. */
function refusedAt(answer: Answer, pointers: readonly string[], about: string): void {
  assert.deepEqual([answer.status, answer.body.code], [422, 'invalid'], `${about}: ${answer.text}`);
  assert.deepEqual(
    errorsOf(answer),
    pointers.map((pointer) => `marker_written ${pointer}`),
    about,
  );
}
const errorsOf = ({ body }: Answer): string[] =>
  body.findings
    .filter(({ severity }: { severity: string }) => severity === 'error')
    .map(({ code, pointer }: { code: string; pointer: string }) => `${code} ${pointer}`);

/** Asserts that nothing was written: the victim's monitor is unchanged, and the other applications have none. */
async function nothingChanged(about: string): Promise<void> {
  const held = await datadog(pod, 'GET', `/api/v1/monitor/${String(own['id'])}`);
  assert.deepEqual(held, own, about);
  const listed = ok(await request(pod, 'GET', `/get_monitors?application=${VICTIM}`)).monitors;
  assert.deepEqual(
    listed.map(({ id }: { id: string }) => id),
    [String(own['id'])],
    about,
  );
  for (const application of [LISTED, UNLISTED]) {
    const { monitors } = ok(await request(pod, 'GET', `/get_monitors?application=${application}`));
    const { dashboards } = ok(await request(pod, 'GET', `/get_dashboards?application=${application}`));
    assert.deepEqual([monitors, dashboards], [[], []], about);
  }
}

describe('a marker in the tags of a document', () => {
  it('is rejected at the tag, for monitors and alerts, in both containers', async () => {
    for (const application of [LISTED, UNLISTED]) {
      for (const parts of [{ monitors: [MONITOR] }, { alerts: [ALERT] }]) {
        const document = documentOf(application, { tags: ['env:prod', ...FORGED], ...parts });
        const about = `${application} ${Object.keys(parts).join()}`;
        refusedAt(await send(pod, '/apply', document), ['/tags/1', '/tags/2'], about);
        const plan = await send(pod, '/plan', document);
        assert.equal(plan.status, 422, plan.text);
        assert.deepEqual(errorsOf(plan), ['marker_written /tags/1', 'marker_written /tags/2'], about);
        const lint = await send(pod, '/lint', document);
        assert.deepEqual(errorsOf(lint), ['marker_written /tags/1', 'marker_written /tags/2'], about);
        const drift = await send(pod, '/drift', document);
        assert.equal(drift.status, 422, drift.text);
        assert.deepEqual(errorsOf(drift), ['marker_written /tags/1', 'marker_written /tags/2'], about);
      }
    }
    await nothingChanged('document');
  });

  it('is rejected in every form that Datadog or another reader would interpret as a marker', async () => {
    for (const application of [LISTED, UNLISTED]) {
      for (const tag of LOOK_ALIKES) {
        const shared = documentOf(application, { tags: [tag], monitors: [MONITOR], alerts: [ALERT] });
        refusedAt(await send(pod, '/apply', shared), ['/tags/0'], tag);
        const single = documentOf(application, { monitors: [{ ...MONITOR, tags: ['a:b', tag] }] });
        refusedAt(await send(pod, '/apply', single), ['/monitors/0/tags/1'], tag);
      }
    }
    await nothingChanged('look-alikes');
  });

  it('is rejected on an entry that adopts, is replaced, or has unmanaged tags', async () => {
    const tags = [FORGED[1] ?? ''];
    const made = await datadog(pod, 'POST', '/api/v1/monitor', { ...BARE_MONITOR, name: 'nobody has it' });
    for (const more of [{ adopt: String(made['id']) }, { unmanaged: ['/tags'] }, { type: 'log alert' }]) {
      const document = documentOf(UNLISTED, { monitors: [{ ...MONITOR, ...more, tags }] });
      const answer = await send(pod, '/apply?force=true', document);
      assert.equal(answer.status, 422, answer.text);
      assert.ok(errorsOf(answer).includes('marker_written /monitors/0/tags/0'), answer.text);
    }
    await datadog(pod, 'DELETE', `/api/v1/monitor/${String(made['id'])}`);
    await nothingChanged('adoption');
  });
});

describe('a marker in a single body', () => {
  const around = (application: string, parts: JsonObject) => ({ application, team: 't', ...parts });

  it('is reported by /lint at the same positions', async () => {
    const [tag = ''] = LOOK_ALIKES;
    const description = 'Managed by Birddog: victim/overview';
    for (const [body, pointer] of [
      [around('a', { monitor: { ...BARE_MONITOR, tags: ['a:b', tag] } }), '/monitor/tags/1'],
      [around('a', { dashboard: { ...BARE_DASHBOARD, description } }), '/dashboard/description'],
      [documentOf('a', { monitors: [{ ...MONITOR, tags: [tag] }] }), '/monitors/0/tags/0'],
      [documentOf('a', { dashboards: [{ ...DASHBOARD, description }] }), '/dashboards/0/description'],
    ] as const)
      assert.deepEqual(errorsOf(await send(pod, '/lint', body)), [`marker_written ${pointer}`]);
  });

  it('is rejected at the tag when a monitor is created, wrapped or bare, in both containers', async () => {
    for (const application of [LISTED, UNLISTED]) {
      for (const tag of [...FORGED, ...LOOK_ALIKES]) {
        const monitor = { ...BARE_MONITOR, tags: ['a:b', tag] };
        const wrapped = await write('POST', '/create_monitor', around(application, { monitor }));
        refusedAt(wrapped, ['/monitor/tags/1'], tag);
        const bare = await write('POST', `/create_monitor?application=${application}&team=t`, monitor);
        refusedAt(bare, ['/tags/1'], tag);
      }
    }
    await nothingChanged('create');
  });

  it('is rejected when a monitor, alert or dashboard is updated', async () => {
    const application = 'updates';
    const { done } = await applyAll(
      pod,
      documentOf(application, { monitors: [MONITOR], dashboards: [DASHBOARD] }),
    );
    const [monitor, dashboard] = done.map(({ id }: { id: string }) => id);
    for (const tag of LOOK_ALIKES) {
      const path = `/update_monitor?application=${application}&key=load`;
      refusedAt(await write('PUT', path, { tags: [tag] }), ['/tags/0'], tag);
      const wrapped = { application, key: 'load', monitor: { tags: [tag] } };
      refusedAt(await write('PUT', '/update_monitor', wrapped), ['/monitor/tags/0'], tag);
    }
    const line = { ...BARE_DASHBOARD, description: 'x\n\nManaged by Birddog: victim/load \r\n' };
    refusedAt(
      await write('PUT', '/update_dashboard', { application, key: 'overview', dashboard: line }),
      ['/dashboard/description'],
      'dashboard',
    );
    for (const verb of ['create', 'update'] as const) {
      const alert = { ...BARE_ALERT, tags: FORGED };
      const answer = await write(
        verb === 'create' ? 'POST' : 'PUT',
        `/${verb}_alert`,
        around(application, { alert }),
      );
      assert.equal(answer.status, 422, answer.text);
      assert.ok(errorsOf(answer).includes('marker_written /alert/tags/0'), answer.text);
    }
    const held = await datadog(pod, 'GET', `/api/v1/monitor/${monitor}`);
    assert.deepEqual(held['tags'], [
      'team:payments',
      'birddog_application:updates',
      'birddog_key:updates/load',
    ]);
    const shown = await datadog(pod, 'GET', `/api/v1/dashboard/${dashboard}`);
    assert.equal(shown['description'], 'Managed by Birddog: updates/overview');
    await nothingChanged('update');
  });

  it('is rejected if the description of a dashboard looks like one', async () => {
    for (const application of [LISTED, UNLISTED]) {
      for (const description of [
        'Managed by Birddog: victim/overview',
        'x\n\nmanaged by  BIRDDOG: victim/overview',
        'x\r\n\r\nManaged by Birddog: victim/overview\r\n \u00a0',
      ]) {
        const dashboard = { ...BARE_DASHBOARD, description };
        const single = await write('POST', '/create_dashboard', around(application, { dashboard }));
        refusedAt(single, ['/dashboard/description'], description);
        const document = documentOf(application, { dashboards: [{ ...DASHBOARD, description }] });
        refusedAt(await send(pod, '/apply', document), ['/dashboards/0/description'], description);
      }
    }
    await nothingChanged('description');
  });
});

describe('a marker that somebody adds in Datadog', () => {
  it('is not kept by an update', async () => {
    const application = 'merges';
    const document = documentOf(application, { monitors: [{ ...MONITOR, unmanaged: ['/tags'] }] });
    const { done } = await applyAll(pod, document);
    const path = `/api/v1/monitor/${done[0].id}`;
    const marks = ['birddog_application:merges', 'birddog_key:merges/load'];
    // The same marker in another spelling is not a second one, and the next write removes it.
    await datadog(pod, 'PUT', path, {
      tags: ['team:payments', 'Birddog_Key: merges/load', 'by:hand', ...marks],
    });
    const update = await write('PUT', `/update_monitor?application=${application}&key=load`, {
      message: 'New',
    });
    assert.equal(update.status, 200, update.text);
    assert.deepEqual((await datadog(pod, 'GET', path))['tags'], ['team:payments', 'by:hand', ...marks]);
    await datadog(pod, 'PUT', path, {
      tags: ['team:payments', 'Birddog_Key: merges/load', 'by:hand', ...marks],
    });
    await applyAll(pod, document);
    assert.deepEqual((await datadog(pod, 'GET', path))['tags'], ['team:payments', 'by:hand', ...marks]);
  });
});

describe('an object with two different markers', () => {
  const [ours, other] = ['contested', 'rival'];
  const rival = ['birddog_application:rival', 'birddog_key:rival/load'];
  const marks = [`birddog_application:${ours}`, `birddog_key:${ours}/load`, ...rival];
  const document = documentOf(ours, { monitors: [MONITOR], dashboards: [DASHBOARD] });
  type Found = {
    readonly code: string;
    readonly severity: string;
    readonly message: string;
    readonly pointer: string;
  };
  const conflicts = ({ findings }: Answer['body']): Found[] =>
    findings.filter(({ code }: Found) => code === 'marker_conflict');
  let monitor = '';
  let dashboard = '';
  before(async () => {
    const { done } = await applyAll(pod, document);
    [monitor, dashboard] = done.map(({ id }: { id: string }) => id);
    await datadog(pod, 'PUT', `/api/v1/monitor/${monitor}`, { tags: marks });
    const shown = await datadog(pod, 'GET', `/api/v1/dashboard/${dashboard}`);
    const description = `Managed by Birddog: rival/overview\n\n${String(shown['description'])}`;
    await datadog(pod, 'PUT', `/api/v1/dashboard/${dashboard}`, { ...shown, description });
  });
  const held = async () => [
    await datadog(pod, 'GET', `/api/v1/monitor/${monitor}`),
    await datadog(pod, 'GET', `/api/v1/dashboard/${dashboard}`),
  ];

  it('is reported by plan and drift of both applications, with id, address and both markers', async () => {
    for (const application of [ours, other]) {
      const named = documentOf(application, { monitors: [MONITOR], dashboards: [DASHBOARD] });
      for (const path of ['/plan', '/drift']) {
        const body = ok(await send(pod, path, named));
        const found = conflicts(body);
        assert.deepEqual(
          found.map(({ severity, pointer }) => `${severity} ${pointer}`),
          ['warning /monitors/0', 'warning /dashboards/0'],
          `${application} ${path}`,
        );
        for (const [at, said] of [monitor, dashboard].entries()) {
          const { message = '' } = found[at] ?? {};
          for (const text of [said, '"contested/', '"rival/', 'http'])
            assert.ok(message.includes(text), message);
        }
        // The object still exists, so it is not drift.
        if (path === '/drift') assert.deepEqual(body.objects, []);
      }
    }
  });

  it('is reported by /check', async () => {
    const { body } = await request(pod, 'GET', '/check');
    const part = body.parts.find(({ name }: { name: string }) => name === 'markers');
    assert.equal(part.state, 'warning');
    for (const said of ['marker_conflict', monitor, dashboard])
      assert.ok(part.detail.includes(said), part.detail);
    assert.equal(body.ok, true);
  });

  it('is not written, deleted or adopted by single requests', async () => {
    const was = await held();
    for (const application of [ours, other]) {
      const dashboardBody = { application, dashboard: BARE_DASHBOARD };
      const answers = [
        await write('PUT', '/update_monitor', { application, id: monitor, monitor: { message: 'x' } }),
        await write('PUT', '/update_monitor', { application, key: 'load', monitor: { message: 'x' } }),
        await write('PUT', '/update_dashboard', { ...dashboardBody, id: dashboard }),
        await write('PUT', '/update_dashboard', { ...dashboardBody, key: 'overview' }),
        await request(pod, 'DELETE', `/delete_monitor?application=${application}&id=${monitor}`),
        await request(pod, 'DELETE', `/delete_monitor?application=${application}&key=load`),
        await request(pod, 'DELETE', `/delete_dashboard?application=${application}&id=${dashboard}`),
        await request(pod, 'DELETE', `/delete_dashboard?application=${application}&key=overview`),
      ];
      for (const { status, body, text } of answers) {
        assert.deepEqual([status, body.code], [403, 'not_managed'], text);
        assert.match(body.detail, /"contested\/\w+".*"rival\/\w+"|"rival\/\w+".*"contested\/\w+"/);
        assert.match(body.hint, /remove all markers except one/);
      }
    }
    assert.deepEqual(await held(), was);
  });

  it('is not imported, and not adopted', async () => {
    const was = await held();
    const imported = ok(
      await request(pod, 'POST', `/import?application=thief&team=t&id=${monitor},${dashboard}`),
    );
    assert.deepEqual([imported.document.monitors, imported.document.dashboards], [undefined, undefined]);
    assert.equal(conflicts(imported).length, 2);
    const thief = documentOf('thief', { monitors: [{ ...MONITOR, adopt: monitor }] });
    const adopted = await send(pod, '/apply', thief);
    assert.equal(adopted.status, 422, adopted.text);
    assert.deepEqual(errorsOf(adopted), ['marker_conflict /monitors/0/adopt']);
    const [planned] = refused(await send(pod, '/plan', thief)).objects;
    assert.deepEqual([planned.action, planned.id], ['create', undefined]);
    assert.deepEqual(await held(), was);
  });

  it('is neither extra nor a clone and is not pruned; a new object is created for its key', async () => {
    const was = await held();
    const nothing = documentOf(ours, {});
    assert.deepEqual(ok(await send(pod, '/plan?prune=true', nothing)).objects, []);
    await applyAll(pod, nothing, '?prune=true&force=true');
    assert.deepEqual(await held(), was);
    const created = await write('POST', '/create_monitor', {
      application: other,
      team: 't',
      key: 'load',
      monitor: { ...BARE_MONITOR, name: 'Another' },
    });
    assert.equal(created.status, 201, created.text);
    assert.equal(conflicts(created.body)[0]?.pointer, '/monitor');
    assert.notEqual(created.body.id, monitor);
    const { done } = await applyAll(pod, document);
    assert.deepEqual(
      done.map(({ action }: { action: string }) => action),
      ['create', 'create'],
    );
    assert.deepEqual(await held(), was);
    // Without the second marker, the older object belongs to the application again, and the newer one is a clone.
    await datadog(pod, 'PUT', `/api/v1/monitor/${monitor}`, { tags: marks.slice(0, 2) });
    const settled = ok(await send(pod, '/plan', document));
    const clones = settled.objects.filter(({ action }: { action: string }) => action === 'clone');
    assert.deepEqual(
      clones.map(({ id }: { id: string }) => id),
      [done[0].id],
    );
    assert.equal(conflicts(settled).length, 1);
  });
});
