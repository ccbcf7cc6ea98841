import { largest, smallest } from '../domain/append.ts';
import type { Certificates, MintOptions } from './certificates.ts';
import type { Both } from './container-keys.ts';
import {
  expiriesOf,
  newCertificates,
  type ContainerCertificates,
  mutualTrustTime,
  neededAuthorities,
  type Span,
} from './certificate-sets.ts';

/** Validity of certificates that are rotated. */
const LIFE = { days: 1, ms: 24 * 60 * 60 * 1000 };
/** A certificate that is valid for longer than this (ms) comes from the run-once init and is rotated at once. */
const TOO_LONG = LIFE.ms + 60 * 60 * 1000;

export interface RotationOptions {
  readonly mint: (options: MintOptions) => Promise<Certificates>;
  /** Age (ms) at which certificates are replaced. */
  readonly renewMs: number;
  /** Minimum time (ms) between two steps: longer than readers need to notice the first. */
  readonly stepMs: number;
  /** The certificates on disk at the start, and when they were written (epoch ms). */
  readonly onDisk: Both<ContainerCertificates> | undefined;
  readonly writtenAt: number;
}

/**
 * Rotates the certificates in two steps, so that each side always trusts the certificate that the other may be using: first
 * both sides get the new CA, then their new certificates. At least `stepMs` lie between two steps, so a reader is at most one
 * step behind, and each step is compatible with the previous and the next one.
 */
export interface Rotation {
  /** Returns the certificates that should be on disk. Undefined until the first step. */
  wanted(): Both<ContainerCertificates> | undefined;
  /** Takes the next step if it is due and returns its name. The previous step must have been written. */
  step(now: number): Promise<'announced' | 'published' | 'replaced' | undefined>;
  /** Records that the step was written for both sides. */
  written(now: number): void;
  /** Returns when the next step is due (epoch ms). */
  dueAt(): number;
}

/** Creates a rotation that starts from the certificates on disk. */
export function createRotation({ mint, renewMs, stepMs, onDisk, writtenAt }: RotationOptions): Rotation {
  let upstream: Both<ContainerCertificates> | undefined;
  let trustTime: Span | undefined;
  let expiries: readonly number[] = [];
  /** Announced but not yet published. If the process ends, the next one announces a new pair. */
  let pending: Certificates | undefined;
  let settledAt = writtenAt;
  let due = 0;

  const adopt = (next: Both<ContainerCertificates>) => {
    upstream = next;
    trustTime = mutualTrustTime(next);
    expiries = trustTime ? expiriesOf(next) : [];
  };
  if (onDisk) adopt(onDisk);
  const renewAt = (now: number) =>
    largest(expiries) > now + TOO_LONG ? 0 : smallest(expiries) - LIFE.ms + renewMs;
  /** Returns the certificates on disk if both sides can connect at that time. */
  const certificatesAt = (now: number) =>
    trustTime && trustTime.from <= now && now < trustTime.until ? upstream : undefined;

  const plan = (now: number) => {
    due = certificatesAt(now) ? Math.max(settledAt + stepMs, pending ? 0 : renewAt(now)) : now;
  };

  return {
    wanted: () => upstream,
    async step(now) {
      plan(now);
      if (now < due) return undefined;
      const good = certificatesAt(now);
      if (good && pending) {
        const { client, server } = pending;
        pending = undefined;
        adopt({ main: { ...good.main, ...client }, sidecar: { ...good.sidecar, ...server } });
        return 'published';
      }
      const minted = await mint({ now: new Date(now), days: LIFE.days });
      if (!good) {
        pending = undefined;
        adopt(newCertificates(minted));
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
