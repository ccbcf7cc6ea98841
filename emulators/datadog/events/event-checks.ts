import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

interface Rule {
  /** From `data` down. */
  readonly path: readonly string[];
  /** The category of events that it is for; any where it is left out. */
  readonly of?: string;
  readonly required?: true;
  readonly values?: readonly string[];
  /** The longest text or list. */
  readonly longest?: number;
}

const ATTRIBUTES = ['attributes', 'attributes'];
const RULES: readonly Rule[] = [
  { path: ['type'], required: true, values: ['event'] },
  { path: ['attributes', 'category'], required: true, values: ['alert', 'change'] },
  { path: ['attributes', 'title'], required: true, longest: 500 },
  { path: ATTRIBUTES, required: true },
  { path: ['attributes', 'message'], longest: 4000 },
  { path: ['attributes', 'tags'], longest: 100 },
  { path: ['attributes', 'host'], longest: 255 },
  { path: ['attributes', 'aggregation_key'], longest: 100 },
  { path: [...ATTRIBUTES, 'status'], of: 'alert', required: true, values: ['warn', 'error', 'ok'] },
  { path: [...ATTRIBUTES, 'priority'], of: 'alert', values: ['1', '2', '3', '4', '5'] },
  { path: [...ATTRIBUTES, 'author', 'type'], of: 'change', values: ['user', 'system', 'api', 'automation'] },
  { path: [...ATTRIBUTES, 'changed_resource'], of: 'change', required: true },
  { path: [...ATTRIBUTES, 'changed_resource', 'name'], of: 'change', required: true },
  {
    path: [...ATTRIBUTES, 'changed_resource', 'type'],
    of: 'change',
    required: true,
    values: ['feature_flag', 'configuration'],
  },
];

/** Refuses an event of the second API that is not as documented: `JSON validation failed at $.data...`. */
export function checkEvent(body: RawObject): void {
  const category = at(body, ['data', 'attributes', 'category']);
  for (const { path, of, required, values, longest } of RULES) {
    if (of !== undefined && of !== category) continue;
    const value = at(body, ['data', ...path]);
    if (value === undefined || value === null || value === '') {
      if (required && !values) throw invalid(path, 'value is required');
      if (!required) continue;
    }
    if (values && (typeof value !== 'string' || !values.includes(value)))
      throw invalid(path, `value must be one of: [${values.map((v) => JSON.stringify(v)).join(', ')}]`);
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
    if (longest !== undefined && length > longest)
      throw invalid(path, `value must have a length of at most ${longest}`);
  }
}

/** A refusal of the intake of events. */
export function badEvent(words: string): DatadogError {
  return new DatadogError(400, { errors: [{ status: '400', title: 'Bad Request', detail: words }] });
}

function invalid(path: readonly string[], words: string): DatadogError {
  return badEvent(`JSON validation failed at $.data.${path.join('.')}: ${words}.`);
}

function at(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value;
  return isRawObject(value) ? at(value[step], rest) : undefined;
}
