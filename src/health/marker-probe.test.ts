import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { markerProbe } from './marker-probe.ts';

const BOTH = ['birddog_key:a/x', 'birddog_key:b/y'];
const MONITOR = { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' };
const DASHBOARD = { title: 'x', layout_type: 'ordered', widgets: [] };

function startTest() {
  const datadog = emulatedDatadog();
  const { probe, hint = '' } = markerProbe(datadog.datadog);
  assert.ok(probe);
  return { ...datadog, probe: async () => ({ hint, ...(await probe(datadog.context())) }) };
}

describe('the probe of markers', () => {
  it('is ok when every object has one marker or none', async () => {
    const { person, probe } = startTest();
    person('POST', '/api/v1/monitor', { ...MONITOR, tags: ['birddog_application:a', 'birddog_key:a/x'] });
    person('POST', '/api/v1/monitor', { ...MONITOR, name: 'clone', tags: ['birddog_key:a/x'] });
    person('POST', '/api/v1/dashboard', { ...DASHBOARD, description: 'Managed by Birddog: a/x' });
    assert.equal((await probe()).state, 'ok');
  });

  it('warns of a monitor and a dashboard with two different markers, with id, address and markers', async () => {
    const { person, probe } = startTest();
    const monitor = person('POST', '/api/v1/monitor', { ...MONITOR, tags: BOTH });
    const description = 'x\n\nManaged by Birddog: a/x\n\nManaged by Birddog: b/y';
    const dashboard = person('POST', '/api/v1/dashboard', { ...DASHBOARD, description });
    const { state, detail, hint } = await probe();
    assert.equal(state, 'warning');
    for (const said of [
      'marker_conflict',
      `https://app.example.test/monitors/${String(monitor['id'])}`,
      `The dashboard ${String(dashboard['id'])} (https://app.example.test/dashboard/`,
      '"a/x"',
      '"b/y"',
    ])
      assert.ok(detail.includes(said), `${said}: ${detail}`);
    assert.match(hint, /remove all markers except one/);
    person('PUT', `/api/v1/monitor/${String(monitor['id'])}`, { tags: BOTH.slice(1) });
    assert.ok(!(await probe()).detail.includes('/monitors/'));
  });

  it('sends at most ten requests for each kind', async () => {
    const { person, probe, taken } = startTest();
    for (let n = 0; n < 1100; n += 1)
      person('POST', '/api/v1/monitor', { ...MONITOR, name: `n${n}`, tags: [`birddog_key:a/n${n}`] });
    taken();
    assert.equal((await probe()).state, 'ok');
    assert.equal(taken().length, 11);
  });

  it('is skipped when the keys are rejected, and warns when only these reads are forbidden', async () => {
    const refused = startTest();
    // The second read distinguishes rejected keys from a forbidden object.
    for (const path of ['/api/v1/monitor/search', '/api/v1/monitor']) refused.fail(path, 401);
    assert.equal((await refused.probe()).state, 'skipped');
    const forbidden = startTest();
    forbidden.fail('/api/v1/dashboard', 403);
    const { state, hint } = await forbidden.probe();
    assert.deepEqual([state, /dashboards_read/.test(hint)], ['warning', true]);
  });
});
