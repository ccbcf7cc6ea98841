import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { sentAttributes } from '../json-api.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../collection.ts';

const PATH = '/api/v2/restriction_policy/:resource';

/** Serves the policies that say who may see and edit a monitor, dashboard or SLO. */
export function restrictionPolicies(organisation: Organisation): EndpointGroup {
  const policies = organisation.collection('restriction_policies');
  return {
    routes: [
      { method: 'GET', path: PATH, run: (call) => json(200, { data: find(policies, resourceOf(call)) }) },
      { method: 'POST', path: PATH, run: (call) => replace(organisation, call) },
      {
        method: 'DELETE',
        path: PATH,
        run: (call) => {
          const resource = resourceOf(call);
          policies.delete(resource);
          setRoles(organisation, resource, []);
          return { status: 204 };
        },
      },
    ],
    seeds: { restriction_policies: seedById(policies) },
  };
}

/** Sets a monitor's `restricted_roles` to the roles among the editors of its policy, or to null without any. */
function setRoles(organisation: Organisation, resource: string, bindings: readonly RawObject[]): void {
  const id = /^monitor:(.+)$/.exec(resource)?.[1];
  const monitor = organisation.collection('monitors').get(id);
  if (id === undefined || !monitor) return;
  const roles = bindings
    .filter(({ relation }) => relation === 'editor')
    .flatMap(({ principals }) => (Array.isArray(principals) ? principals.map(String) : []))
    .filter((principal) => principal.startsWith('role:'))
    .map((principal) => principal.slice('role:'.length));
  const restricted_roles = roles.length > 0 ? roles : null;
  organisation.collection('monitors').put(id, { ...monitor, restricted_roles });
}

/** Returns the policy of a resource; an unrestricted one has a policy without bindings. */
function find(policies: Collection, resource: string): RawObject {
  return policies.get(resource) ?? policy(resource, []);
}

function replace(organisation: Organisation, call: Call): EmulatorResponse {
  const resource = resourceOf(call);
  const bindings = bindingsOf(sentAttributes(call.body));
  for (const { relation, principals } of bindings) {
    if (typeof relation !== 'string' || !Array.isArray(principals))
      throw new DatadogError(400, 'Invalid bindings: each has a relation and principals');
  }
  const replacement = policy(resource, bindings);
  organisation.collection('restriction_policies').put(resource, replacement);
  setRoles(organisation, resource, bindings);
  return json(200, { data: replacement });
}

function policy(resource: string, bindings: readonly RawObject[]): RawObject {
  return { type: 'restriction_policy', id: resource, attributes: { bindings } };
}

function bindingsOf(attributes: RawObject): RawObject[] {
  const { bindings } = attributes;
  return Array.isArray(bindings) ? bindings.filter(isRawObject) : [];
}

/** Returns the resource of the path, such as `monitor:123` or `dashboard:abc-def-ghi`. */
function resourceOf({ params }: Call): string {
  const resource = decodeURIComponent(params['resource'] ?? '');
  if (!/^[\w-]+:.+$/.test(resource))
    throw new DatadogError(400, `Invalid resource: '${resource}' is not in a valid format`);
  return resource;
}
