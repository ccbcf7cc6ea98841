import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import { attributesOf, dataOf } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import type { Call, Family } from '../route.ts';
import { seedInto } from '../seed.ts';

const PATH = '/api/v2/users';
const PAGE = { usual: 10, most: 1000 };
const ORG = { data: { type: 'orgs', id: '5a9d2b8c-0000-4000-8000-0000000000a0' } };
const ICON = 'https://secure.gravatar.com/avatar/00000000000000000000000000000000?s=48&d=retro';

/** Users of the organisation, in the shape that monitors, teams and the audit trail need; no roles beyond seeded ones. */
export function users(organisation: Organisation): Family {
  const held = organisation.collection('users');
  const roles = organisation.collection('roles');
  const now = () => timestamp(organisation.now());
  const find = (id: string | undefined, words: string): RawObject => {
    const user = held.get(id);
    if (!user) throw new Refused(404, words);
    return user;
  };
  const put = (user: RawObject): void => held.put(String(user['id']), user);
  const change = (user: RawObject, changed: RawObject): RawObject => {
    const after = { ...user, attributes: { ...attributes(user), ...changed, modified_at: now() } };
    put(after);
    return after;
  };

  function create({ body }: Call): EmulatorAnswer {
    const sent = attributesOf(body);
    const email = String(sent['email']).toLowerCase();
    const twin = held.all().find((user) => attributes(user)['email'] === email);
    if (twin) throw new Refused(409, `User ${email} already exists`);
    const at = now();
    const { relationships } = dataOf(body);
    const wanted = isRawObject(relationships) ? relationships['roles'] : undefined;
    const user = {
      type: 'users',
      id: newUuid(),
      attributes: {
        name: sent['name'] ?? null,
        handle: email,
        created_at: at,
        modified_at: at,
        email,
        icon: ICON,
        title: sent['title'] || null,
        verified: false,
        service_account: false,
        disabled: false,
        allowed_login_methods: [],
        status: 'Pending',
        mfa_enabled: false,
      },
      relationships: { roles: wanted ?? { data: [] }, org: ORG },
    };
    put(user);
    const { mfa_enabled: _, ...told } = user.attributes;
    return json(201, { data: { ...user, attributes: told } });
  }

  function read({ params }: Call): EmulatorAnswer {
    const user = find(params['id'], 'user not found');
    return json(200, { data: user, ...withRoles([user]) });
  }

  function withRoles(list: readonly RawObject[]): RawObject {
    const ids = list.flatMap((user) => roleIdsOf(user));
    const included = roles.all().filter(({ id }) => ids.includes(String(id)));
    return included.length > 0 ? { included } : {};
  }

  function update({ params, body }: Call): EmulatorAnswer {
    const { id } = dataOf(body);
    if (id !== params['id']) throw new Refused(422, "UUID's in the URL and request body do not match");
    const { disabled, name, email } = attributesOf(body);
    const user = find(params['id'], `${String(params['id'])} not found`);
    const sent = Object.entries({ disabled, name, email }).filter(([, value]) => value !== undefined);
    const after = change(user, { ...statusAfter(user, disabled), ...Object.fromEntries(sent) });
    return json(200, { data: after, ...withRoles([after]) });
  }

  /** Users are disabled, not erased. */
  function disable({ params }: Call): EmulatorAnswer {
    const user = find(params['id'], `${String(params['id'])} not found`);
    change(user, { disabled: true, status: 'Disabled' });
    return { status: 204 };
  }

  function list({ query }: Call): EmulatorAnswer {
    const size = Math.min(PAGE.most, Number(query.get('page[size]') ?? PAGE.usual));
    const number = Number(query.get('page[number]') ?? 0);
    const text = query.get('filter')?.toLowerCase() ?? '';
    const statuses = query.get('filter[status]')?.split(',');
    const found = held.all().filter((user) => {
      const { name, email, handle, status } = attributes(user);
      const words = [name, email, handle].map((value) => String(value ?? '').toLowerCase());
      return words.some((word) => word.includes(text)) && (statuses?.includes(String(status)) ?? true);
    });
    const data = sorted(found, query).slice(number * size, (number + 1) * size);
    const page = { total_count: held.size, total_filtered_count: found.length, max_page_size: PAGE.most };
    return json(200, { data, ...withRoles(data), meta: { page } });
  }

  function createV1({ body }: Call): EmulatorAnswer {
    const { handle, name, email, disabled } = body;
    const id = newUuid();
    put({
      type: 'users',
      id,
      attributes: { handle, name, email, disabled: disabled ?? false, status: 'Pending' },
    });
    const user = {
      handle,
      name,
      role: null,
      title: null,
      email,
      disabled: disabled ?? false,
      access_role: null,
      is_admin: false,
      icon: ICON,
      verified: false,
    };
    return json(200, { user });
  }

  function disableV1({ params }: Call): EmulatorAnswer {
    const handle = decodeURIComponent(params['handle'] ?? '');
    const user = held.all().findLast((one) => attributes(one)['handle'] === handle);
    if (!user) throw new Refused(404, 'User not found');
    if (attributes(user)['disabled'] === true) throw new Refused(400, 'User is already disabled');
    change(user, { disabled: true, status: 'Disabled' });
    return json(200, { message: `User ${handle} disabled` });
  }

  return {
    routes: [
      { method: 'GET', path: PATH, run: list },
      { method: 'POST', path: PATH, run: create },
      { method: 'GET', path: `${PATH}/:id`, run: read },
      { method: 'PATCH', path: `${PATH}/:id`, run: update },
      { method: 'DELETE', path: `${PATH}/:id`, run: disable },
      {
        method: 'GET',
        path: `${PATH}/:id/memberships`,
        run: ({ params }) => {
          const all = organisation.collection('team_memberships').all();
          return json(200, { data: all.filter((one) => userOf(one) === params['id']) });
        },
      },
      { method: 'GET', path: `${PATH}/:id/permissions`, run: () => json(200, { data: [] }) },
      { method: 'POST', path: '/api/v1/user', run: createV1 },
      { method: 'DELETE', path: '/api/v1/user/:handle', run: disableV1 },
    ],
    seeds: { users: seedInto(held), roles: seedInto(roles) },
  };
}

