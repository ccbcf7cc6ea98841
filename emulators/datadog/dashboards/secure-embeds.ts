import { DatadogError } from '../datadog-error.ts';
import { attributesOf, sentAttributes } from '../json-api.ts';
import { newHex, newToken, type Organisation } from '../organisation.ts';
import type { RawObject } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call, Route } from '../route.ts';

const NOT_FOUND = { errors: [{ status: '404', title: 'Not Found' }] };

/** Serves dashboards embedded in pages that authenticate their own readers. Only a create returns the credential. */
export function secureEmbedRoutes(organisation: Organisation): readonly Route[] {
  const { routes } = resource({
    collection: organisation.collection('secure_embeds'),
    path: '/api/v2/dashboard/:dashboard_id/shared/secure-embed',
    idParam: 'token',
    isAt: (embed, { params }) => embed['dashboard_id'] === params['dashboard_id'],
    notFound: () => NOT_FOUND,
    keyOf: (embed) => String(attributesOf(embed)['token']),
    body: (embed) => response(attributesOf(embed)),
    create: (call) => create(organisation, call),
    createdStatus: 201,
    createdBody: (embed) => response({ ...attributesOf(embed), credential: `hmac-${newHex(32)}` }),
    updateMethod: 'PATCH',
    update: (before, { body }) => ({
      ...before,
      attributes: { ...attributesOf(before), ...sentAttributes(body) },
    }),
  });
  return routes;
}

function create(organisation: Organisation, { params, body }: Call): RawObject {
  const { dashboard_id = '' } = params;
  if (!organisation.collection('dashboards').get(dashboard_id)) throw new DatadogError(404, NOT_FOUND);
  const token = newToken(24);
  const sent = sentAttributes(body);
  const attributes = {
    token,
    url: `https://app.datadoghq.com/sb/${token}`,
    title: sent['title'] ?? '',
    status: sent['status'] ?? 'active',
    global_time: sent['global_time'] ?? null,
    global_time_selectable: sent['global_time_selectable'] ?? false,
    selectable_template_vars: sent['selectable_template_vars'] ?? [],
    viewing_preferences: sent['viewing_preferences'] ?? {},
  };
  return { dashboard_id, attributes };
}

function response(attributes: RawObject): RawObject {
  return { data: { type: 'secure_embed', attributes } };
}
