import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Env } from '../../emulators/sandbox/settings.ts';
import { birddog, folderWith } from './birddog-command.ts';
import { control, type Pod } from './pod.ts';
import { createClient, monitorsByName, type Replica, startBalancer, startReplica } from './replicas.ts';

export interface RestartOptions {
  /** Number of restarts; the two replicas take turns. */
  readonly restarts: number;
  readonly drainMs: number;
  readonly connections: number;
  /** How many of the connections create monitors. The others read and lint. */
  readonly writers: number;
  /** How long Datadog takes to answer (ms). */
  readonly datadogMs: number;
  /** Number of objects of the document that `birddog apply` applies meanwhile. */
  readonly objects: number;
  /** Returns the settings of a replica's ledger. Default: a SQLite file for each. */
  readonly ledger?: (replica: string) => Env;
}

/** What the load generator and the apply saw. */
export interface RestartFigures {
  readonly seconds: number;
  /** Answers by status. */
  readonly answers: ReadonlyMap<number, number>;
  /** Requests without an answer, and answers with a status of 500 or more, as text. */
  readonly failures: readonly string[];
  /** Reasons for which the replicas ended. */
  readonly ends: readonly string[];
  readonly acknowledged: number;
  /** Acknowledged creates, and objects of the document, that do not exist exactly once. */
  readonly wrong: readonly string[];
  /** How the calls of `birddog apply` were answered, in order: status, code of a problem of this process, and time. */
  readonly applyAnswers: readonly string[];
  readonly apply: { readonly status: number | null; readonly text: string };
}

/** Interval (ms) at which the load generator asks each replica whether it is ready. */
const PROBE_MS = 100;
/** Pause (ms) of each connection between two requests. */
const PAUSE_MS = 100;

interface Slot {
  readonly name: string;
  replica: Replica;
  ready: boolean;
}

/**
 * Restarts two replicas in turn under load. The load generator sends to a replica only while its `/readyz` is 200, and does
 * not retry.
 */
export async function restartUnderLoad(
  t: TestContext,
  pod: Pod,
  options: RestartOptions,
): Promise<RestartFigures> {
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'birddog-restarts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { ledger = (name) => ({ BIRDDOG_LEDGER: join(folder, `${name}.sqlite`) }) } = options;
  const env = { BIRDDOG_DRAIN_MS: String(options.drainMs), CATALOG_TTL_MS: '600000' };
  const start = (name: string, run: number) =>
    startReplica(pod, `replica-${name}-${run}`, { ...env, ...ledger(name) });
  const slots: Slot[] = [];
  for (const name of ['a', 'b']) slots.push({ name, replica: await start(name, 0), ready: true });
  await createClient(t).send(pod, 'POST', '/create_monitor', {
    application: READ,
    team: 't',
    key: 'read',
    monitor: monitor('read'),
  });
  await delayDatadog(pod, options.datadogMs);

  const stop = new AbortController();
  const probes = probe(slots, stop.signal);
  const load = startLoad(t, slots, options, stop.signal);
  const applying = await startApply(t, slots, options.objects);
  // The replica with the apply is restarted first, as soon as the apply has written something.
  await pod.until(async () => (await monitorsByName(pod)).has(objectName(0)));
  const first = slots.findIndex((slot) => slot === applying.servedBy());
  const ends: string[] = [];
  for (let run = 1; run <= options.restarts; run += 1) {
    const slot = slots[(Math.max(0, first) + run - 1) % slots.length];
    if (!slot) continue;
    slot.replica.signal('SIGTERM');
    ends.push((await slot.replica.ended).split('\n')[0] ?? '');
    slot.replica = await start(slot.name, run);
    await pod.until(async () => slot.ready);
  }
  const apply = await applying.ended;
  stop.abort();
  const { answers, failures, acknowledged } = await load;
  await probes;
  const found = await monitorsByName(pod);
  const names = [...acknowledged, ...Array.from({ length: options.objects }, (_, at) => objectName(at))];
  const wrong = names.flatMap((name) => (found.get(name) === 1 ? [] : [`${name}: ${found.get(name) ?? 0}`]));
  const seconds = Math.round((performance.now() - begun) / 1000);
  return {
    seconds,
    answers,
    failures,
    ends,
    acknowledged: acknowledged.size,
    wrong,
    applyAnswers: applyAnswers(pod),
    apply,
  };
}

