import { DatadogError } from '../datadog-error.ts';
import { attributesOf, requireUuid, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, parseRaw, type RawObject, timestamp } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call, EndpointGroup } from '../route.ts';

const TYPE = 'monitor-notification-rule';
const CREATED_BY = { created_by: { data: { type: 'users', id: KEY_OWNER.id } } };
const MAX_RECIPIENTS = 20;
const MAX_CONDITIONS = 10;
const PAGE_SIZE = { default: 100, max: 1000 };
/** Datadog answers a create with this `modified_at`. */
const NEVER = '1970-01-01T00:00:00+00:00';

/** Serves the rules that add recipients to the notifications of monitors. */
export function notificationRules(organisation: Organisation): EndpointGroup {
  const collection = organisation.collection('notification_rules');

  function create({ body }: Call): RawObject {
    const now = timestamp(organisation.now());
    const attributes = { ...checked(sentAttributes(body)), created_at: now, modified_at: now };
    return { type: TYPE, id: newUuid(), attributes, relationships: CREATED_BY };
  }

  function update(before: RawObject, { body }: Call): RawObject {
    const attributes = {
      ...checked(sentAttributes(body)),
      created_at: attributesOf(before)['created_at'],
      modified_at: timestamp(organisation.now()),
    };
    return { ...before, attributes };
  }

  function list({ query }: Call): RawObject {
    const size = Math.min(PAGE_SIZE.max, Number(query.get('per_page') ?? PAGE_SIZE.default));
    const page = Number(query.get('page') ?? 0);
    const found = sorted(collection.all().filter(filterOf(query.get('filters'))), query.get('sort'));
    const data = found.slice(page * size, (page + 1) * size).map((rule) => withRelationships(rule, query));
    return { data, ...(includesCreator(query) && data.length > 0 ? { included: [KEY_OWNER] } : {}) };
  }

  const rules = resource({
    collection,
    path: '/api/v2/monitor/notification_rule',
    idParam: 'rule_id',
    checkId: (id) => requireUuid('rule_id', id),
    notFound: () => 'Monitor Notification Rule not found',
    body: (rule, { query }) =>
      includesCreator(query) ? withCreator(rule) : { data: withRelationships(rule, query) },
    list,
    create,
    createdBody: ({ type, id, attributes }) =>
      withCreator({
        type,
        id,
        attributes: { ...(isRawObject(attributes) ? attributes : {}), modified_at: NEVER },
      }),
    updateMethod: 'PATCH',
    update,
    updatedBody: withCreator,
  });
  return { routes: rules.routes, seeds: { notification_rules: rules.put } };
}

function withCreator(rule: RawObject): RawObject {
  return { data: { ...rule, relationships: CREATED_BY }, included: [KEY_OWNER] };
}

function includesCreator(query: URLSearchParams): boolean {
  return query.get('include')?.split(',').includes('created_by') ?? false;
}

/** Returns a rule as reads show it: `relationships` only where the request includes the creator. */
function withRelationships({ relationships: _, ...rule }: RawObject, query: URLSearchParams): RawObject {
  return includesCreator(query) ? { ...rule, relationships: CREATED_BY } : rule;
}

function checked(attributes: RawObject): RawObject {
  const { recipients, conditional_recipients, filter } = attributes;
  if (typeof attributes['name'] !== 'string')
    throw new DatadogError(400, "Missing required parameter: 'name'");
  if ((recipients === undefined) === (conditional_recipients === undefined))
    throw new DatadogError(
      400,
      'Invalid recipients: exactly one of recipients and conditional_recipients is expected',
    );
  if (!isRawObject(filter)) throw new DatadogError(400, "Missing required parameter: 'filter'");
  for (const list of recipientLists(recipients, conditional_recipients)) checkRecipients(list);
  return attributes;
}

function recipientLists(recipients: unknown, conditional: unknown): unknown[] {
  if (!isRawObject(conditional)) return [recipients];
  const { conditions, fallback_recipients } = conditional;
  const listed = Array.isArray(conditions) ? conditions.filter(isRawObject) : [];
  if (listed.length === 0 || listed.length > MAX_CONDITIONS)
    throw new DatadogError(400, `Invalid conditions: 1 to ${MAX_CONDITIONS} are expected`);
  return [
    ...listed.map((one) => one['recipients']),
    ...(fallback_recipients === undefined ? [] : [fallback_recipients]),
  ];
}

function checkRecipients(list: unknown): void {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_RECIPIENTS)
    throw new DatadogError(400, `Invalid recipients: 1 to ${MAX_RECIPIENTS} are expected`);
  if (list.some((handle) => String(handle).startsWith('@')))
    throw new DatadogError(400, "Invalid recipients: Recipient handle should not start with '@'");
}

/** Parses `{"text": "...", "tags": ["a:b"]}`: a part of the name, and tags of the rule's filter. */
function filterOf(text: string | null): (rule: RawObject) => boolean {
  if (text === null) return () => true;
  let filters: unknown;
  try {
    filters = parseRaw(text);
  } catch {}
  if (!isRawObject(filters)) throw new DatadogError(400, 'Invalid filters: a JSON object is expected');
  const { text: part, tags } = filters;
  return (rule) => {
    const { name, filter } = attributesOf(rule);
    const ruleTags = isRawObject(filter) && Array.isArray(filter['tags']) ? filter['tags'] : [];
    return (
      (typeof part !== 'string' || String(name).includes(part)) &&
      (!Array.isArray(tags) || tags.every((tag) => ruleTags.includes(tag)))
    );
  };
}

/** Sorts by `name:asc`, `created_at:desc`. */
function sorted(rules: readonly RawObject[], sort: string | null): readonly RawObject[] {
  if (sort === null) return rules;
  const [field = '', direction = 'asc'] = sort.split(':');
  const value = ({ attributes }: RawObject) => String(isRawObject(attributes) ? attributes[field] : '');
  const order = direction === 'desc' ? -1 : 1;
  return rules.toSorted((a, b) => order * value(a).localeCompare(value(b)));
}