/** Who is let in again begins anew. */
function statusAfter(user: RawObject, disabled: unknown): RawObject {
  if (disabled === true) return { status: 'Disabled' };
  const again = disabled === false && attributes(user)['disabled'] === true;
  return again ? { status: 'Pending', title: null, allowed_login_methods: [] } : {};
}

/** The user of a membership. */
export function userOf({ relationships }: RawObject): unknown {
  const user = isRawObject(relationships) ? relationships['user'] : undefined;
  return isRawObject(user) ? dataOf(user)['id'] : undefined;
}

function attributes(user: RawObject): RawObject {
  return isRawObject(user['attributes']) ? user['attributes'] : {};
}

function roleIdsOf({ relationships }: RawObject): string[] {
  const roles = isRawObject(relationships) ? relationships['roles'] : undefined;
  const data = isRawObject(roles) ? roles['data'] : undefined;
  return Array.isArray(data) ? data.filter(isRawObject).map(({ id }) => String(id)) : [];
}

/** `sort=name`, `-email` or with `sort_dir=desc`. */
function sorted(list: readonly RawObject[], query: URLSearchParams): readonly RawObject[] {
  const sort = query.get('sort');
  if (sort === null) return list;
  const field = sort.replace(/^-/, '');
  const sign = sort.startsWith('-') || query.get('sort_dir') === 'desc' ? -1 : 1;
  const value = (user: RawObject) => String(attributes(user)[field] ?? '');
  return list.toSorted((a, b) => sign * value(a).localeCompare(value(b)));
}
