import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { SCOPES, scopesProbe } from './scopes-probe.ts';

const [DASHBOARDS, DOWNTIMES] = ['/api/v1/dashboard', '/api/v2/downtime'];

function startTest() {
  const emulated = emulatedDatadog();
  const { probe } = scopesProbe({ datadog: emulated.datadog, now: emulated.clock.now });
  return { ...emulated, run: async () => probe?.(emulated.context()) };
}

describe('the probe of scopes', () => {
  it('reads once what each feature reads, and again after 10 minutes', async () => {
    const { run, clock, taken } = startTest();
    assert.equal((await run())?.state, 'ok');
    clock.advance(599_999);
    await run();
    assert.deepEqual(
      taken()
        .map(({ call }) => call)
        .toSorted(),
      [`GET ${DASHBOARDS}`, `GET ${DOWNTIMES}`, 'POST /api/v2/audit/events/search'],
    );
    clock.advance(1);
    await run();
    assert.equal(taken().length, 3);
  });

  it('is a warning that names each missing scope and what it is for, for a minute', async () => {
    const { run, fail, clock } = startTest();
    fail(DOWNTIMES, 403);
    const one = await run();
    assert.deepEqual(one, {
      state: 'warning',
      detail:
        'The application key lacks scopes: without the scope monitors_downtime, Birddog cannot show downtimes.',
    });
    clock.advance(60_000);
    fail(DASHBOARDS, 403);
    fail('/api/v2/audit/events/search', 403);
    assert.match((await run())?.detail ?? '', /dashboards_read, .*; without the scope audit_logs_read,/);
    clock.advance(60_000);
    assert.equal((await run())?.state, 'ok');
  });

  it('fails if Datadog does, and accepts an organisation without an audit trail', async () => {
    const { run, fail, clock } = startTest();
    fail('/api/v2/audit/events/search', 404);
    assert.equal((await run())?.state, 'ok');
    clock.advance(600_000);
    fail(DOWNTIMES, 400, { errors: ['no such parameter'] });
    const failed = await run();
    assert.equal(failed?.state, 'failed');
    assert.match(failed.detail, /no such parameter/);
  });
});

it('docs/vault.md lists every scope with its feature and the part that checks it', () => {
  const page = readFileSync(new URL('../../docs/vault.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \| `(\w+)` \|$/gm)].map((row) => row.slice(1));
  assert.deepEqual(
    rows,
    SCOPES.map(({ name, feature, part }) => [name, feature, part]),
  );
});
