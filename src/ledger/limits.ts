const MIB = 1024 * 1024;

/** How much of each hint is kept; bytes are packed ones, but for `body`. The volume is memory of the pod. */
export const LIMITS = {
  /** The text of one object, which the contract bounds alike. */
  body: 2 * MIB,
  known: 32 * MIB,
  applied: 32 * MIB,
  bases: 16 * MIB,
  /** One plan's. */
  basis: 8 * MIB,
  basesOfApplication: 20,
  /** Milliseconds. */
  basisAge: 86_400_000,
};

export type Limits = typeof LIMITS;
