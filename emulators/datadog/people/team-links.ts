import { DatadogError } from '../datadog-error.ts';
import { attributesOf, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import type { RawObject } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call } from '../route.ts';
import { requireTeamUuid } from './team-members.ts';

/** Serves the links of a team. */
export function teamLinks(organisation: Organisation, findTeam: (call: Call) => RawObject) {
  return resource({
    collection: organisation.collection('team_links'),
    path: '/api/v2/team/:team_id/links',
    idParam: 'link_id',
    checkId: requireTeamUuid,
    notFound: (id) => `Link for ID ${id} not found`,
    list: (call) => ({ data: linksOfTeam(organisation, findTeam(call)['id']) }),
    create: (call) => {
      const { id: team_id } = findTeam(call);
      const { label, url, position = 0 } = sentAttributes(call.body);
      if (typeof label !== 'string' || label === '') throw new DatadogError(422, 'label cannot be empty');
      return { id: newUuid(), type: 'team_links', attributes: { team_id, label, url, position } };
    },
    updateMethod: 'PATCH',
    update: (before, { body }) => ({
      ...before,
      attributes: { ...attributesOf(before), ...sentAttributes(body) },
    }),
  });
}

export function linksOfTeam(organisation: Organisation, id: unknown): RawObject[] {
  return organisation
    .collection('team_links')
    .all()
    .filter((link) => attributesOf(link)['team_id'] === id);
}
