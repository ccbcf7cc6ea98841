import { isRawObject, numeric, type RawObject } from '../raw-json.ts';
import { Refused } from '../refused.ts';

const TYPES = new Set([
  'composite',
  'event alert',
  'log alert',
  'metric alert',
  'process alert',
  'query alert',
  'rum alert',
  'service check',
  'synthetics alert',
  'trace-analytics alert',
  'slo alert',
  'event-v2 alert',
  'audit alert',
  'ci-pipelines alert',
  'ci-tests alert',
  'error-tracking alert',
  'database-monitoring alert',
  'network-performance alert',
  'cost alert',
  'data-quality alert',
  'network-path alert',
  'data-jobs alert',
  'llm-observability alert',
  'datadog-usage alert',
]);
const METRIC_TYPES = new Set(['metric alert', 'query alert']);
const COMPARISON = /(>=|<=|==|!=|>|<)\s*(-?[\d.]+(?:[eE][-+]?\d+)?|threshold)\s*$/;

/** Refuses what Datadog refuses, in its words. */
export function checkMonitor(monitor: RawObject): void {
  const { type, query } = monitor;
  if (typeof type !== 'string') throw new Refused(400, "Missing required parameter: 'type'");
  if (!TYPES.has(type)) throw new Refused(400, "The value provided for parameter 'type' is invalid");
  if (typeof query !== 'string' || query.trim() === '')
    throw new Refused(400, "Missing required parameter: 'query'");
  const comparison = COMPARISON.exec(query);
  if (METRIC_TYPES.has(type) && !comparison) throw invalidQuery('');
  if (type === 'log alert' && !comparison) throw invalidQuery(': invalid operator specified: ');
  checkThresholds(monitor, comparison?.[2]);
  checkTags(monitor['tags']);
}

function checkThresholds(monitor: RawObject, limit: string | undefined): void {
  const thresholds = isRawObject(monitor['options']) ? monitor['options']['thresholds'] : undefined;
  if (!isRawObject(thresholds) || limit === undefined || limit === 'threshold') return;
  const critical = numeric(thresholds['critical']);
  if (critical === undefined || critical === Number(limit)) return;
  throw new Refused(
    400,
    `Alert threshold (${float(critical)}) does not match that used in the query (${float(Number(limit))}).`,
  );
}

function checkTags(tags: unknown): void {
  if (
    tags !== undefined &&
    tags !== null &&
    !(Array.isArray(tags) && tags.every((t) => typeof t === 'string'))
  ) {
    throw new Refused(400, "The value provided for parameter 'tags' is invalid");
  }
}

function invalidQuery(more: string): Refused {
  return new Refused(400, `The value provided for parameter 'query' is invalid${more}`);
}

/** A float as Python prints it. */
function float(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
