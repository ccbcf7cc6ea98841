import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { DatadogError } from '../datadog-error.ts';
import { sentAttributes } from '../json-api.ts';
import { newHex, type Organisation } from '../organisation.ts';
import { CREATOR } from '../people/key-owner.ts';
import { isRawObject, pickFields, type RawObject, timestamp } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { secureEmbedRoutes } from './secure-embeds.ts';

const PATH = '/api/v1/dashboard/public';
/** Datadog's invitations by mail expire after an hour. */
const INVITATION_MS = 3_600_000;
/** The fields that a request may set. */
const SETTABLE = [
  'status',
  'expiration',
  'global_time',
  'global_time_selectable_enabled',
  'selectable_template_vars',
  'viewing_preferences',
  'share_type',
  'share_list',
  'embeddable_domains',
  'title',
];

/** Serves dashboards shared outside the organisation: at a public address, and embedded. */
export function sharedDashboards(organisation: Organisation): EndpointGroup {
  const collection = organisation.collection('shared_dashboards');

  function update(before: RawObject, { body }: Call): RawObject {
    const merged: RawObject = { ...before, ...pickFields(body, SETTABLE) };
    return { ...merged, ...invitees(merged, timestamp(organisation.now())) };
  }

  function invite(call: Call): EmulatorResponse {
    const share = shares.find(call);
    const now = organisation.now();
    const invitation = {
      type: 'public_dashboard_invitation',
      attributes: {
        email: sentAttributes(call.body)['email'],
        share_token: share['token'],
        created_at: timestamp(now),
        invitation_expiry: timestamp(now + INVITATION_MS),
        has_session: false,
        session_expiry: null,
      },
    };
    shares.put({ ...share, invitations: [...invitationsOf(share), invitation] });
    return json(201, { data: invitation });
  }

  function withdrawInvitation(call: Call): EmulatorResponse {
    const share = shares.find(call);
    const { email } = sentAttributes(call.body);
    const invitations = invitationsOf(share).filter(
      ({ attributes }) => !(isRawObject(attributes) && attributes['email'] === email),
    );
    shares.put({ ...share, invitations });
    return { status: 204 };
  }

  const shares = resource({
    collection,
    path: PATH,
    idParam: 'token',
    notFound: (token) => `Shared dashboard with token ${token} not found`,
    body: ({ id: _, invitations: __, ...share }) => share,
    create: (call) => createShare(organisation, call),
    updateMethod: 'PUT',
    update,
    deletedBody: ({ id }) => ({ deleted_public_dashboard_token: id }),
  });

  return {
    routes: [
      ...shares.routes,
      {
        method: 'GET',
        path: `${PATH}/:token/invitation`,
        run: (call) => {
          const data = invitationsOf(shares.find(call));
          return json(200, { data, meta: { page: { total_count: data.length } } });
        },
      },
      { method: 'POST', path: `${PATH}/:token/invitation`, run: invite },
      { method: 'DELETE', path: `${PATH}/:token/invitation`, run: withdrawInvitation },
      ...secureEmbedRoutes(organisation),
    ],
    seeds: { shared_dashboards: shares.put },
  };
}

function createShare(organisation: Organisation, { body }: Call): RawObject {
  const { dashboard_id, dashboard_type } = body;
  const dashboard = organisation.collection('dashboards').get(String(dashboard_id));
  if (!dashboard || typeOf(dashboard) !== dashboard_type)
    throw new DatadogError(404, `${String(dashboard_type)} ${String(dashboard_id)} not found`);
  const token = `${newHex(16)}-${newHex(32)}`;
  const now = timestamp(organisation.now());
  return {
    id: token,
    author: { handle: CREATOR.handle, name: CREATOR.name },
    dashboard_id,
    dashboard_type,
    status: 'active',
    title: dashboard['title'],
    viewing_preferences: {},
    expiration: null,
    last_accessed: null,
    global_time_selectable_enabled: false,
    global_time: null,
    selectable_template_vars: null,
    token,
    public_url: `https://p.datadoghq.com/sb/${token}`,
    created: now,
    embeddable_domains: [],
    ...pickFields(body, SETTABLE),
    ...invitees(body, now),
  };
}

/** Returns the type that this API uses for a dashboard: a timeboard, or a screenboard for the free layout. */
function typeOf(dashboard: RawObject): string {
  return dashboard['layout_type'] === 'free' ? 'custom_screenboard' : 'custom_timeboard';
}

/** Returns the invited people: the owner of the key, and every address of the list. */
function invitees({ share_type, share_list }: RawObject, now: string): RawObject {
  if (share_type !== 'invite')
    return {
      share_type: share_type ?? 'open',
      share_list: null,
      session_duration_in_days: null,
      invitees: [],
    };
  const listed = Array.isArray(share_list) ? share_list.map(String) : [];
  const emails = listed.includes(CREATOR.email) ? listed : [CREATOR.email, ...listed];
  return {
    share_type,
    share_list: emails,
    session_duration_in_days: 30,
    invitees: emails.map((email) => ({
      email,
      access_expiration: null,
      last_accessed: null,
      created_at: now,
    })),
  };
}

function invitationsOf(share: RawObject): RawObject[] {
  return Array.isArray(share['invitations']) ? share['invitations'].filter(isRawObject) : [];
}
