import type { Clock } from '../domain/clock.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { TagPolicy } from '../domain/tag-policies.ts';
import type { Policies } from '../pipeline/ports.ts';
import { listOf } from './answered-objects.ts';
import type { Request } from './request.ts';

const PATH = '/api/v2/monitor/policy';
/** How long (ms) a list is taken to hold. */
const HOLDS = 60_000;

/** The organisation's monitor config policies. A key that may not read them sees none. */
export function configPolicies(request: Request, clock: Clock): Policies {
  let seen: { readonly policies: readonly TagPolicy[]; readonly until: number } | undefined;
  return {
    async list(context) {
      if (seen && clock.now() < seen.until) return seen.policies;
      const policies = await request({ method: 'GET', path: PATH, route: PATH }, context).then(
        (answer) => listOf(isObject(answer) ? answer['data'] : (answer ?? [])).flatMap(policyIn),
        (error: unknown) => {
          if (error instanceof ProblemError && error.code === 'datadog_forbidden') return [];
          throw error;
        },
      );
      seen = { policies, until: clock.now() + HOLDS };
      return policies;
    },
  };
}

/** Returns the tag policy of an item. Ignores items that are not valid tag policies. */
function policyIn(item: JsonObject): TagPolicy[] {
  const attributes = item['attributes'];
  if (!isObject(attributes) || attributes['policy_type'] !== 'tag') return [];
  const policy = attributes['policy'];
  if (!isObject(policy) || typeof policy['tag_key'] !== 'string') return [];
  const values = Array.isArray(policy['valid_tag_values']) ? policy['valid_tag_values'] : [];
  return [
    {
      id: idOf(item),
      tagKey: policy['tag_key'],
      required: policy['tag_key_required'] === true,
      values: values.filter((value) => typeof value === 'string'),
    },
  ];
}
