import { type SignalKind } from '../kinds.ts';
import { METRIC } from './metric.ts';

/** Every kind of signal, in the order in which a monitor is read: the narrowest first. */
export const SIGNALS: readonly SignalKind[] = [METRIC];
