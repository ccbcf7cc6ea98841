import { DatadogError } from '../datadog-error.ts';
import { dataOf, requireUuid, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { EndpointGroup } from '../route.ts';

const MAX_TAG_LENGTH = 255;

/** Serves the policies that say which tags every monitor must have. */
export function configPolicies(organisation: Organisation): EndpointGroup {
  const collection = organisation.collection('config_policies');
  const policies = resource({
    collection,
    path: '/api/v2/monitor/policy',
    idParam: 'policy_id',
    checkId: (id) => requireUuid('policy_id', id),
    notFound: () => 'Monitor configuration policy not found',
    notFoundOnDelete: () => 'Monitor config policy not found',
    list: () => ({ data: collection.all() }),
    create: ({ body }) => ({
      type: 'monitor-config-policy',
      attributes: checked(sentAttributes(body)),
      id: newUuid(),
    }),
    updateMethod: 'PATCH',
    // An update replaces all attributes.
    update: (before, { body }) => {
      if (String(dataOf(body)['id']) !== String(before['id']))
        throw new DatadogError(422, 'Policy id in request body does not match id in URL param');
      return { ...before, attributes: checked(sentAttributes(body)) };
    },
  });
  return { routes: policies.routes, seeds: { config_policies: policies.put } };
}

function checked(attributes: RawObject): RawObject {
  const { policy_type, policy } = attributes;
  if (policy_type !== 'tag')
    throw new DatadogError(400, "Value of parameter 'policy_type' should be any of these ['tag']");
  if (!isRawObject(policy)) throw new DatadogError(400, "Missing required parameter: 'policy'");
  const { tag_key, valid_tag_values } = policy;
  const texts = [tag_key, ...(Array.isArray(valid_tag_values) ? valid_tag_values : [])];
  for (const text of texts) {
    if (typeof text !== 'string' || text.length > MAX_TAG_LENGTH)
      throw new DatadogError(400, `Maximum length of parameter 'tag_key' should be ${MAX_TAG_LENGTH}`);
  }
  return attributes;
}

/**
 * Rejects a monitor whose tags violate a policy of the organisation. No recording shows Datadog's message; this one
 * names the tag key, as Datadog documents. Throws DatadogError.
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
  const invalid = values.find((value) => !valid.includes(value));
  if (invalid === undefined) return;
  throw new DatadogError(
    400,
    `Tag policy violation: '${invalid}' is not a valid value of the tag key '${key}'; valid are ${valid.join(', ')}.`,
  );
}
