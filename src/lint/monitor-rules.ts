import type { MonitorRule } from './monitor-rule.ts';
import { querySyntax } from './rules/query-syntax.ts';
import { thresholdDiffers } from './rules/threshold-differs.ts';
import { unknownAggregator } from './rules/unknown-aggregator.ts';
import { unknownFunction } from './rules/unknown-function.ts';

/** Every rule about monitors, in the order in which findings are told. */
export const MONITOR_RULES: readonly MonitorRule[] = [
  querySyntax,
  unknownAggregator,
  unknownFunction,
  thresholdDiffers,
];
