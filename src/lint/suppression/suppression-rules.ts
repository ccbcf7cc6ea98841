import { suppressionMalformed } from './rules/suppression-malformed.ts';
import { suppressionNotAllowed } from './rules/suppression-not-allowed.ts';
import { suppressionUnknown } from './rules/suppression-unknown.ts';
import { suppressionUnused } from './rules/suppression-unused.ts';
import { suppressionWithoutReason } from './rules/suppression-without-reason.ts';
import type { SuppressionRule } from './suppression-view.ts';

/** Every rule about the `lint` member of an object, in the order in which findings are told. None can be suppressed. */
export const SUPPRESSION_RULES: readonly SuppressionRule[] = [
  suppressionMalformed,
  suppressionUnknown,
  suppressionNotAllowed,
  suppressionUnused,
  suppressionWithoutReason,
];
