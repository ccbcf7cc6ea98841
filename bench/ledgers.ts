import { type Pod, requestUnchecked, startPod } from '../test/acceptance/pod.ts';
import { seedWith } from '../test/postgresql/replicas.ts';
import { type PostgresqlServer, skipPostgresql, startPostgresql } from '../test/postgresql/server.ts';
import type { Measurements } from './aims.ts';
import { quantile } from './load.ts';
import { printHead, type Scale } from './scale.ts';

/**
 * Prints the latency of creates with the ledger in SQLite and in PostgreSQL on this machine, and adds the difference of the
 * medians to `measured`. The two alternate, so that other load affects both equally.
 */
export async function benchLedgers(scale: Scale, measured: Measurements): Promise<void> {
  const skipped = skipPostgresql();
  if (skipped !== false) {
    console.log(`\nThe ledger in PostgreSQL was not measured: ${skipped}.`);
    return;
  }
  const server = await startPostgresql({ durable: true });
  const pods: Pod[] = [];
  try {
    pods.push(await startPod({ limits: false }), await podWith(server));
    for (let n = 0; n < scale.ledgerWarmUp; n += 1) for (const pod of pods) await create(pod, `warm-${n}`);
    const took = pods.map(() => new Array<number>());
    for (let n = 0; n < scale.ledgerCreates; n += 1)
      for (const [at, pod] of pods.entries()) took[at]?.push(await create(pod, `k-${n}`));
    console.log('');
    printHead(scale, ['ledger', 'creates', 'p50 ms', 'p99 ms']);
    const [sqlite = Number.NaN, postgresql = Number.NaN] = took.map((all) => quantile(all, 0.5));
    for (const [at, name] of ['SQLite', 'PostgreSQL'].entries()) {
      const figures = [0.5, 0.99].map((share) => quantile(took[at] ?? [], share).toFixed(2)).join(' | ');
      console.log(`| ${name} | ${scale.ledgerCreates} | ${figures} |`);
    }
    measured.postgresql = postgresql - sqlite;
  } finally {
    for (const pod of pods) await pod.stop();
    await server.stop();
  }
}

function podWith(server: PostgresqlServer): Promise<Pod> {
  const ledger = { BIRDDOG_LEDGER: server.createDatabase().href };
  const env = { vault: { VAULT_SEED: seedWith(server) }, serve: ledger, sidecar: ledger };
  return startPod({ env, limits: false });
}

/** Creates a monitor of a listed application. Returns the latency (ms). */
async function create(pod: Pod, key: string): Promise<number> {
  const monitor = { type: 'query alert', name: key, query: 'avg(last_5m):avg:a{*} > 1' };
  const body = JSON.stringify({ application: 'checkout', team: 't', key, monitor });
  const begun = performance.now();
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await requestUnchecked(pod, 'POST', '/create_monitor', { body, headers });
  if (status !== 201) throw new Error(`a create was answered with ${status}: ${text}`);
  return performance.now() - begun;
}
