import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { attributesOf } from '../json-api.ts';
import { newHex, type Organisation } from '../organisation.ts';
import { CREATOR } from '../people/key-owner.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../seed.ts';
import { secureEmbedRoutes } from './secure-embeds.ts';

const PATH = '/api/v1/dashboard/public';
/** An invitation by mail is good for an hour. */
const INVITATION_MS = 3_600_000;
/** What an update may set. */
const SETTINGS = [
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

/** Dashboards shown to people outside: by a public address, and embedded. */
export function sharedDashboards(organisation: Organisation): EndpointGroup {
  return new SharedDashboards(organisation).endpoints();
}

class SharedDashboards {
  readonly #organisation: Organisation;
  readonly #shares: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#shares = organisation.collection('shared_dashboards');
  }

  #find({ params }: Call): RawObject {
    const share = this.#shares.get(params['token']);
    if (!share)
      throw new DatadogError(404, `Shared dashboard with token ${String(params['token'])} not found`);
    return share;
  }

  #shareOf(share: RawObject): EmulatorResponse {
    const { id: _, invitations: __, ...shown } = share;
    return json(200, shown);
  }

  #create({ body }: Call): EmulatorResponse {
    const { dashboard_id, dashboard_type } = body;
    const dashboard = this.#organisation.collection('dashboards').get(String(dashboard_id));
    if (!dashboard || typeOf(dashboard) !== dashboard_type)
      throw new DatadogError(404, `${String(dashboard_type)} ${String(dashboard_id)} not found`);
    const token = `${newHex(16)}-${newHex(32)}`;
    const at = timestamp(this.#organisation.now());
    const share: RawObject = {
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
      created: at,
      embeddable_domains: [],
      ...settingsIn(body),
      ...guestsOf(body, at),
    };
    this.#shares.put(token, share);
    return this.#shareOf(share);
  }

  #update(call: Call): EmulatorResponse {
    const before = this.#find(call);
    const at = timestamp(this.#organisation.now());
    const merged: RawObject = { ...before, ...settingsIn(call.body) };
    const share = { ...merged, ...guestsOf(merged, at) };
    this.#shares.put(String(before['id']), share);
    return this.#shareOf(share);
  }

  #remove(call: Call): EmulatorResponse {
    const { id } = this.#find(call);
    this.#shares.drop(String(id));
    return json(200, { deleted_public_dashboard_token: id });
  }

  #invite(call: Call): EmulatorResponse {
    const share = this.#find(call);
    const now = this.#organisation.now();
    const invitation = {
      type: 'public_dashboard_invitation',
      attributes: {
        email: attributesOf(call.body)['email'],
        share_token: share['token'],
        created_at: timestamp(now),
        invitation_expiry: timestamp(now + INVITATION_MS),
        has_session: false,
        session_expiry: null,
      },
    };
    this.#shares.put(String(share['id']), { ...share, invitations: [...invitationsOf(share), invitation] });
    return json(201, { data: invitation });
  }

  #uninvite(call: Call): EmulatorResponse {
    const share = this.#find(call);
    const { email } = attributesOf(call.body);
    const left = invitationsOf(share).filter(
      ({ attributes }) => !(isRawObject(attributes) && attributes['email'] === email),
    );
    this.#shares.put(String(share['id']), { ...share, invitations: left });
    return { status: 204 };
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'POST', path: PATH, run: (call) => this.#create(call) },
        { method: 'GET', path: `${PATH}/:token`, run: (call) => this.#shareOf(this.#find(call)) },
        { method: 'PUT', path: `${PATH}/:token`, run: (call) => this.#update(call) },
        { method: 'DELETE', path: `${PATH}/:token`, run: (call) => this.#remove(call) },
        {
          method: 'GET',
          path: `${PATH}/:token/invitation`,
          run: (call) => {
            const data = invitationsOf(this.#find(call));
            return json(200, { data, meta: { page: { total_count: data.length } } });
          },
        },
        { method: 'POST', path: `${PATH}/:token/invitation`, run: (call) => this.#invite(call) },
        { method: 'DELETE', path: `${PATH}/:token/invitation`, run: (call) => this.#uninvite(call) },
        ...secureEmbedRoutes(this.#organisation),
      ],
      seeds: { shared_dashboards: seedById(this.#shares) },
    };
  }
}

/** A dashboard in rows is a timeboard to this API, a free one a screenboard. */
function typeOf(dashboard: RawObject): string {
  return dashboard['layout_type'] === 'free' ? 'custom_screenboard' : 'custom_timeboard';
}

function settingsIn(body: RawObject): RawObject {
  const sent = SETTINGS.filter((name) => body[name] !== undefined);
  return Object.fromEntries(sent.map((name) => [name, body[name]]));
}

/** Who is invited: the one who shares is, with everybody on the list. */
function guestsOf({ share_type, share_list }: RawObject, at: string): RawObject {
  if (share_type !== 'invite')
    return {
      share_type: share_type ?? 'open',
      share_list: null,
      session_duration_in_days: null,
      invitees: [],
    };
  const asked = Array.isArray(share_list) ? share_list.map(String) : [];
  const mails = asked.includes(CREATOR.email) ? asked : [CREATOR.email, ...asked];
  return {
    share_type,
    share_list: mails,
    session_duration_in_days: 30,
    invitees: mails.map((email) => ({
      email,
      access_expiration: null,
      last_accessed: null,
      created_at: at,
    })),
  };
}

function invitationsOf(share: RawObject): RawObject[] {
  return Array.isArray(share['invitations']) ? share['invitations'].filter(isRawObject) : [];
}
