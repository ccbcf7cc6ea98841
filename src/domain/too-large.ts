import { ProblemError } from './problem.ts';

/** An exceeded limit of a body, with the amount counted when reading stopped. */
export interface Excess {
  readonly unit: 'bytes' | 'values';
  readonly limit: number;
  readonly measured: number;
}

/** Returns the `too_large` problem for a body that exceeds a limit on bytes or values. */
export function tooLarge({ unit, limit, measured }: Excess): ProblemError {
  return new ProblemError(
    'too_large',
    `The body has at least ${measured} ${unit}; the limit is ${limit} ${unit}.`,
    { members: { unit, limit, measured } },
  );
}
