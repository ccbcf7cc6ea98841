import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { attributesOf } from '../json-api.ts';
import { newHex, newToken, type Organisation } from '../organisation.ts';
import type { RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, Route } from '../route.ts';

const PATH = '/api/v2/dashboard/:dashboard_id/shared/secure-embed';
const NOT_FOUND = { errors: [{ status: '404', title: 'Not Found' }] };

/** Dashboards embedded in other pages, for whom the page vouches. The credential is told once, when it is made. */
export function secureEmbedRoutes(organisation: Organisation): readonly Route[] {
  const embeds = organisation.collection('secure_embeds');
  const find = ({ params }: Call): RawObject => {
    const embed = embeds.get(params['token']);
    if (!embed || embed['dashboard_id'] !== params['dashboard_id']) throw new DatadogError(404, NOT_FOUND);
    return embed;
  };

  function create({ params, body }: Call): EmulatorResponse {
    const { dashboard_id = '' } = params;
    if (!organisation.collection('dashboards').get(dashboard_id)) throw new DatadogError(404, NOT_FOUND);
    const token = newToken(24);
    const asked = attributesOf(body);
    const attributes = { token, url: `https://app.datadoghq.com/sb/${token}`, ...settingsIn(asked) };
    embeds.put(token, { dashboard_id, attributes });
    return json(201, answer({ ...attributes, credential: `hmac-${newHex(32)}` }));
  }

  function update(call: Call): EmulatorResponse {
    const before = find(call);
    const old = before['attributes'];
    const attributes: RawObject = { ...(typeof old === 'object' ? old : {}), ...attributesOf(call.body) };
    embeds.put(String(call.params['token']), { ...before, attributes });
    return json(200, answer(attributes));
  }

  return [
    { method: 'POST', path: PATH, run: create },
    { method: 'GET', path: `${PATH}/:token`, run: (call) => json(200, answer(find(call)['attributes'])) },
    { method: 'PATCH', path: `${PATH}/:token`, run: update },
    {
      method: 'DELETE',
      path: `${PATH}/:token`,
      run: (call) => {
        find(call);
        embeds.drop(String(call.params['token']));
        return { status: 204 };
      },
    },
  ];
}

function settingsIn(asked: RawObject): RawObject {
  return {
    title: asked['title'] ?? '',
    status: asked['status'] ?? 'active',
    global_time: asked['global_time'] ?? null,
    global_time_selectable: asked['global_time_selectable'] ?? false,
    selectable_template_vars: asked['selectable_template_vars'] ?? [],
    viewing_preferences: asked['viewing_preferences'] ?? {},
  };
}

function answer(attributes: unknown): RawObject {
  return { data: { type: 'secure_embed', attributes } };
}
