import { randomInt } from 'node:crypto';
import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { attributesOf } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../seed.ts';
import { pageByNumber } from './page-by-number.ts';
import { requireTeamUuid, teamMemberRoutes } from './team-members.ts';
import { teamRuleRoutes } from './team-rules.ts';
import { userOf } from './users.ts';

const PATH = '/api/v2/team';
const LINKS = `${PATH}/:team_id/links`;
/** What only the answer to a create shows. */
const DRESS: RawObject = { avatar: null, banner: 2, hidden_modules: null, visible_modules: null };

/** Teams, their links, members and notification rules. */
export function teams(organisation: Organisation): EndpointGroup {
  return new Teams(organisation).endpoints();
}

class Teams {
  readonly #organisation: Organisation;
  readonly #held: Collection;
  readonly #linksHeld: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#held = organisation.collection('teams');
    this.#linksHeld = organisation.collection('team_links');
  }

  #now() {
    return timestamp(this.#organisation.now());
  }

  #find({ params }: Call): RawObject {
    const id = params['team_id'] ?? '';
    requireTeamUuid(id);
    const team = this.#held.get(id);
    if (!team) throw new DatadogError(404, `Team for ID ${id} not found`);
    return team;
  }

  #linksOf(id: unknown) {
    return this.#linksHeld.all().filter((link) => attributesIn(link)['team_id'] === id);
  }

  #membersOf(id: unknown) {
    return this.#organisation
      .collection('team_memberships')
      .all()
      .filter((one) => String(one['id']).includes(String(id)));
  }

  #create({ body }: Call): EmulatorResponse {
    const sent = attributesOf(body);
    this.#requireUnique(sent, undefined);
    const at = this.#now();
    const { name, handle, description = null } = sent;
    const id = newUuid();
    const attributes = {
      name,
      handle,
      description,
      summary: description,
      created_at: at,
      modified_at: at,
      is_managed: false,
      user_count: 0,
      link_count: 0,
    };
    const team = { id, type: 'team', attributes };
    this.#held.put(id, team);
    const { is_managed: _, ...told } = attributes;
    return json(201, {
      data: { ...this.#shown(team), attributes: { ...told, ...DRESS, banner: randomInt(1, 9) } },
    });
  }

  #requireUnique({ name, handle }: RawObject, own: unknown): void {
    const twin = this.#held.all().find((team) => {
      const { name: theirName, handle: theirHandle } = attributesIn(team);
      return team['id'] !== own && (theirHandle === handle || theirName === name);
    });
    if (twin) throw new DatadogError(409, 'Team name and handle must be unique');
  }

  /** A team as reads show it, with what is counted now. */
  #shown(team: RawObject): RawObject {
    const { id } = team;
    const attributes = attributesIn(team);
    const counts = {
      user_count: Math.max(Number(attributes['user_count'] ?? 0), this.#membersOf(id).length),
      link_count: Math.max(Number(attributes['link_count'] ?? 0), this.#linksOf(id).length),
    };
    const relationships = {
      team_links: {
        data: this.#linksOf(id).map((link) => ({ id: link['id'], type: 'team_links' })),
        links: { related: `${PATH}/${String(id)}/links` },
      },
      user_team_permissions: { data: null, links: { related: `${PATH}/${String(id)}/permission-settings` } },
    };
    return { relationships, ...team, attributes: { ...attributes, ...counts } };
  }

  #update(call: Call): EmulatorResponse {
    const before = this.#find(call);
    const sent = attributesOf(call.body);
    this.#requireUnique(sent, before['id']);
    const description = sent['description'] === undefined ? {} : { summary: sent['description'] };
    const attributes = { ...attributesIn(before), ...sent, ...description, modified_at: this.#now() };
    const team = { ...before, attributes };
    this.#held.put(String(before['id']), team);
    return json(200, { data: this.#shown(team) });
  }

  #list({ query }: Call): EmulatorResponse {
    const text = query.get('filter[keyword]')?.toLowerCase() ?? '';
    const me = query.get('filter[me]') === 'true';
    const found = this.#held.all().filter((team) => {
      const { name, handle } = attributesIn(team);
      const words = `${String(name)} ${String(handle)}`.toLowerCase();
      return (
        words.includes(text) && (!me || this.#membersOf(team['id']).some((one) => userOf(one) !== undefined))
      );
    });
    const field = query.get('sort')?.replace(/^-/, '') ?? 'name';
    const sign = query.get('sort')?.startsWith('-') ? -1 : 1;
    const value = (team: RawObject) => String(attributesIn(team)[field] ?? '');
    const sorted = query.has('sort')
      ? found.toSorted((a, b) => sign * value(a).localeCompare(value(b)))
      : found;
    const { page, meta, links } = pageByNumber(sorted, PATH, query);
    return json(200, { data: page.map((one) => this.#shown(one)), meta, links });
  }

  #addLink(call: Call): EmulatorResponse {
    const { id: team_id } = this.#find(call);
    const { label, url, position = 0 } = attributesOf(call.body);
    if (typeof label !== 'string' || label === '') throw new DatadogError(422, 'label cannot be empty');
    const link = { id: newUuid(), type: 'team_links', attributes: { team_id, label, url, position } };
    this.#linksHeld.put(link.id, link);
    return json(200, { data: link });
  }

  #findLink({ params }: Call): RawObject {
    const id = params['link_id'] ?? '';
    requireTeamUuid(id);
    const link = this.#linksHeld.get(id);
    if (!link) throw new DatadogError(404, `Link for ID ${id} not found`);
    return link;
  }

  #updateLink(call: Call): EmulatorResponse {
    const before = this.#findLink(call);
    const link = { ...before, attributes: { ...attributesIn(before), ...attributesOf(call.body) } };
    this.#linksHeld.put(String(before['id']), link);
    return json(200, { data: link });
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, run: (call) => this.#create(call) },
        {
          method: 'GET',
          path: `${PATH}/:team_id`,
          run: (call) => json(200, { data: this.#shown(this.#find(call)) }),
        },
        { method: 'PATCH', path: `${PATH}/:team_id`, run: (call) => this.#update(call) },
        {
          method: 'DELETE',
          path: `${PATH}/:team_id`,
          run: (call) => {
            this.#held.drop(String(this.#find(call)['id']));
            return { status: 204 };
          },
        },
        {
          method: 'GET',
          path: LINKS,
          run: (call) => json(200, { data: this.#linksOf(this.#find(call)['id']) }),
        },
        { method: 'POST', path: LINKS, run: (call) => this.#addLink(call) },
        {
          method: 'GET',
          path: `${LINKS}/:link_id`,
          run: (call) => json(200, { data: this.#findLink(call) }),
        },
        { method: 'PATCH', path: `${LINKS}/:link_id`, run: (call) => this.#updateLink(call) },
        {
          method: 'DELETE',
          path: `${LINKS}/:link_id`,
          run: (call) => {
            this.#linksHeld.drop(String(this.#findLink(call)['id']));
            return { status: 204 };
          },
        },
        {
          method: 'GET',
          path: `${PATH}/:team_id/permission-settings`,
          run: (call) => json(200, { data: permissionSettings(this.#find(call)['id']) }),
        },
        ...teamMemberRoutes(this.#organisation, (one) => this.#find(one)),
        ...teamRuleRoutes(this.#organisation, (one) => this.#find(one)),
      ],
      seeds: {
        teams: seedById(this.#held),
        team_links: seedById(this.#linksHeld),
        team_memberships: seedById(this.#organisation.collection('team_memberships')),
      },
    };
  }
}

const SETTINGS = [
  {
    action: 'manage_membership',
    value: 'organization',
    title: 'Add and Remove Members',
    options: ['user_access_manage', 'admins', 'members', 'organization'],
  },
  {
    action: 'edit',
    value: 'members',
    title: 'Edit Team Details',
    options: ['teams_manage', 'admins', 'members'],
  },
];

function permissionSettings(id: unknown): RawObject[] {
  return SETTINGS.map(({ action, value, title, options }) => ({
    type: 'team_permission_settings',
    attributes: { action, value, title, editable: true, options },
    id: `TeamPermission-${String(id)}-${action}`,
  }));
}

function attributesIn(object: RawObject): RawObject {
  return isRawObject(object['attributes']) ? object['attributes'] : {};
}
