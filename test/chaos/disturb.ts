import { setTimeout as wait } from 'node:timers/promises';
import { control } from '../acceptance/pod.ts';
import type { PostgresqlServer } from '../postgresql/server.ts';
import type { Random } from '../fuzz/random.ts';
import type { CatalogListings } from './catalog-listings.ts';
import type { ChaosPod } from './chaos-pod.ts';
import type { CloneMaker } from './clone-maker.ts';
import { faultsOfDatadog } from './datadog-faults.ts';
import type { Server } from './servers.ts';

interface Target {
  readonly pod: ChaosPod;
  readonly listings: CatalogListings;
  readonly clones: CloneMaker;
  /** Returns an application whose objects people may clone now. */
  clonable(): string | undefined;
}

type Disturbance = readonly [weight: number, name: string, run: () => Promise<void>];

/** Disturbs the processes and emulators until it is stopped; then all of them run undisturbed. */
export class Disturber {
  /** How often each disturbance happened. */
  readonly counts = new Map<string, number>();
  /** What cannot be done here, one sentence each. */
  readonly skipped: readonly string[];
  private readonly target: Target;
  private readonly random: Random;
  private readonly all: readonly Disturbance[];
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(target: Target, random: Random) {
    this.target = target;
    this.random = random;
    const { disk, postgresql, shiftClocks } = target.pod;
    this.skipped = [
      ...(disk || postgresql ? [] : ['full disk: skipped, no small file system for the ledgers']),
      ...(shiftClocks ? [] : ['clock jumps: skipped, faketime is not installed']),
    ];
    this.all = this.disturbances();
  }

  start(everyMs: number): void {
    this.running = this.run(everyMs);
  }

  /** Ends the disturbances and removes all faults. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await control(this.target.pod.datadog.url(), 'DELETE', 'faults');
    this.target.pod.shiftClocks?.(0);
    await this.target.listings.list();
  }

  private async run(everyMs: number): Promise<void> {
    for (let round = 0; !this.stopping.signal.aborted; round += 1) {
      if (round % 2 === 0) await this.changeFaults();
      const [name, work] = this.random.weighted(this.all.map(([weight, ...rest]) => [weight, rest] as const));
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      await work();
      await this.pause(this.random.between(everyMs / 2, (everyMs * 3) / 2));
    }
  }

  private async changeFaults(): Promise<void> {
    const url = this.target.pod.datadog.url();
    await control(url, 'DELETE', 'faults');
    await control(url, 'POST', 'faults', faultsOfDatadog(this.random));
  }

  private disturbances(): Disturbance[] {
    const { pod, listings, clones, clonable } = this.target;
    const { random } = this;
    const serves = pod.replicas.map(({ serve }) => serve);
    const sidecars = pod.replicas.map(({ sidecar }) => sidecar);
    const restart = (servers: readonly Server[]) => () => random.pick(servers).restart();
    const restartCatalog = (server: Server) => async () => {
      await server.restart();
      await listings.list();
    };
    const { disk, postgresql, shiftClocks } = pod;
    const restartPostgresql = (server: PostgresqlServer) => async () => {
      await server.kill();
      await this.pause(random.between(100, 3000));
      await server.start();
    };
    return [
      [4, 'kill Birddog', restart(serves)],
      [4, 'kill the sidecar', restart(sidecars)],
      [1, 'kill Vault', restart([pod.vault])],
      [1, 'kill LeanIX', restartCatalog(pod.leanix)],
      [1, 'kill ServiceNow', restartCatalog(pod.servicenow)],
      [
        4,
        'stop and continue a process',
        () => random.pick([...serves, ...sidecars]).pause(random.between(100, 700)),
      ],
      [2, 'stop and continue Datadog', () => pod.datadog.pause(random.between(100, 500))],
      [2, 'unlist applications', () => listings.list(random)],
      [2, 'list applications', () => listings.list()],
      [
        4,
        'clone objects',
        async () => {
          const application = clonable();
          if (application !== undefined) await clones.clone(application);
        },
      ],
      ...(postgresql ? [[4, 'restart PostgreSQL', restartPostgresql(postgresql)] as const] : []),
      ...(disk ? [[2, 'fill the disk', () => disk.fill(random.between(500, 2000))] as const] : []),
      ...(shiftClocks
        ? [
            [
              3,
              'shift the clocks',
              async () => {
                shiftClocks(random.pick([-86_400, -3_600, -60, 60, 3_600, 86_400]));
                await this.pause(random.between(1000, 4000));
                shiftClocks(0);
              },
            ] as const,
          ]
        : []),
    ];
  }

  private async pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.stopping.signal }).catch(() => {});
  }
}
