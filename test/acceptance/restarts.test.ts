import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { seedWith } from '../postgresql/replicas.ts';
import { skipPostgresql, startPostgresql } from '../postgresql/server.ts';
import { type PodOptions, startPod } from './pod.ts';
import { restartUnderLoad, type RestartOptions } from './rolling-restarts.ts';

const LOAD = { connections: 32, writers: 8, datadogMs: 300, drainMs: 40_000 };
/** `npm run restarts` sets the number of restarts; docs/reports/restarts.md has the figures. */
const COUNT = Number(process.env['BIRDDOG_RESTARTS'] ?? 0);
const OPTIONS: RestartOptions =
  COUNT > 0 ? { ...LOAD, restarts: COUNT, objects: 500 } : { ...LOAD, restarts: 3, objects: 60 };

async function restart(t: TestContext, env: PodOptions['env'], ledger?: RestartOptions['ledger']) {
  const pod = await startPod({ limits: false, ...(env ? { env } : {}) });
  t.after(() => pod.stop());
  const options = ledger ? { ...OPTIONS, ledger } : OPTIONS;
  const { answers, failures, ends, wrong, apply, ...figures } = await restartUnderLoad(t, pod, options);
  t.diagnostic(
    JSON.stringify({ ...figures, failures: failures.length, answers: Object.fromEntries(answers) }),
  );
  assert.deepEqual(failures, []);
  const unexpected = ends.filter((reason) => !reason.includes('ended with status 0'));
  assert.deepEqual([ends.length, unexpected], [OPTIONS.restarts, []]);
  assert.equal(apply.status, 0, `${figures.applyAnswers.join(', ')}\n${apply.text}`);
  assert.deepEqual(wrong, []);
  assert.deepEqual([...answers.keys()].toSorted(), [200, 201]);
  assert.ok(
    figures.acknowledged > 0 && figures.applyAnswers.some((one) => one.startsWith('503')),
    JSON.stringify(figures),
  );
}

describe(`${OPTIONS.restarts} restarts of two replicas under load fail no request, and an apply of ${OPTIONS.objects} objects goes on`, () => {
  it('with a SQLite ledger for each', (t) => restart(t, undefined));

  it('with one PostgreSQL ledger', { skip: skipPostgresql() }, async (t) => {
    const server = await startPostgresql();
    t.after(() => server.stop());
    const ledger = { BIRDDOG_LEDGER: server.createDatabase().href };
    await restart(t, { vault: { VAULT_SEED: seedWith(server) }, sidecar: ledger }, () => ledger);
  });
});
