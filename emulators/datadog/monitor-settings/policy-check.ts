import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

/**
 * Refuses a monitor whose tags break a policy of the organisation. No recording shows Datadog's words for it; these
 * name the tag key, as Datadog's do by its documentation.
 */
export function checkPolicies(organisation: Organisation, monitor: RawObject): void {
  const tags = Array.isArray(monitor['tags']) ? monitor['tags'].map(String) : [];
  for (const { attributes } of organisation.collection('config_policies').all()) {
    const policy = isRawObject(attributes) ? attributes['policy'] : undefined;
    if (isRawObject(policy)) checkPolicy(policy, tags);
  }
}

function checkPolicy(policy: RawObject, tags: readonly string[]): void {
  const key = String(policy['tag_key']);
  const valid = Array.isArray(policy['valid_tag_values']) ? policy['valid_tag_values'].map(String) : [];
  const values = tags.filter((tag) => tag.startsWith(`${key}:`)).map((tag) => tag.slice(key.length + 1));
  if (values.length === 0 && policy['tag_key_required'] === true)
    throw new DatadogError(400, `Tag policy violation: the tag key '${key}' is required.`);
  const wrong = values.find((value) => !valid.includes(value));
  if (wrong === undefined) return;
  throw new DatadogError(
    400,
    `Tag policy violation: '${wrong}' is not a valid value of the tag key '${key}'; valid are ${valid.join(', ')}.`,
  );
}
