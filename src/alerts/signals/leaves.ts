import { variantsSchema } from '../../domain/schema-parts.ts';
import type { SignalKind } from '../kinds.ts';
import { METRIC } from './metric.ts';
import { SEARCHES } from './search.ts';

/** The kinds of signals that a ratio or a formula can combine. */
export const LEAVES: readonly SignalKind[] = [METRIC, ...SEARCHES];

/** A signal in a ratio or a formula. */
export const leafSchema = variantsSchema(
  { noun: 'A signal in a ratio or formula', forms: LEAVES },
  {
    id: 'CombinedSignal',
    description: 'A signal in a ratio or a formula: a metric or a search, with the fields of such a signal.',
  },
);
