import { fieldError } from '../dashboards/widget-types.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { checkOptions } from './option-checks.ts';
import { queryError } from './query-forms.ts';
import { REFUSED_OPTIONS } from './refused-options.ts';
import { checkThresholds } from './threshold-checks.ts';

const CHECKED_FIELDS = ['priority', 'draft_status', 'name', 'message'];
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

/**
 * Rejects the monitors that Datadog rejects at a time (epoch milliseconds), with Datadog's message if it is known. Throws
 * DatadogError.
 */
export function checkMonitor(monitor: RawObject, now: number): void {
  const { type, query } = monitor;
  if (typeof type !== 'string') throw new DatadogError(400, "Missing required parameter: 'type'");
  if (!TYPES.has(type)) throw new DatadogError(400, "The value provided for parameter 'type' is invalid");
  if (typeof query !== 'string' || query.trim() === '')
    throw new DatadogError(400, "Missing required parameter: 'query'");
  const message = queryError(type, query);
  if (message !== undefined) throw new DatadogError(400, message);
  const options = monitor['options'] ?? {};
  if (!isRawObject(options))
    throw new DatadogError(400, "The value provided for parameter 'options' is invalid");
  checkThresholds(type, query, options);
  for (const { message: refusal, since = 0, refuses } of REFUSED_OPTIONS)
    if (now >= since && refuses(type, query, options)) throw new DatadogError(400, refusal);
  checkTags(monitor['tags']);
  checkOptions(options);
  checkFields(monitor);
}

/** Rejects fields of another type than in Datadog's client. No record has Datadog's words. */
function checkFields(monitor: RawObject): void {
  const sent = monitor['priority'] ?? 0;
  const priority = typeof sent === 'string' ? Number(sent) : (toNumber(sent) ?? Number.NaN);
  const isOutside = !(priority >= 0 && priority <= 5);
  for (const name of CHECKED_FIELDS) {
    const isWrong = fieldError('Monitor', name, monitor[name] ?? null) !== undefined;
    if (isWrong || (name === 'priority' && isOutside))
      throw new DatadogError(400, `The value provided for parameter '${name}' is invalid`);
  }
}

function checkTags(tags: unknown): void {
  if (tags === undefined || tags === null) return;
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string'))
    throw new DatadogError(400, "The value provided for parameter 'tags' is invalid");
}
