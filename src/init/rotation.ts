import { largest, smallest } from '../domain/append.ts';
import type { Certificates, MintOptions } from './certificates.ts';
import type { Both } from './container-keys.ts';
import {
  endsOf,
  freshHop,
  type HopSide,
  meetingTime,
  neededAuthorities,
  type Span,
} from './certificate-sets.ts';

/** How long certificates last that somebody renews. */
const LIFE = { days: 1, ms: 24 * 60 * 60 * 1000 };
/** A certificate that ends later than one minted now would, and by more than a clock is set back (ms), is for a pod without a watcher. */
const TOO_LONG = LIFE.ms + 60 * 60 * 1000;

export interface RotationOptions {
  readonly mint: (options: MintOptions) => Promise<Certificates>;
  /** The age (ms) at which certificates are replaced. */
  readonly renewMs: number;
  /** The least time (ms) between two steps: longer than a reader may take to notice the first. */
  readonly stepMs: number;
  /** What is on disk at the start, and when it was written (epoch ms). */
  readonly onDisk: Both<HopSide> | undefined;
  readonly writtenAt: number;
}

/**
 * The certificates of the hop from one pair to the next, so that at every moment each side trusts what the other may
 * be using: first the new CA is announced to both sides, then their new certificates are published. At least `stepMs`
 * lie between two steps, so a reader is one step behind at most; what it then has fits the step before and the step after.
 */
export interface Rotation {
  /** The certificates to have on disk by now. Undefined until the first step. */
  wanted(): Both<HopSide> | undefined;
  /** Takes the step that is due, if one is; its name. The one before must have been written. */
  step(now: number): Promise<'announced' | 'published' | 'replaced' | undefined>;
  /** The step has been written, for both sides. */
  written(now: number): void;
  /** When the next step is due (epoch ms). */
  dueAt(): number;
}

/** Takes over what is on disk; certificates that were minted for a pod without a watcher are replaced in the usual steps. */
export function createRotation({ mint, renewMs, stepMs, onDisk, writtenAt }: RotationOptions): Rotation {
  let upstream: Both<HopSide> | undefined;
  let meets: Span | undefined;
  let ends: readonly number[] = [];
  /** Announced, not yet published. Lost with the process: then another pair is announced. */
  let pending: Certificates | undefined;
  let settledAt = writtenAt;
  let due = 0;

  const adopt = (next: Both<HopSide>) => {
    upstream = next;
    meets = meetingTime(next);
    ends = meets ? endsOf(next) : [];
  };
  if (onDisk) adopt(onDisk);
  const renewAt = (now: number) => (largest(ends) > now + TOO_LONG ? 0 : smallest(ends) - LIFE.ms + renewMs);
  /** What is on disk, where it serves at that time. */
  const goodAt = (now: number) => (meets && meets.from <= now && now < meets.until ? upstream : undefined);

  const plan = (now: number) => {
    due = goodAt(now) ? Math.max(settledAt + stepMs, pending ? 0 : renewAt(now)) : now;
  };

  return {
    wanted: () => upstream,
    async step(now) {
      plan(now);
      if (now < due) return undefined;
      const good = goodAt(now);
      if (good && pending) {
        const { client, server } = pending;
        pending = undefined;
        adopt({ main: { ...good.main, ...client }, sidecar: { ...good.sidecar, ...server } });
        return 'published';
      }
      const minted = await mint({ now: new Date(now), days: LIFE.days });
      if (!good) {
        pending = undefined;
        adopt(freshHop(minted));
        return 'replaced';
      }
      pending = minted;
      const ca = [...neededAuthorities(good), minted.ca].join('');
      adopt({ main: { ...good.main, ca }, sidecar: { ...good.sidecar, ca } });
      return 'announced';
    },
    written(now) {
      settledAt = now;
      plan(now);
    },
    dueAt: () => due,
  };
}
