import { largest } from '../domain/append.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Certificates, MintOptions } from './certificates.ts';
import { type Both, CONTAINERS, keysAmong } from './container-keys.ts';
import { filesOf, type HopSide, sideAmong } from './certificate-sets.ts';
import type { KeyWatch } from './key-watch.ts';
import { createRotation, type Rotation } from './rotation.ts';
import { isSameSet, readSet, type SecretFiles, type SetOnDisk, writeSet } from './write-set.ts';

export interface WatchOptions {
  readonly folders: Both<string>;
  /** Where the keys come from, given those on disk; undefined where they come another way. */
  readonly keyWatch: ((onDisk: Both<SecretFiles> | undefined) => KeyWatch) | undefined;
  readonly mint: (options: MintOptions) => Promise<Certificates>;
  readonly renewMs: number;
  readonly stepMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** The sets of both containers, kept as they should be. */
export interface Watch {
  /** Does what is due; gives when it is to be asked again (epoch ms). Never rejects. */
  turn(): Promise<number>;
  readonly keyWatch: KeyWatch | undefined;
  /** The certificates on disk; undefined while there are none. */
  upstream(): Both<HopSide> | undefined;
  /** When the keys on disk were written first (epoch ms), by container. */
  keysWrittenAt(): ReadonlyMap<string, number>;
  /** Why the last set could not be written; undefined while all is well. */
  unwritten(): string | undefined;
}

/** Milliseconds until a set that could not be written is tried again. */
const WRITE_AGAIN_MS = 5000;
const NO_KEYS: Both<SecretFiles> = { main: new Map(), sidecar: new Map() };

/** Takes over what is on disk, and goes on from there. */
export async function createWatch(options: WatchOptions): Promise<Watch> {
  const { clock, log, folders } = options;
  const found = { main: readSet(folders.main), sidecar: readSet(folders.sidecar) };
  const rotation = takenOver(found, options);
  const keyWatch = options.keyWatch?.(
    both(keysAmong('main', found.main.files), keysAmong('sidecar', found.sidecar.files)),
  );
  const keysWrittenAt = new Map<string, number>();
  let hopOnDisk: Both<HopSide> | undefined;
  let settled = true;
  let unwritten: string | undefined;

  /** Steps on where that is due, and writes what is not on disk. The next step waits until this one is written. */
  async function bringAbout(keys: Both<SecretFiles>): Promise<void> {
    const step = settled ? await rotation.step(clock.now()) : undefined;
    if (step) {
      log.info(`certificates ${step}`);
      settled = false;
    }
    const upstream = rotation.wanted();
    if (!upstream) return;
    for (const container of CONTAINERS) {
      const files = new Map([...keys[container], ...filesOf(upstream[container])]);
      const folder = folders[container];
      let set = readSet(folder);
      if (!isSameSet(set.files, files)) {
        await writeSet(folder, files, clock.now());
        log.info('wrote secrets', { folder, files: [...files.keys()] });
        set = readSet(folder);
      }
      keysWrittenAt.set(container, newestOf(set, [...keys[container].keys()]));
    }
    if (!settled) rotation.written(clock.now());
    settled = true;
    hopOnDisk = upstream;
  }

  return {
    async turn() {
      await keyWatch?.turn();
      const keys = keyWatch ? keyWatch.keys() : NO_KEYS;
      if (!keys) return keyWatch?.dueAt() ?? clock.now();
      try {
        await bringAbout(keys);
        unwritten = undefined;
      } catch (error) {
        unwritten = error instanceof Error ? error.message : String(error);
        log.error('secrets not written, previous files stay in use', { reason: unwritten });
      }
      const due = unwritten === undefined ? rotation.dueAt() : clock.now() + WRITE_AGAIN_MS;
      return Math.min(due, keyWatch?.dueAt() ?? Infinity);
    },
    keyWatch,
    upstream: () => hopOnDisk,
    keysWrittenAt: () => keysWrittenAt,
    unwritten: () => unwritten,
  };
}

function takenOver({ main, sidecar }: Both<SetOnDisk>, { mint, renewMs, stepMs }: WatchOptions): Rotation {
  const certificates = ['ca.crt', 'tls.crt'];
  return createRotation({
    mint,
    renewMs,
    stepMs,
    onDisk: both(sideAmong(main.files), sideAmong(sidecar.files)),
    writtenAt: Math.max(newestOf(main, certificates), newestOf(sidecar, certificates)),
  });
}

function newestOf({ writtenAt }: SetOnDisk, names: readonly string[]): number {
  return largest([0, ...names.map((name) => writtenAt.get(name) ?? 0)]);
}

function both<T>(main: T | undefined, sidecar: T | undefined): Both<T> | undefined {
  return main === undefined || sidecar === undefined ? undefined : { main, sidecar };
}
