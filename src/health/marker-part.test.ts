import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { markerPart } from './marker-part.ts';

const BOTH = ['birddog_key:a/x', 'birddog_key:b/y'];
const MONITOR = { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' };
const DASHBOARD = { title: 'x', layout_type: 'ordered', widgets: [] };

function world() {
  const datadog = emulatedDatadog();
  const { request, objects } = datadog.datadog;
  const part = markerPart(request, objects);
  return { ...datadog, look: () => part.look(datadog.context()) };
}

describe('the part of a check about markers', () => {
  it('is well where every object has one marker or none', async () => {
    const { person, look } = world();
    person('POST', '/api/v1/monitor', { ...MONITOR, tags: ['birddog_application:a', 'birddog_key:a/x'] });
    person('POST', '/api/v1/monitor', { ...MONITOR, name: 'clone', tags: ['birddog_key:a/x'] });
    person('POST', '/api/v1/dashboard', { ...DASHBOARD, description: 'Managed by Birddog: a/x' });
    assert.equal((await look()).state, 'ok');
  });

  it('warns of a monitor and of a dashboard with two different markers, by id, address and markers', async () => {
    const { person, look } = world();
    const monitor = person('POST', '/api/v1/monitor', { ...MONITOR, tags: BOTH });
    const description = 'x\n\nManaged by Birddog: a/x\n\nManaged by Birddog: b/y';
    const dashboard = person('POST', '/api/v1/dashboard', { ...DASHBOARD, description });
    const { state, detail, hint } = await look();
    assert.equal(state, 'warning');
    for (const said of [
      'marker_conflict',
      `https://app.example.test/monitors/${String(monitor['id'])}`,
      `The dashboard ${String(dashboard['id'])} (https://app.example.test/dashboard/`,
      '"a/x"',
      '"b/y"',
    ])
      assert.ok(detail.includes(said), `${said}: ${detail}`);
    assert.match(hint ?? '', /Remove/);
    person('PUT', `/api/v1/monitor/${String(monitor['id'])}`, { tags: BOTH.slice(1) });
    assert.ok(!(await look()).detail.includes('/monitors/'));
  });

  it('asks Datadog at most ten times for each kind', async () => {
    const { person, look, taken } = world();
    for (let n = 0; n < 1100; n += 1)
      person('POST', '/api/v1/monitor', { ...MONITOR, name: `n${n}`, tags: [`birddog_key:a/n${n}`] });
    taken();
    assert.equal((await look()).state, 'ok');
    assert.equal(taken().length, 11);
  });

  it('is skipped where the keys are refused, and warns where only these reads are', async () => {
    const refused = world();
    // The second is the read that tells refused keys from a forbidden object.
    for (const path of ['/api/v1/monitor/search', '/api/v1/monitor']) refused.fail(path, 401);
    assert.equal((await refused.look()).state, 'skipped');
    const forbidden = world();
    forbidden.fail('/api/v1/dashboard', 403);
    const { state, hint } = await forbidden.look();
    assert.deepEqual([state, /dashboards_read/.test(hint ?? '')], ['warning', true]);
  });
});
