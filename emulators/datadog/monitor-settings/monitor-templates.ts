import type { EmulatorResponse } from '../../server/emulator-server.ts';
import { DatadogError } from '../datadog-error.ts';
import { attributesOf, requireUuid, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, pickFields, type RawObject, timestamp } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call, EndpointGroup } from '../route.ts';

const PATH = '/api/v2/monitor/template';
const TYPE = 'monitor-user-template';
/** The attributes of a template that each of its versions keeps. */
const VERSIONED = [
  'title',
  'description',
  'tags',
  'monitor_definition',
  'template_variables',
  'version',
  'created',
];

/** Serves the templates from which users create monitors. A template is stored with its `versions`. */
export function monitorTemplates(organisation: Organisation): EndpointGroup {
  const collection = organisation.collection('monitor_templates');

  function create({ body }: Call): RawObject {
    const now = timestamp(organisation.now());
    const id = newUuid();
    const attributes = {
      ...checked(sentAttributes(body)),
      created: now,
      modified: now,
      creator_uuid: KEY_OWNER.id,
      version: 0,
    };
    return { type: TYPE, attributes, id, versions: [versionOf(id, attributes)] };
  }

  /** Adds a version. Datadog ignores the id of the body. */
  function update(before: RawObject, { body }: Call): RawObject {
    const old = attributesOf(before);
    const attributes: RawObject = {
      ...old,
      ...checked(sentAttributes(body)),
      modified: timestamp(organisation.now()),
      version: Number(old['version'] ?? 0) + 1,
    };
    const id = String(before['id']);
    const earlier = Array.isArray(before['versions']) ? before['versions'] : [versionOf(id, old)];
    return { type: TYPE, attributes, id, versions: [...earlier, versionOf(newUuid(), attributes)] };
  }

  const templates = resource({
    collection,
    path: PATH,
    idParam: 'template_id',
    checkId: (id) => requireUuid('template_id', id),
    notFound: () => 'Monitor template not found',
    body: (template) => ({ data: withVersions(template) }),
    list: () => ({ data: collection.all().map(withoutVersions) }),
    create,
    createdBody: (template) => ({ data: withoutVersions(template) }),
    updateMethod: 'PUT',
    update,
  });

  return {
    routes: [
      ...templates.routes,
      { method: 'POST', path: `${PATH}/validate`, run: ({ body }) => validated(body) },
      {
        method: 'POST',
        path: `${PATH}/:template_id/validate`,
        run: (call) => {
          templates.find(call);
          return validated(call.body);
        },
      },
    ],
    seeds: { monitor_templates: templates.put },
  };
}

function validated(body: RawObject): EmulatorResponse {
  checked(sentAttributes(body));
  return { status: 204 };
}

function checked(attributes: RawObject): RawObject {
  const definition = attributes['monitor_definition'];
  if (isRawObject(definition) && Object.keys(definition).length > 0) return attributes;
  throw new DatadogError(
    400,
    'Invalid monitor_definition or template variables: Monitor definition cannot be empty.',
  );
}

function withoutVersions({ versions: _, ...template }: RawObject): RawObject {
  return template;
}

/** Returns a template with its versions among the attributes, as a read of one template shows it. */
function withVersions({ versions, ...template }: RawObject): RawObject {
  const attributes = attributesOf(template);
  return { ...template, attributes: { ...attributes, ...(versions === undefined ? {} : { versions }) } };
}

function versionOf(id: string, attributes: RawObject): RawObject {
  return { id, ...pickFields(attributes, VERSIONED) };
}
