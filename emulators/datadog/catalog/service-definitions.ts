import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { newHex, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { readDefinitions } from './read-definitions.ts';

const PATH = '/api/v2/services/definitions';
const NOT_FOUND = { errors: ['Not Found'], error_details: [{}] };
const DEFAULT_PAGE_SIZE = 10;

/** Serves service definitions, the older form of catalog entities. They are stored by the name of the service. */
export function serviceDefinitions(organisation: Organisation): EndpointGroup {
  const definitions = organisation.collection('service_definitions');
  const find = ({ params }: Call): RawObject => {
    const definition = definitions.get(decodeURIComponent(params['name'] ?? ''));
    if (!definition) throw new DatadogError(404, NOT_FOUND);
    return definition;
  };

  function upsert(sent: RawObject): RawObject {
    const name = String(sent['dd-service']).toLowerCase();
    const schema = { ...sent, 'dd-service': name, ...teamsOf(sent) };
    const written = new Date(organisation.now()).toISOString();
    const meta = {
      'last-modified-time': written.replace('Z', '000000Z'),
      'github-html-url': '',
      'ingestion-source': 'api',
      origin: 'unknown',
      'origin-detail': '',
      warnings: [],
      'ingested-schema-version': sent['schema-version'],
    };
    const storedMeta = { ...meta, 'last-modified-time': written.replace(/\.\d+Z$/, 'Z') };
    const id = definitions.get(name)?.['id'] ?? newHex(32);
    definitions.put(name, { type: 'service-definition', id, attributes: { meta: storedMeta, schema } });
    // The response to a write has no id.
    return { type: 'service-definition', attributes: { meta, schema } };
  }

  function list({ query }: Call): EmulatorResponse {
    const size = Number(query.get('page[size]') ?? DEFAULT_PAGE_SIZE);
    const number = Number(query.get('page[number]') ?? 0);
    const version = query.get('schema_version');
    const found = definitions.all().slice(number * size, (number + 1) * size);
    return json(200, { data: found.map((one) => toVersion(one, version)) });
  }

  return {
    routes: [
      { method: 'GET', path: PATH, run: list },
      {
        method: 'POST',
        path: PATH,
        anyBody: true,
        run: ({ text }) => json(200, { data: readDefinitions(text).map(upsert) }),
      },
      {
        method: 'GET',
        path: `${PATH}/:name`,
        run: (call) => json(200, { data: toVersion(find(call), call.query.get('schema_version')) }),
      },
      {
        method: 'DELETE',
        path: `${PATH}/:name`,
        run: (call) => {
          definitions.delete(nameOf(find(call)));
          return { status: 204 };
        },
      },
    ],
    seeds: { service_definitions: (object) => definitions.put(nameOf(object), object) },
  };
}

/** Returns `team` and the older `dd-team`: definitions of version 2 have both. */
function teamsOf({ team, 'dd-team': older, 'schema-version': version }: RawObject): RawObject {
  if (version !== 'v2' || (team ?? older) === undefined) return {};
  const slug = String(team)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return { team: team ?? older, 'dd-team': older ?? slug };
}

function nameOf(definition: RawObject): string {
  return String(schemaOf(definition)['dd-service']);
}

function schemaOf({ attributes }: RawObject): RawObject {
  const schema = isRawObject(attributes) ? attributes['schema'] : undefined;
  return isRawObject(schema) ? schema : {};
}

/** Converts a definition of version 2 to 2.1 or 2.2: repositories and documents become links, dd-team becomes team. */
function toVersion(definition: RawObject, version: string | null): RawObject {
  const schema = schemaOf(definition);
  if (version === null || schema['schema-version'] !== 'v2' || !/^v2\.[12]$/.test(version)) return definition;
  const { repos, docs, 'dd-team': team, integrations, ...rest } = schema;
  const links = [...listOf(schema['links']), ...typed(repos, 'repo'), ...typed(docs, 'doc')];
  const converted = {
    ...rest,
    'schema-version': version,
    ...(rest['team'] === undefined && team !== undefined ? { team } : {}),
    links,
    ...(isRawObject(integrations) ? { integrations: withServiceUrl(integrations) } : {}),
  };
  return {
    ...definition,
    attributes: {
      ...(isRawObject(definition['attributes']) ? definition['attributes'] : {}),
      schema: converted,
    },
  };
}

function typed(list: unknown, type: string): RawObject[] {
  return listOf(list).map((one) => ({ ...one, type }));
}

/** Converts PagerDuty, an address in version 2, to an object. */
function withServiceUrl(integrations: RawObject): RawObject {
  const { pagerduty } = integrations;
  return typeof pagerduty === 'string'
    ? { ...integrations, pagerduty: { 'service-url': pagerduty } }
    : integrations;
}

function listOf(value: unknown): RawObject[] {
  return Array.isArray(value) ? value.filter(isRawObject) : [];
}
