import type { ConditionKind } from '../kinds.ts';
import { BURN_RATE, ERROR_BUDGET } from './burn-rate.ts';
import { FAILURES, PERCENT } from './failures.ts';
import { ANOMALY } from './anomaly.ts';
import { CHANGE } from './change.ts';
import { FORECAST } from './forecast.ts';
import { MISSING_FOR } from './missing-for.ts';
import { NUMBER } from './number.ts';
import { OUTLIER } from './outlier.ts';

/** Every kind of condition that a field selects, in the order in which a monitor is read. */
export const CONDITIONS: readonly ConditionKind[] = [
  CHANGE,
  ANOMALY,
  FORECAST,
  OUTLIER,
  MISSING_FOR,
  FAILURES,
  PERCENT,
  BURN_RATE,
  ERROR_BUDGET,
];

/** The condition without such a field. It is read last. */
export const OTHERWISE: ConditionKind = NUMBER;
