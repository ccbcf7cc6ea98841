import type { Clock } from '../domain/clock.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { TagPolicy } from '../domain/tag-policies.ts';
import type { Policies } from '../pipeline/ports.ts';
import { parseObjects } from './response-objects.ts';
import type { Request } from './request.ts';

const PATH = '/api/v2/monitor/policy';
/** How long (ms) the list of policies is cached. */
const CACHE_MS = 60_000;

/** Creates a reader of the organisation's tag policies for monitors. Keys without permission to read them get an empty list. */
export function configPolicies(request: Request, clock: Clock): Policies {
  let cached: { readonly policies: readonly TagPolicy[]; readonly until: number } | undefined;
  return {
    async list(context) {
      if (cached && clock.now() < cached.until) return cached.policies;
      const policies = await request({ method: 'GET', path: PATH, route: PATH }, context).then(
        (answer) => parseObjects(isObject(answer) ? answer['data'] : (answer ?? [])).flatMap(parsePolicy),
        (error: unknown) => {
          if (error instanceof ProblemError && error.code === 'datadog_forbidden') return [];
          throw error;
        },
      );
      cached = { policies, until: clock.now() + CACHE_MS };
      return policies;
    },
  };
}

/** Returns the tag policy of an item. Ignores items that are not valid tag policies. */
function parsePolicy(item: JsonObject): TagPolicy[] {
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
