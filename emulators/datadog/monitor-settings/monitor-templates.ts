import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { attributesOf, held, requireUuid } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../seed.ts';

const PATH = '/api/v2/monitor/template';
const TYPE = 'monitor-user-template';
/** Members of a template that each version keeps. */
const VERSIONED = [
  'title',
  'description',
  'tags',
  'monitor_definition',
  'template_variables',
  'version',
  'created',
];

/** Templates that users make monitors from. */
export function monitorTemplates(organisation: Organisation): EndpointGroup {
  const templates = organisation.collection('monitor_templates');
  const find = ({ params }: Call): RawObject => {
    const id = params['template_id'] ?? '';
    requireUuid('template_id', id);
    return held(templates, id, 'Monitor template not found');
  };

  function create({ body }: Call): EmulatorResponse {
    const now = timestamp(organisation.now());
    const id = newUuid();
    const attributes = {
      ...checked(attributesOf(body)),
      created: now,
      modified: now,
      creator_uuid: KEY_OWNER.id,
      version: 0,
    };
    const template = { type: TYPE, attributes, id };
    templates.put(id, { ...template, versions: [versionOf(id, attributes)] });
    return json(200, { data: template });
  }

  /** A new version; an id in the body is ignored. */
  function update(call: Call): EmulatorResponse {
    const before = find(call);
    const old = isRawObject(before['attributes']) ? before['attributes'] : {};
    const attributes: RawObject = {
      ...old,
      ...checked(attributesOf(call.body)),
      modified: timestamp(organisation.now()),
      version: Number(old['version'] ?? 0) + 1,
    };
    const id = String(before['id']);
    const earlier = Array.isArray(before['versions']) ? before['versions'] : [versionOf(id, old)];
    const versions = [...earlier, versionOf(newUuid(), attributes)];
    templates.put(id, { type: TYPE, attributes, id, versions });
    return json(200, { data: { type: TYPE, attributes: { ...attributes, versions }, id } });
  }

  return {
    routes: [
      { method: 'GET', path: PATH, run: () => json(200, { data: templates.all().map(readForm) }) },
      { method: 'POST', path: PATH, run: create },
      { method: 'POST', path: `${PATH}/validate`, run: ({ body }) => validated(body) },
      {
        method: 'GET',
        path: `${PATH}/:template_id`,
        run: (call) => json(200, { data: withVersions(find(call)) }),
      },
      { method: 'PUT', path: `${PATH}/:template_id`, run: update },
      {
        method: 'DELETE',
        path: `${PATH}/:template_id`,
        run: (call) => {
          templates.drop(String(find(call)['id']));
          return { status: 204 };
        },
      },
      {
        method: 'POST',
        path: `${PATH}/:template_id/validate`,
        run: (call) => {
          find(call);
          return validated(call.body);
        },
      },
    ],
    seeds: { monitor_templates: seedById(templates) },
  };
}

function validated(body: RawObject): EmulatorResponse {
  checked(attributesOf(body));
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

/** Lists show templates without their versions. */
function readForm({ versions: _, ...template }: RawObject): RawObject {
  return template;
}

function withVersions({ versions, ...template }: RawObject): RawObject {
  const attributes = isRawObject(template['attributes']) ? template['attributes'] : {};
  return { ...template, attributes: { ...attributes, ...(versions === undefined ? {} : { versions }) } };
}

function versionOf(id: string, attributes: RawObject): RawObject {
  const kept = VERSIONED.filter((name) => attributes[name] !== undefined);
  return { id, ...Object.fromEntries(kept.map((name) => [name, attributes[name]])) };
}
