import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AFTER_MS, probedParts, rowOf, samplesOf } from '../../test/probed-parts.ts';
import { VERSION } from '../contract/version.ts';
import type { Probe } from '../health/probe.ts';
import { mainProbes } from './probes.ts';

function startTest() {
  const around = probedParts();
  const probes = mainProbes(around.parts).filter(({ name }) => !name.endsWith('certificate'));
  const faults = () =>
    probes.flatMap(({ name, incident }) => (incident?.fault() === undefined ? [] : [name]));
  const probe = (name: string) => {
    const row = rowOf(probes, name);
    assert.ok(row.probe);
    return row.probe(around.context());
  };
  return { ...around, probes, faults, probe };
}
const refreshOf = ({ incident }: Probe) => (incident?.refresh ? [incident.refresh] : []);

describe('the probes of the main container', () => {
  it('have unique names, and a hint wherever an incident needs one', () => {
    const probes = mainProbes(probedParts().parts);
    assert.equal(new Set(probes.map(({ name }) => name)).size, probes.length);
    for (const { name, incident, hint = '' } of probes) assert.ok(!incident || hint !== '', name);
  });

  it('require only earlier parts', () => {
    const probes = mainProbes(probedParts().parts);
    for (const [at, { requires }] of probes.entries())
      if (requires) assert.ok(probes.slice(0, at).some(({ name, probe }) => probe && name === requires.name));
  });

  it('give rows of one incident different subjects, and the same title and delay', () => {
    const seen = new Map<string, { title: string; notifyAfterMs: number; abouts: (string | undefined)[] }>();
    for (const { incident } of mainProbes(probedParts().parts)) {
      if (!incident) continue;
      const { code, title, notifyAfterMs, about } = incident;
      const first = seen.get(code) ?? { title, notifyAfterMs, abouts: [] };
      assert.deepEqual([title, notifyAfterMs], [first.title, first.notifyAfterMs], code);
      assert.ok(!first.abouts.includes(about), code);
      seen.set(code, { ...first, abouts: [...first.abouts, about] });
    }
    assert.deepEqual(
      Object.fromEntries([...seen].map(([code, row]) => [code, row.notifyAfterMs / AFTER_MS])),
      {
        certificate_ending: 0,
        secrets_refused: 1,
        datadog_keys_refused: 1,
        datadog_unavailable: 1,
        datadog_budget_exhausted: 5,
        ledger_unwritable: 1,
        catalog_unavailable: 5,
        sidecar_unavailable: 1,
        issuer_unavailable: 5,
        callers_file_refused: 1,
      },
    );
  });

  it('report each fault separately', () => {
    const { state, faults } = startTest();
    assert.deepEqual(faults(), []);
    state.silent = true;
    assert.deepEqual(faults(), ['sidecar']);
    state.silent = false;
    state.skewed = true;
    assert.deepEqual(faults(), ['sidecar']);
    state.skewed = false;
    state.breaker = 'open';
    assert.deepEqual(faults(), ['sidecar']);
    state.issuers = new Map([
      ['oidc', false],
      ['github', true],
    ]);
    state.fileFaults.set('access', false).set('tokens', true);
    state.unavailable.set('leanix', 'LeanIX is unreachable');
    assert.deepEqual(faults(), ['catalog_leanix', 'sidecar', 'issuer', 'tokens_file']);
  });

  it('refresh the part with the fault', async () => {
    const { probes, probed, context } = startTest();
    for (const refresh of probes.flatMap(refreshOf)) await refresh(context());
    assert.deepEqual(probed.toSorted(), ['datadog', 'issuer', 'leanix', 'servicenow', 'sidecar']);
  });

  it('have the metrics of the sidecar, the catalogs and the lookups', () => {
    const { probes, state } = startTest();
    state.unavailable.set('leanix', 'LeanIX is unreachable');
    const samples = (name: string) => samplesOf(probes, name);
    assert.deepEqual(samples('birddog_catalog_unavailable'), { datadog: 0, leanix: 1, servicenow: 0 });
    assert.deepEqual(samples('birddog_sidecar_breaker_state'), { closed: 1, 'half-open': 0, open: 0 });
    assert.deepEqual(samples('birddog_sidecar_breaker_openings_total'), { '': 2 });
    assert.deepEqual(samples('birddog_sidecar_waiting'), { '': 3 });
    assert.deepEqual(samples('birddog_catalog_lookups_total'), { hit: 4 });
    assert.deepEqual(samples('birddog_catalog_cached'), { '': 5 });
  });
});

