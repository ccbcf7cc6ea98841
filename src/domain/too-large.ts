import { ProblemError } from './problem.ts';

/** A limit that a body exceeds, and how much had been counted when that was found. */
export interface Excess {
  readonly unit: 'bytes' | 'values';
  readonly limit: number;
  readonly measured: number;
}

/** The `too_large` problem of a body with more bytes or values than the limit. */
export function tooLarge({ unit, limit, measured }: Excess): ProblemError {
  return new ProblemError(
    'too_large',
    `The body has at least ${measured} ${unit}; the limit is ${limit} ${unit}.`,
    { members: { unit, limit, measured } },
  );
}
