import type { JsonObject } from '../domain/json.ts';
import type { Hit } from './rule.ts';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The roles that may edit an object, of which one is no id: spec v1, `restricted_roles`. */
export function roleHits({ restricted_roles: roles }: JsonObject): Iterable<Hit> {
  if (!Array.isArray(roles)) return [];
  return roles.values().flatMap((role, at) =>
    typeof role === 'string' && UUID.test(role)
      ? []
      : [
          {
            path: ['restricted_roles', at],
            message: 'This is no id of a role: Datadog refuses it, or nobody of that role may edit this.',
            hint: 'Write the UUID of the role, as its page in the organization settings shows it.',
          },
        ],
  );
}