describe('the metrics of callers', () => {
  it('exist only for what is in use', () => {
    const around = probedParts();
    const sample = (name: string) => samplesOf(mainProbes(around.parts), name);
    assert.deepEqual([sample('birddog_file_bad'), sample('birddog_issuer_unavailable')], [{}, {}]);
    around.state.fileFaults.set('access', true);
    assert.deepEqual(sample('birddog_file_bad'), { access: 1 });
    around.state.fileFaults.set('access', false).set('tokens', true);
    assert.deepEqual(sample('birddog_file_bad'), { access: 0, tokens: 1 });
    around.state.issuers = new Map([
      ['oidc', false],
      ['github', true],
    ]);
    assert.deepEqual(sample('birddog_issuer_unavailable'), { oidc: 0, github: 1 });
    assert.deepEqual(rowOf(mainProbes(around.parts), 'issuer').incident?.fault(), {
      detail: 'The keys of the token issuer github cannot be fetched.',
    });
  });
});

describe('the probe of a catalog', () => {
  it('says the same to /check and to the incident, with a hint that fits the reason', async () => {
    const { state, probes, probe } = startTest();
    assert.deepEqual(await probe('catalog_leanix'), { state: 'ok', detail: 'LeanIX answers.' });
    for (const [reason, hint] of [
      ["LeanIX rejects Birddog's credentials (HTTP 401)", /leanix-api-token/],
      ['LeanIX is unreachable', undefined],
    ] as const) {
      state.unavailable.set('leanix', reason);
      const outcome = await probe('catalog_leanix');
      assert.deepEqual([outcome.state, outcome.detail], ['failed', `${reason}.`]);
      const fault = rowOf(probes, 'catalog_leanix').incident?.fault();
      assert.deepEqual(outcome, { state: 'failed', ...fault });
      if (hint) assert.match(outcome.hint ?? '', hint);
      else assert.equal(outcome.hint, undefined);
    }
  });

  it('names an unexpected error', async () => {
    const { state, probe } = startTest();
    const error = new Error('the secret file leanix-api-token cannot be read');
    state.catalogAnswer = { answer: 'unknown', reason: 'Birddog failed to query LeanIX', error };
    assert.deepEqual(await probe('catalog_leanix'), { state: 'failed', detail: error.message, hint: '' });
  });
});

describe('the probe of the sidecar', () => {
  const REPORT = { ok: true, checked_at: '', version: VERSION, parts: [] };

  it('adds the parts that the sidecar reports, and warns of another version', async () => {
    const { state, probe } = startTest();
    const part = { name: 'ledger', state: 'ok', ms: 1, detail: '', hint: '' };
    state.report.body = JSON.stringify({ ...REPORT, parts: [part] });
    const outcome = await probe('sidecar');
    assert.deepEqual([outcome.state, outcome.parts], ['ok', [{ ...part, name: 'sidecar_ledger' }]]);
    state.report.body = JSON.stringify({ ...REPORT, version: '0' });
    assert.equal((await probe('sidecar')).state, 'warning');
  });

  it('fails when the sidecar does not answer with a report', async () => {
    const { state, probe } = startTest();
    for (const report of [
      { status: 503, body: '{}' },
      { status: 200, body: '{}' },
      { status: 200, body: '<html>' },
    ]) {
      state.report = report;
      assert.equal((await probe('sidecar')).state, 'failed');
    }
  });
});
