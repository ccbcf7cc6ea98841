import { load } from 'js-yaml';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

/** Parses one definition or a list of them, in JSON or YAML. Throws DatadogError. */
export function readDefinitions(text: string): RawObject[] {
  let parsed: unknown;
  try {
    parsed = load(text);
  } catch {}
  const list = Array.isArray(parsed) ? parsed : [parsed];
  if (list.length === 0 || !list.every(isRawObject))
    throw new DatadogError(400, {
      errors: [{ status: '400', title: 'Bad Request', detail: 'the body contains no definition' }],
    });
  return list;
}
