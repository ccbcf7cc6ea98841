import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { attributesOf, dataOf, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../collection.ts';

const PATH = '/api/v2/users';
const PAGE_SIZE = { default: 10, max: 1000 };
const ORG = { data: { type: 'orgs', id: '5a9d2b8c-0000-4000-8000-0000000000a0' } };
const ICON = 'https://secure.gravatar.com/avatar/00000000000000000000000000000000?s=48&d=retro';

/** Serves the users of the organisation, as far as monitors, teams and the audit trail need them. Roles can only be seeded. */
export function users(organisation: Organisation): EndpointGroup {
  return new Users(organisation).endpoints();
}

class Users {
  readonly #organisation: Organisation;
  readonly #users: Collection;
  readonly #roles: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#users = organisation.collection('users');
    this.#roles = organisation.collection('roles');
  }

  #now() {
    return timestamp(this.#organisation.now());
  }

  #find(id: string | undefined, notFound: string): RawObject {
    const user = this.#users.get(id);
    if (!user) throw new DatadogError(404, notFound);
    return user;
  }

  #put(user: RawObject): void {
    return this.#users.put(String(user['id']), user);
  }

  #setAttributes(user: RawObject, changes: RawObject): RawObject {
    const attributes = { ...attributesOf(user), ...changes, modified_at: this.#now() };
    const after = { ...user, attributes };
    this.#put(after);
    return after;
  }

  #create({ body }: Call): EmulatorResponse {
    const sent = sentAttributes(body);
    const email = String(sent['email']).toLowerCase();
    const duplicate = this.#users.all().some((user) => attributesOf(user)['email'] === email);
    if (duplicate) throw new DatadogError(409, `User ${email} already exists`);
    const now = this.#now();
    const { relationships } = dataOf(body);
    const roles = isRawObject(relationships) ? relationships['roles'] : undefined;
    const user = {
      type: 'users',
      id: newUuid(),
      attributes: {
        name: sent['name'] ?? null,
        handle: email,
        created_at: now,
        modified_at: now,
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
      relationships: { roles: roles ?? { data: [] }, org: ORG },
    };
    this.#put(user);
    const { mfa_enabled: _, ...attributes } = user.attributes;
    return json(201, { data: { ...user, attributes } });
  }

  #read({ params }: Call): EmulatorResponse {
    const user = this.#find(params['id'], 'user not found');
    return json(200, { data: user, ...this.#withRoles([user]) });
  }

  #withRoles(list: readonly RawObject[]): RawObject {
    const ids = list.flatMap(roleIdsOf);
    const included = this.#roles.all().filter(({ id }) => ids.includes(String(id)));
    return included.length > 0 ? { included } : {};
  }

  #update({ params, body }: Call): EmulatorResponse {
    const { id } = dataOf(body);
    if (id !== params['id']) throw new DatadogError(422, "UUID's in the URL and request body do not match");
    const { disabled, name, email } = sentAttributes(body);
    const user = this.#find(params['id'], `${String(params['id'])} not found`);
    const sent = Object.entries({ disabled, name, email }).filter(([, value]) => value !== undefined);
    const after = this.#setAttributes(user, { ...statusAfter(user, disabled), ...Object.fromEntries(sent) });
    return json(200, { data: after, ...this.#withRoles([after]) });
  }

  /** Disables a user. Datadog never deletes users. */
  #disable({ params }: Call): EmulatorResponse {
    const user = this.#find(params['id'], `${String(params['id'])} not found`);
    this.#setAttributes(user, { disabled: true, status: 'Disabled' });
    return { status: 204 };
  }

  #list({ query }: Call): EmulatorResponse {
    const size = Math.min(PAGE_SIZE.max, Number(query.get('page[size]') ?? PAGE_SIZE.default));
    const number = Number(query.get('page[number]') ?? 0);
    const text = query.get('filter')?.toLowerCase() ?? '';
    const statuses = query.get('filter[status]')?.split(',');
    const found = this.#users.all().filter((user) => {
      const { name, email, handle, status } = attributesOf(user);
      const texts = [name, email, handle].map((value) => String(value ?? '').toLowerCase());
      return texts.some((one) => one.includes(text)) && (statuses?.includes(String(status)) ?? true);
    });
    const data = sorted(found, query).slice(number * size, (number + 1) * size);
    const page = {
      total_count: this.#users.size,
      total_filtered_count: found.length,
      max_page_size: PAGE_SIZE.max,
    };
    return json(200, { data, ...this.#withRoles(data), meta: { page } });
  }

  #createV1({ body }: Call): EmulatorResponse {
    const { handle, name, email, disabled } = body;
    const id = newUuid();
    this.#put({
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

  #disableV1({ params }: Call): EmulatorResponse {
    const handle = decodeURIComponent(params['handle'] ?? '');
    const user = this.#users.all().findLast((one) => attributesOf(one)['handle'] === handle);
    if (!user) throw new DatadogError(404, 'User not found');
    if (attributesOf(user)['disabled'] === true) throw new DatadogError(400, 'User is already disabled');
    this.#setAttributes(user, { disabled: true, status: 'Disabled' });
    return json(200, { message: `User ${handle} disabled` });
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, run: (call) => this.#create(call) },
        { method: 'GET', path: `${PATH}/:id`, run: (call) => this.#read(call) },
        { method: 'PATCH', path: `${PATH}/:id`, run: (call) => this.#update(call) },
        { method: 'DELETE', path: `${PATH}/:id`, run: (call) => this.#disable(call) },
        {
          method: 'GET',
          path: `${PATH}/:id/memberships`,
          run: ({ params }) => {
            const all = this.#organisation.collection('team_memberships').all();
            return json(200, { data: all.filter((one) => userOf(one) === params['id']) });
          },
        },
        { method: 'GET', path: `${PATH}/:id/permissions`, run: () => json(200, { data: [] }) },
        { method: 'POST', path: '/api/v1/user', run: (call) => this.#createV1(call) },
        { method: 'DELETE', path: '/api/v1/user/:handle', run: (call) => this.#disableV1(call) },
      ],
      seeds: { users: seedById(this.#users), roles: seedById(this.#roles) },
    };
  }
}

/** Returns the fields that disabling or enabling sets; an enabled user is pending again. */
function statusAfter(user: RawObject, disabled: unknown): RawObject {
  if (disabled === true) return { status: 'Disabled' };
  const isEnabled = disabled === false && attributesOf(user)['disabled'] === true;
  return isEnabled ? { status: 'Pending', title: null, allowed_login_methods: [] } : {};
}

/** Returns the id of a membership's user. */
export function userOf({ relationships }: RawObject): unknown {
  const user = isRawObject(relationships) ? relationships['user'] : undefined;
  return isRawObject(user) ? dataOf(user)['id'] : undefined;
}

function roleIdsOf({ relationships }: RawObject): string[] {
  const roles = isRawObject(relationships) ? relationships['roles'] : undefined;
  const data = isRawObject(roles) ? roles['data'] : undefined;
  return Array.isArray(data) ? data.filter(isRawObject).map(({ id }) => String(id)) : [];
}

/** Sorts by `sort=name`, descending for `-name` or `sort_dir=desc`. */
function sorted(list: readonly RawObject[], query: URLSearchParams): readonly RawObject[] {
  const sort = query.get('sort');
  if (sort === null) return list;
  const field = sort.replace(/^-/, '');
  const order = sort.startsWith('-') || query.get('sort_dir') === 'desc' ? -1 : 1;
  const value = (user: RawObject) => String(attributesOf(user)[field] ?? '');
  return list.toSorted((a, b) => order * value(a).localeCompare(value(b)));
}
