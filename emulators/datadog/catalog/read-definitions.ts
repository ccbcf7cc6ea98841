import { load } from 'js-yaml';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

/** Reads definitions of services: JSON or YAML, one or a list. Throws DatadogError. */
export function readDefinitions(text: string): RawObject[] {
  let read: unknown;
  try {
    read = load(text);
  } catch {}
  const list = Array.isArray(read) ? read : [read];
  if (list.length === 0 || !list.every(isRawObject))
    throw new DatadogError(400, {
      errors: [{ status: '400', title: 'Bad Request', detail: 'no definition can be read' }],
    });
  return list;
}