/** Reads the answers of `/apply` from the log of the replicas. */
function applyAnswers(pod: Pod): string[] {
  return pod
    .output()
    .split('\n')
    .flatMap((line) => {
      if (!/^{.*"process":"serve".*"event":"answered".*"path":"\/apply"/.test(line)) return [];
      const { status, code, ms }: Record<string, unknown> = JSON.parse(line);
      return [[status, code, `${Number(ms)} ms`].filter((part) => part !== undefined).join(' ')];
    });
}

function delayDatadog(pod: Pod, ms: number): Promise<Response> {
  return control(pod.datadogUrl, 'POST', 'faults', [
    { path: '^/api/', times: 10_000_000, kind: 'latency', ms },
  ]);
}

/** Keeps `ready` up to date until `stop` aborts. */
async function probe(slots: readonly Slot[], stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    for (const slot of slots) {
      const { replica } = slot;
      const ready = await replica.isReady();
      if (slot.replica === replica) slot.ready = ready;
    }
    await wait(PROBE_MS);
  }
}

const monitor = (name: string) => ({ type: 'query alert', name, query: 'avg(last_5m):avg:a{*} > 1' });
/** An unlisted application, which the sidecar serves. */
const READ = 'unlisted-shop';
const LINTED = { apiVersion: 'birddog/v1', application: READ, team: 't', monitors: [] };
const objectName = (at: number) => `object ${at}`;

async function startLoad(
  t: TestContext,
  slots: readonly Slot[],
  { connections, writers }: RestartOptions,
  stop: AbortSignal,
) {
  const answers = new Map<number, number>();
  const failures: string[] = [];
  const acknowledged = new Set<string>();
  const connection = async (at: number) => {
    const client = createClient(t);
    for (let count = 0; !stop.aborted; count += 1) {
      const ready = slots.filter((slot) => slot.ready);
      const chosen = ready[(at + count) % Math.max(1, ready.length)];
      const key = `w${at}-${count}`;
      try {
        if (!chosen) throw new Error('no replica is ready');
        const { status, text } =
          at < writers
            ? await client.send(chosen.replica, 'POST', '/create_monitor', {
                application: 'checkout',
                team: 't',
                key,
                monitor: monitor(key),
              })
            : count % 2 === 0
              ? await client.send(chosen.replica, 'POST', '/lint', LINTED)
              : await client.send(chosen.replica, 'GET', `/get_monitors?application=${READ}`);
        answers.set(status, (answers.get(status) ?? 0) + 1);
        if (status >= 500) failures.push(`${chosen.name} ${status} ${text}`);
        if (status === 201) acknowledged.add(key);
      } catch (error) {
        failures.push(`${chosen?.name} ${String(error)}`);
      }
      await wait(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, at) => connection(at)));
  return { answers, failures, acknowledged };
}

/** Starts `birddog apply` through a load balancer that changes the replica with each connection. */
async function startApply(t: TestContext, slots: readonly Slot[], count: number) {
  let last: Slot | undefined;
  const url = await startBalancer(t, () => {
    const ready = slots.filter((slot) => slot.ready);
    last = ready.find((slot) => slot !== last) ?? ready[0] ?? slots[0];
    return last?.replica ?? { birddogUrl: '' };
  });
  const monitors = Array.from({ length: count }, (_, at) => ({ key: `m${at}`, ...monitor(objectName(at)) }));
  const document = { apiVersion: 'birddog/v1', application: 'apply-of-many', team: 't', monitors };
  const folder = folderWith(t, { 'all.json': JSON.stringify(document) });
  const ended = birddog(folder, ['apply', '--yes', 'all.json'], { env: { BIRDDOG_URL: url } });
  return {
    ended: ended.then(({ status, out, err }) => ({ status, text: `${out}${err}`.slice(-2000) })),
    /** Returns the replica of the last connection. */
    servedBy: () => last,
  };
}
