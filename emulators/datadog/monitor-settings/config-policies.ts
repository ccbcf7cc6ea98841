import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { attributesOf, dataOf, held, requireUuid } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../seed.ts';

const PATH = '/api/v2/monitor/policy';
/** Most characters of a tag key and of each value. */
const LONGEST = 255;

/** Which tags every monitor must have. */
export function configPolicies(organisation: Organisation): EndpointGroup {
  const policies = organisation.collection('config_policies');
  return {
    routes: [
      { method: 'GET', path: PATH, run: () => json(200, { data: policies.all() }) },
      { method: 'POST', path: PATH, run: (call) => create(policies, call) },
      {
        method: 'GET',
        path: `${PATH}/:policy_id`,
        run: ({ params }) => json(200, { data: find(policies, params) }),
      },
      { method: 'PATCH', path: `${PATH}/:policy_id`, run: (call) => update(policies, call) },
      { method: 'DELETE', path: `${PATH}/:policy_id`, run: (call) => remove(policies, call) },
    ],
    seeds: { config_policies: seedById(policies) },
  };
}

function create(policies: Collection, { body }: Call): EmulatorResponse {
  const id = newUuid();
  const policy = { type: 'monitor-config-policy', attributes: checked(attributesOf(body)), id };
  policies.put(id, policy);
  return json(200, { data: policy });
}

/** Whole attributes are asked for: an update is no merge. */
function update(policies: Collection, { params, body }: Call): EmulatorResponse {
  const before = find(policies, params);
  if (String(dataOf(body)['id']) !== String(before['id']))
    throw new DatadogError(422, 'Policy id in request body does not match id in URL param');
  const policy = { ...before, attributes: checked(attributesOf(body)) };
  policies.put(String(before['id']), policy);
  return json(200, { data: policy });
}

function remove(policies: Collection, { params }: Call): EmulatorResponse {
  const id = params['policy_id'] ?? '';
  requireUuid('policy_id', id);
  // A delete has words of its own.
  held(policies, id, 'Monitor config policy not found');
  policies.drop(id);
  return { status: 204 };
}

function find(policies: Collection, { policy_id = '' }: Call['params']): RawObject {
  requireUuid('policy_id', policy_id);
  return held(policies, policy_id, 'Monitor configuration policy not found');
}

function checked(attributes: RawObject): RawObject {
  const { policy_type, policy } = attributes;
  if (policy_type !== 'tag')
    throw new DatadogError(400, "Value of parameter 'policy_type' should be any of these ['tag']");
  if (!isRawObject(policy)) throw new DatadogError(400, "Missing required parameter: 'policy'");
  const { tag_key, valid_tag_values } = policy;
  const texts = [tag_key, ...(Array.isArray(valid_tag_values) ? valid_tag_values : [])];
  for (const text of texts) {
    if (typeof text !== 'string' || text.length > LONGEST)
      throw new DatadogError(400, `Maximum length of parameter 'tag_key' should be ${LONGEST}`);
  }
  return attributes;
}
