import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { rowOf, samplesOf, watchedSecrets } from '../../test/probed-parts.ts';
import { type Certificates, mintCertificates } from '../init/certificates.ts';
import { secretProbes } from './secret-probes.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-01T00:00:00Z');

let minted: Certificates;
let foreign: Certificates;
before(async () => {
  minted = await mintCertificates({ now: new Date(NOW), days: 80 });
  foreign = await mintCertificates({ now: new Date(NOW), days: 80 });
});

/** Returns the probes of an 80-day certificate after `days`. */
function probesAfter(days: number, ca = minted.ca, refused?: string) {
  const value = { ...minted.client, ca, endsAt: NOW + 80 * DAY, caEndsAt: NOW + 90 * DAY };
  const sidecarCertificate = watchedSecrets('upstream_certificate', value);
  const keys = watchedSecrets('datadog_keys', '', () => refused);
  return secretProbes({
    secrets: { sidecarCertificate, ownCertificate: sidecarCertificate, watched: [keys, sidecarCertificate] },
    now: () => NOW + days * DAY,
    afterMs: 1000,
  });
}
const context = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };
const deadline = { left: () => 1000, signal: new AbortController().signal };
async function seen(probes: ReturnType<typeof probesAfter>, name = 'certificate') {
  const { probe, incident } = rowOf(probes, name);
  const outcome = await probe?.({ ...context, deadline });
  return { state: outcome?.state, detail: outcome?.detail ?? '', fault: incident?.fault()?.detail ?? '' };
}

describe('the probe of a certificate', () => {
  it('warns and begins an incident in the last eighth of the lifetime', async () => {
    assert.deepEqual(await seen(probesAfter(10)), {
      state: 'ok',
      detail: 'Valid until 2026-05-20T00:00Z, 70 days left.',
      fault: '',
    });
    const { state, fault } = await seen(probesAfter(71));
    assert.deepEqual([state, fault], ['warning', 'It expires at 2026-05-20T00:00:00.000Z.']);
  });

  it('fails after the expiry, which is also an incident', async () => {
    const { state, detail, fault } = await seen(probesAfter(81), 'tls_certificate');
    assert.equal(state, 'failed');
    assert.match(detail, /^It expired at 2026-05-20/);
    assert.equal(fault, detail);
  });

  it('fails under a foreign CA, which is not an incident about its end', async () => {
    const { state, fault } = await seen(probesAfter(10, foreign.ca));
    assert.deepEqual([state, fault], ['failed', '']);
  });

  it('reports the seconds left of each certificate and CA', () =>
    assert.deepEqual(samplesOf(probesAfter(79), 'birddog_certificate_seconds_left'), {
      upstream: 86_400,
      upstream_ca: 11 * 86_400,
      own: 86_400,
      own_ca: 11 * 86_400,
    }));
});

describe('the probe of the secrets', () => {
  it('is ok while the files on disk are in use', async () => {
    const probes = probesAfter(0);
    assert.equal((await seen(probes, 'secrets')).state, 'ok');
    assert.deepEqual(samplesOf(probes, 'birddog_secrets_refused'), {
      datadog_keys: 0,
      upstream_certificate: 0,
    });
  });

  it('warns of rejected files, with one incident for each set', async () => {
    const probes = probesAfter(0, minted.ca, 'the file is empty');
    assert.deepEqual(await seen(probes, 'secrets'), {
      state: 'warning',
      detail: 'The previous files stay in use: datadog_keys: the file is empty.',
      fault: '',
    });
    assert.equal((await seen(probes, 'secrets_datadog_keys')).fault, 'the file is empty');
    assert.equal((await seen(probes, 'secrets_upstream_certificate')).fault, '');
    assert.equal(samplesOf(probes, 'birddog_secrets_refused')['datadog_keys'], 1);
    assert.equal(samplesOf(probes, 'birddog_secrets_age_seconds')['datadog_keys'], NOW / 1000);
  });
});
