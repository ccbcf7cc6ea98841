import type { MonitorRule } from './monitor-view.ts';
import { asCountWithoutSum } from './rules/as-count-without-sum.ts';
import { blockNeverFires } from './rules/block-never-fires.ts';
import { checkCount } from './rules/check-count.ts';
import { criticalMissing } from './rules/critical-missing.ts';
import { matchWithoutValues } from './rules/match-without-values.ts';
import { messageSyntax } from './rules/message-syntax.ts';
import { noDataTimeframeOnLogs } from './rules/no-data-timeframe-on-logs.ts';
import { querySyntax } from './rules/query-syntax.ts';
import { recoveryOverlaps } from './rules/recovery-overlaps.ts';
import { thresholdDiffers } from './rules/threshold-differs.ts';
import { ungroupedVariable } from './rules/ungrouped-variable.ts';
import { unknownAggregator } from './rules/unknown-aggregator.ts';
import { unknownBlock } from './rules/unknown-block.ts';
import { unknownFunction } from './rules/unknown-function.ts';
import { warningBeyondCritical } from './rules/warning-beyond-critical.ts';

/** Every rule about monitors, in the order in which findings are told. */
export const MONITOR_RULES: readonly MonitorRule[] = [
  querySyntax,
  unknownAggregator,
  unknownFunction,
  asCountWithoutSum,
  checkCount,
  criticalMissing,
  thresholdDiffers,
  warningBeyondCritical,
  recoveryOverlaps,
  noDataTimeframeOnLogs,
  messageSyntax,
  unknownBlock,
  matchWithoutValues,
  blockNeverFires,
  ungroupedVariable,
];
