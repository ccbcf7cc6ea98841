import type { SignalKind } from '../kinds.ts';
import { CHECK } from './check.ts';
import { COMPOSITES } from './composite.ts';
import { FORMULA, RATIO } from './formula.ts';
import { METRIC } from './metric.ts';
import { PROCESSES } from './processes.ts';
import { QUERY } from './query.ts';
import { SEARCHES } from './search.ts';
import { SLO } from './slo.ts';

/** Every kind of signal, in the order in which a monitor is read: the narrowest first. */
export const SIGNALS: readonly SignalKind[] = [
  METRIC,
  RATIO,
  FORMULA,
  ...SEARCHES,
  CHECK,
  PROCESSES,
  SLO,
  ...COMPOSITES,
  QUERY,
];
