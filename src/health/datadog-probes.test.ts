import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AFTER_MS, probedParts, rowOf, samplesOf } from '../../test/probed-parts.ts';
import { ProblemError } from '../domain/problem.ts';
import { datadogProbes } from './datadog-probes.ts';

const VALIDATE = '/api/v1/validate';
const MONITORS = '/api/v1/monitor';

function startTest() {
  const around = probedParts();
  const probes = datadogProbes(around.parts);
  const probe = async (name: string) => rowOf(probes, name).probe?.(around.context());
  const fault = (name: string) => rowOf(probes, name).incident?.fault()?.detail;
  return { ...around, probes, probe, fault };
}

describe('the probes of the Datadog keys', () => {
  it('send one call each', async () => {
    const { probe, taken } = startTest();
    for (const [name, call] of [
      ['datadog_api_key', `GET ${VALIDATE}`],
      ['datadog_app_key', `GET ${MONITORS}`],
    ] as const) {
      assert.equal((await probe(name))?.state, 'ok');
      assert.deepEqual(
        taken().map((one) => one.call),
        [call],
      );
    }
  });

  it('distinguish a rejected key from other failures by their hint', async () => {
    const { probe, fail } = startTest();
    for (const [name, path, status, hint] of [
      ['datadog_api_key', VALIDATE, 403, /datadog-api-key/],
      ['datadog_app_key', MONITORS, 403, /datadog-app-key/],
      ['datadog_app_key', MONITORS, 400, /./],
    ] as const) {
      fail(path, status);
      const outcome = await probe(name);
      assert.equal(outcome?.state, 'failed');
      assert.match(outcome.hint ?? '', hint);
      assert.equal(/rejects the/.test(outcome.detail), status === 403);
    }
    fail(VALIDATE, 200, 'no JSON object');
    assert.deepEqual(await probe('datadog_api_key'), {
      state: 'failed',
      detail: 'Datadog sent an unexpected answer.',
      hint: '',
    });
  });

  it('begin an incident when any call shows rejected keys', () => {
    const { probes, parts, fault } = startTest();
    assert.equal(fault('datadog_app_key'), undefined);
    parts.datadog.health.failed(new ProblemError('datadog_keys_refused', 'no'));
    assert.match(fault('datadog_app_key') ?? '', /rejects the API key or the application key/);
    assert.deepEqual(samplesOf(probes, 'birddog_datadog_keys_refused'), { '': 1 });
    assert.equal(fault('datadog'), undefined);
  });

  it('share the refresh with the incident of unavailability', () => {
    const { probes } = startTest();
    const key = rowOf(probes, 'datadog_app_key');
    assert.ok(key.probe);
    assert.equal(key.incident?.refresh, key.probe);
    assert.equal(rowOf(probes, 'datadog').incident?.refresh, key.probe);
    assert.equal(rowOf(probes, 'datadog').incident?.refreshEveryMs, undefined);
  });
});

describe('the probes of Datadog', () => {
  it('begin an incident while Datadog is unavailable', () => {
    const { parts, fault } = startTest();
    parts.datadog.health.failed(new ProblemError('datadog_unavailable', 'No answer.'));
    assert.equal(fault('datadog'), 'No answer.');
    parts.datadog.health.keysAccepted();
    assert.equal(fault('datadog'), undefined);
  });

  it('count an exhausted rate limit as a fault for the delay of an incident', () => {
    const { parts, fault, clock, probes } = startTest();
    parts.datadog.health.failed(new ProblemError('rate_limited', 'no'));
    clock.advance(AFTER_MS - 1);
    assert.match(fault('datadog_budget') ?? '', /A rate limit allows no further call/);
    clock.advance(1);
    assert.equal(fault('datadog_budget'), undefined);
    parts.datadog.health.failed(new ProblemError('rate_limited', 'no'), 'background');
    assert.equal(fault('datadog_budget'), undefined, 'the background lane leaves a share to others');
    assert.deepEqual(samplesOf(probes, 'birddog_datadog_budget_refusals_total'), { '': 2 });
  });
});
