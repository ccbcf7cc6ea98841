import type { JsonObject } from '../domain/json.ts';
import type { Violation } from './rule.ts';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Reports roles in `restricted_roles` that are not ids: spec v1. */
export function roleViolations({ restricted_roles: roles }: JsonObject): Iterable<Violation> {
  if (!Array.isArray(roles)) return [];
  return roles.values().flatMap((role, at) =>
    typeof role === 'string' && UUID.test(role)
      ? []
      : [
          {
            path: ['restricted_roles', at],
            message:
              'This is not a role id: Datadog rejects it, or users with that role cannot edit the object.',
            hint: 'Use the UUID of the role, which its page in the organization settings shows.',
          },
        ],
  );
}
