import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

interface Rule {
  /** The path below `data`. */
  readonly path: readonly string[];
  /** The category of events to which the rule applies; default: every category. */
  readonly category?: string;
  readonly required?: true;
  readonly values?: readonly string[];
  /** The maximum length of a string or list. */
  readonly maxLength?: number;
}

const ATTRIBUTES = ['attributes', 'attributes'];
const RULES: readonly Rule[] = [
  { path: ['type'], required: true, values: ['event'] },
  { path: ['attributes', 'category'], required: true, values: ['alert', 'change'] },
  { path: ['attributes', 'title'], required: true, maxLength: 500 },
  { path: ATTRIBUTES, required: true },
  { path: ['attributes', 'message'], maxLength: 4000 },
  { path: ['attributes', 'tags'], maxLength: 100 },
  { path: ['attributes', 'host'], maxLength: 255 },
  { path: ['attributes', 'aggregation_key'], maxLength: 100 },
  { path: [...ATTRIBUTES, 'status'], category: 'alert', required: true, values: ['warn', 'error', 'ok'] },
  { path: [...ATTRIBUTES, 'priority'], category: 'alert', values: ['1', '2', '3', '4', '5'] },
  {
    path: [...ATTRIBUTES, 'author', 'type'],
    category: 'change',
    values: ['user', 'system', 'api', 'automation'],
  },
  { path: [...ATTRIBUTES, 'changed_resource'], category: 'change', required: true },
  { path: [...ATTRIBUTES, 'changed_resource', 'name'], category: 'change', required: true },
  {
    path: [...ATTRIBUTES, 'changed_resource', 'type'],
    category: 'change',
    required: true,
    values: ['feature_flag', 'configuration'],
  },
];

/** Rejects a v2 event that violates the documentation: `JSON validation failed at $.data...`. Throws DatadogError. */
export function checkEvent(body: RawObject): void {
  const sentCategory = at(body, ['data', 'attributes', 'category']);
  for (const { path, category, required, values, maxLength } of RULES) {
    if (category !== undefined && category !== sentCategory) continue;
    const value = at(body, ['data', ...path]);
    if (value === undefined || value === null || value === '') {
      if (required && !values) throw invalid(path, 'value is required');
      if (!required) continue;
    }
    if (values && (typeof value !== 'string' || !values.includes(value)))
      throw invalid(path, `value must be one of: [${values.map((v) => JSON.stringify(v)).join(', ')}]`);
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
    if (maxLength !== undefined && length > maxLength)
      throw invalid(path, `value must have a length of at most ${maxLength}`);
  }
}

/** Creates an error of the event intake. */
export function badEvent(message: string): DatadogError {
  return new DatadogError(400, { errors: [{ status: '400', title: 'Bad Request', detail: message }] });
}

function invalid(path: readonly string[], message: string): DatadogError {
  return badEvent(`JSON validation failed at $.data.${path.join('.')}: ${message}.`);
}

function at(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value;
  return isRawObject(value) ? at(value[step], rest) : undefined;
}
