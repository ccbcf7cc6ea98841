import { largest } from '../domain/append.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Certificates, MintOptions } from './certificates.ts';
import { type Both, CONTAINERS, keysAmong } from './container-keys.ts';
import { filesOf, type ContainerCertificates, certificatesAmong } from './certificate-sets.ts';
import type { KeyWatch } from './key-watch.ts';
import { createRotation, type Rotation } from './rotation.ts';
import { isSameSet, readSet, type SecretFiles, type SetOnDisk, writeSet } from './write-set.ts';

export interface WatchOptions {
  readonly folders: Both<string>;
  /** Creates the watch on the keys, given those on disk; undefined if the keys come from another source. */
  readonly keyWatch: ((onDisk: Both<SecretFiles> | undefined) => KeyWatch) | undefined;
  readonly mint: (options: MintOptions) => Promise<Certificates>;
  readonly renewMs: number;
  readonly stepMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Maintains the sets of both containers. */
export interface Watch {
  /** Does the due work and returns when to call it again (epoch ms). Never rejects. */
  runDue(): Promise<number>;
  readonly keyWatch: KeyWatch | undefined;
  /** Returns the certificates on disk; undefined if there are none. */
  upstream(): Both<ContainerCertificates> | undefined;
  /** Returns when the keys on disk last changed (epoch ms), by container. */
  keysWrittenAt(): ReadonlyMap<string, number>;
  /** Returns why the last set could not be written; undefined after a success. */
  unwritten(): string | undefined;
}

/** Delay before a failed write is retried. */
const WRITE_RETRY_MS = 5000;
const NO_KEYS: Both<SecretFiles> = { main: new Map(), sidecar: new Map() };

/** Creates a watch that starts from the files on disk. */
export async function createWatch(options: WatchOptions): Promise<Watch> {
  const { clock, log, folders } = options;
  const found = { main: readSet(folders.main), sidecar: readSet(folders.sidecar) };
  const rotation = rotationFrom(found, options);
  const keyWatch = options.keyWatch?.(
    both(keysAmong('main', found.main.files), keysAmong('sidecar', found.sidecar.files)),
  );
  const keysWrittenAt = new Map<string, number>();
  let certificatesOnDisk: Both<ContainerCertificates> | undefined;
  let settled = true;
  let unwritten: string | undefined;

  /** Takes the due rotation step and writes changed files. The next step waits until this one is written. */
  async function writeDue(keys: Both<SecretFiles>): Promise<void> {
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
    certificatesOnDisk = upstream;
  }

  return {
    async runDue() {
      await keyWatch?.poll();
      const keys = keyWatch ? keyWatch.keys() : NO_KEYS;
      if (!keys) return keyWatch?.dueAt() ?? clock.now();
      try {
        await writeDue(keys);
        unwritten = undefined;
      } catch (error) {
        unwritten = error instanceof Error ? error.message : String(error);
        log.error('secrets not written, previous files stay in use', { reason: unwritten });
      }
      const due = unwritten === undefined ? rotation.dueAt() : clock.now() + WRITE_RETRY_MS;
      return Math.min(due, keyWatch?.dueAt() ?? Infinity);
    },
    keyWatch,
    upstream: () => certificatesOnDisk,
    keysWrittenAt: () => keysWrittenAt,
    unwritten: () => unwritten,
  };
}

function rotationFrom({ main, sidecar }: Both<SetOnDisk>, { mint, renewMs, stepMs }: WatchOptions): Rotation {
  const certificates = ['ca.crt', 'tls.crt'];
  return createRotation({
    mint,
    renewMs,
    stepMs,
    onDisk: both(certificatesAmong(main.files), certificatesAmong(sidecar.files)),
    writtenAt: Math.max(newestOf(main, certificates), newestOf(sidecar, certificates)),
  });
}

function newestOf({ writtenAt }: SetOnDisk, names: readonly string[]): number {
  return largest([0, ...names.map((name) => writtenAt.get(name) ?? 0)]);
}

function both<T>(main: T | undefined, sidecar: T | undefined): Both<T> | undefined {
  return main === undefined || sidecar === undefined ? undefined : { main, sidecar };
}
