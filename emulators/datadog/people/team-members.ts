import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { DatadogError } from '../datadog-error.ts';
import { attributesOf, dataOf, isUuid, sentAttributes } from '../json-api.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import type { Call, Route } from '../route.ts';
import { KEY_OWNER } from './key-owner.ts';
import { pageByNumber } from './page-by-number.ts';
import { userOf } from './users.ts';

const PATH = '/api/v2/team/:team_id/memberships';
/** The attributes of a user that a membership includes. */
const USER_ATTRIBUTES = ['disabled', 'email', 'handle', 'icon', 'name', 'service_account', 'status'];

/** Serves the memberships of a team. */
export function teamMemberRoutes(
  organisation: Organisation,
  findTeam: (call: Call) => RawObject,
): readonly Route[] {
  const memberships = organisation.collection('team_memberships');

  function add(call: Call): EmulatorResponse {
    const { id: team } = findTeam(call);
    const { relationships } = dataOf(call.body);
    const user = isRawObject(relationships) ? relationships['user'] : undefined;
    const userId = userOf({ relationships });
    if (membersOfTeam(organisation, team).some((one) => userOf(one) === userId))
      throw new DatadogError(409, `users already present on the team ['${String(userId)}']`);
    const role = checkedRole(sentAttributes(call.body)['role'] ?? null);
    const id = `TeamMembership-${String(team)}-${organisation.newNumber()}`;
    const membership = {
      id,
      type: 'team_memberships',
      attributes: { provisioned_by: null, provisioned_by_id: KEY_OWNER.id, role },
      relationships: { user },
    };
    memberships.put(id, membership);
    return json(200, { data: membership, included: usersOf(organisation, [membership]) });
  }

  function find(call: Call): RawObject {
    const { user_id } = call.params;
    const { id: team } = findTeam(call);
    requireTeamUuid(String(user_id));
    const found = membersOfTeam(organisation, team).find((one) => userOf(one) === user_id);
    if (found) return found;
    throw new DatadogError(404, `User ${String(user_id)} is not a member of Team ${String(team)} not found`);
  }

  function update(call: Call): EmulatorResponse {
    const { user_id } = call.params;
    requireTeamUuid(String(user_id));
    if (!organisation.collection('users').get(user_id))
      throw new DatadogError(404, `User for ID ${String(user_id)} not found`);
    const before = find(call);
    const role = checkedRole(sentAttributes(call.body)['role'] ?? null);
    const after = { ...before, attributes: { ...attributesOf(before), role } };
    memberships.put(String(before['id']), after);
    return json(200, { data: after, included: usersOf(organisation, [after]) });
  }

  function list(call: Call): EmulatorResponse {
    const { id: team } = findTeam(call);
    const { page, meta, links } = pageByNumber(
      membersOfTeam(organisation, team),
      `/api/v2/team/${String(team)}/memberships`,
      call.query,
    );
    return json(200, { data: page, included: usersOf(organisation, page), meta, links });
  }

  return [
    { method: 'GET', path: PATH, run: list },
    { method: 'POST', path: PATH, run: add },
    { method: 'PATCH', path: `${PATH}/:user_id`, run: update },
    {
      method: 'DELETE',
      path: `${PATH}/:user_id`,
      run: (call) => {
        memberships.delete(String(find(call)['id']));
        return { status: 204 };
      },
    },
  ];
}

/** Returns the memberships of a team; their ids contain its id. */
export function membersOfTeam(organisation: Organisation, team: unknown): RawObject[] {
  return organisation
    .collection('team_memberships')
    .all()
    .filter((membership) => String(membership['id']).includes(String(team)));
}

/** Returns the users of memberships, as responses include them. */
function usersOf(organisation: Organisation, memberships: readonly RawObject[]): RawObject[] {
  return memberships.flatMap((membership) => {
    const user = organisation.collection('users').get(String(userOf(membership)));
    const stored = isRawObject(user?.['attributes']) ? user['attributes'] : undefined;
    if (!user || !stored) return [];
    const attributes = Object.fromEntries(USER_ATTRIBUTES.map((name) => [name, stored[name]]));
    return [{ id: user['id'], type: 'users', attributes }];
  });
}

function checkedRole(role: unknown): unknown {
  if (role === null || role === 'admin') return role;
  throw new DatadogError(
    400,
    "{'errors': [{'detail': 'Not a valid choice.', 'source': {'pointer': '/data/attributes/role'}}]}",
  );
}

/** Rejects a path parameter that is not a UUID, with the message of the teams API. Throws DatadogError. */
export function requireTeamUuid(id: string): void {
  if (!isUuid(id)) throw new DatadogError(404, `${id} is not a valid UUID not found`);
}
