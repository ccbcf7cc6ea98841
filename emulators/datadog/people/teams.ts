import { randomInt } from 'node:crypto';
import { json } from '../../server/emulator-server.ts';
import { seedById } from '../collection.ts';
import { DatadogError } from '../datadog-error.ts';
import { attributesOf, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { type RawObject, timestamp } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { pageByNumber } from './page-by-number.ts';
import { linksOfTeam, teamLinks } from './team-links.ts';
import { membersOfTeam, requireTeamUuid, teamMemberRoutes } from './team-members.ts';
import { teamRuleRoutes } from './team-rules.ts';
import { userOf } from './users.ts';

const PATH = '/api/v2/team';

/** Serves teams, their links, members and notification rules. */
export function teams(organisation: Organisation): EndpointGroup {
  const collection = organisation.collection('teams');
  const now = () => timestamp(organisation.now());

  function create({ body }: Call): RawObject {
    const sent = sentAttributes(body);
    requireUnique(sent, undefined);
    const created = now();
    const { name, handle, description = null } = sent;
    const attributes = {
      name,
      handle,
      description,
      summary: description,
      created_at: created,
      modified_at: created,
      is_managed: false,
      user_count: 0,
      link_count: 0,
    };
    return { id: newUuid(), type: 'team', attributes };
  }

  function update(before: RawObject, { body }: Call): RawObject {
    const sent = sentAttributes(body);
    requireUnique(sent, before['id']);
    const description = sent['description'] === undefined ? {} : { summary: sent['description'] };
    const attributes = { ...attributesOf(before), ...sent, ...description, modified_at: now() };
    return { ...before, attributes };
  }

  function requireUnique({ name, handle }: RawObject, ownId: unknown): void {
    const duplicate = collection.all().some((team) => {
      const other = attributesOf(team);
      return team['id'] !== ownId && (other['handle'] === handle || other['name'] === name);
    });
    if (duplicate) throw new DatadogError(409, 'Team name and handle must be unique');
  }

  const { routes, find } = resource({
    collection,
    path: PATH,
    idParam: 'team_id',
    checkId: requireTeamUuid,
    notFound: (id) => `Team for ID ${id} not found`,
    body: (team) => ({ data: viewOf(organisation, team) }),
    list: (call) => listTeams(organisation, call),
    create,
    createdStatus: 201,
    createdBody: (team) => ({ data: createdViewOf(organisation, team) }),
    updateMethod: 'PATCH',
    update,
  });
  const links = teamLinks(organisation, find);

  return {
    routes: [
      ...routes,
      ...links.routes,
      {
        method: 'GET',
        path: `${PATH}/:team_id/permission-settings`,
        run: (call) => json(200, { data: permissionSettings(find(call)['id']) }),
      },
      ...teamMemberRoutes(organisation, find),
      ...teamRuleRoutes(organisation, find),
    ],
    seeds: {
      teams: seedById(collection),
      team_links: links.put,
      team_memberships: seedById(organisation.collection('team_memberships')),
    },
  };
}

/** Returns a team as reads show it, with the current counts. */
function viewOf(organisation: Organisation, team: RawObject): RawObject {
  const { id } = team;
  const attributes = attributesOf(team);
  const links = linksOfTeam(organisation, id);
  const members = membersOfTeam(organisation, id);
  const counts = {
    user_count: Math.max(Number(attributes['user_count'] ?? 0), members.length),
    link_count: Math.max(Number(attributes['link_count'] ?? 0), links.length),
  };
  const relationships = {
    team_links: {
      data: links.map((link) => ({ id: link['id'], type: 'team_links' })),
      links: { related: `${PATH}/${String(id)}/links` },
    },
    user_team_permissions: { data: null, links: { related: `${PATH}/${String(id)}/permission-settings` } },
  };
  return { relationships, ...team, attributes: { ...attributes, ...counts } };
}

/** Returns the view that only the response to a create has. */
function createdViewOf(organisation: Organisation, team: RawObject): RawObject {
  const { is_managed: _, ...attributes } = attributesOf(team);
  const appearance = { avatar: null, banner: randomInt(1, 9), hidden_modules: null, visible_modules: null };
  return { ...viewOf(organisation, team), attributes: { ...attributes, ...appearance } };
}

function listTeams(organisation: Organisation, { query }: Call): RawObject {
  const keyword = query.get('filter[keyword]')?.toLowerCase() ?? '';
  const onlyMine = query.get('filter[me]') === 'true';
  const found = organisation
    .collection('teams')
    .all()
    .filter((team) => {
      const { name, handle } = attributesOf(team);
      const text = `${String(name)} ${String(handle)}`.toLowerCase();
      const isMine = () =>
        membersOfTeam(organisation, team['id']).some((member) => userOf(member) !== undefined);
      return text.includes(keyword) && (!onlyMine || isMine());
    });
  const { page, meta, links } = pageByNumber(sorted(found, query.get('sort')), PATH, query);
  return { data: page.map((team) => viewOf(organisation, team)), meta, links };
}

/** Sorts by a field, descending after `-`. */
function sorted(list: readonly RawObject[], sort: string | null): readonly RawObject[] {
  if (sort === null) return list;
  const field = sort.replace(/^-/, '');
  const order = sort.startsWith('-') ? -1 : 1;
  const value = (team: RawObject) => String(attributesOf(team)[field] ?? '');
  return list.toSorted((a, b) => order * value(a).localeCompare(value(b)));
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
