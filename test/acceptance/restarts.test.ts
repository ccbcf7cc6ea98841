import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type Pod, startPod } from './pod.ts';
import { restartUnderLoad, type RestartOptions } from './rolling-restarts.ts';

const LOAD = { connections: 32, writers: 8, datadogMs: 300 };
const SLICE: RestartOptions = { ...LOAD, restarts: 3, drainMs: 8000, objects: 60 };
/** `npm run restarts` sets the number of restarts; docs/reports/restarts.md has the figures. */
const COUNT = Number(process.env['BIRDDOG_RESTARTS'] ?? 0);
const OPTIONS = COUNT > 0 ? { ...LOAD, restarts: COUNT, drainMs: 40_000, objects: 500 } : SLICE;

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

it(`${OPTIONS.restarts} restarts of two replicas under load fail no request, and an apply of ${OPTIONS.objects} objects goes on`, async (t) => {
  const { answers, failures, ends, wrong, apply, ...figures } = await restartUnderLoad(t, pod, OPTIONS);
  t.diagnostic(
    JSON.stringify({ ...figures, failures: failures.length, answers: Object.fromEntries(answers) }),
  );
  assert.deepEqual(failures, []);
  assert.deepEqual(
    ends.filter((reason) => !reason.includes('ended with status 0')),
    [],
  );
  assert.equal(apply.status, 0, apply.text);
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    [...answers.keys()].filter((status) => status !== 200 && status !== 201),
    [],
  );
  assert.ok(figures.acknowledged > 0 && figures.stoppedApplies > 0, JSON.stringify(figures));
});
