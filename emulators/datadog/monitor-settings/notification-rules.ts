import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { attributesOf, held, requireUuid } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, parseRaw, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../seed.ts';

const PATH = '/api/v2/monitor/notification_rule';
/** Entries of one list of recipients. */
const MAX_RECIPIENTS = 20;
const MAX_CONDITIONS = 10;
const PAGE = { usual: 100, most: 1000 };
/** The answer to a create says that the rule was never changed. */
const NEVER = '1970-01-01T00:00:00+00:00';

/** Who else is told of a monitor's alerts. */
export function notificationRules(organisation: Organisation): EndpointGroup {
  const rules = organisation.collection('notification_rules');
  const find = ({ params }: Call): RawObject => {
    const id = params['rule_id'] ?? '';
    requireUuid('rule_id', id);
    return held(rules, id, 'Monitor Notification Rule not found');
  };
  const put = (rule: RawObject) => rules.put(String(rule['id']), rule);

  function create({ body }: Call): EmulatorResponse {
    const at = timestamp(organisation.now());
    const id = newUuid();
    const attributes = { ...checked(attributesOf(body)), created_at: at, modified_at: at };
    put({ type: 'monitor-notification-rule', id, attributes, relationships: CREATED_BY });
    const answered = { ...attributes, modified_at: NEVER };
    return json(200, withOwner({ type: 'monitor-notification-rule', id, attributes: answered }));
  }

  function update(call: Call): EmulatorResponse {
    const before = find(call);
    const { created_at } = isRawObject(before['attributes']) ? before['attributes'] : {};
    const attributes = {
      ...checked(attributesOf(call.body)),
      created_at,
      modified_at: timestamp(organisation.now()),
    };
    const after = { ...before, attributes };
    put(after);
    return json(200, withOwner(after));
  }

  function list({ query }: Call): EmulatorResponse {
    const size = Math.min(PAGE.most, Number(query.get('per_page') ?? PAGE.usual));
    const page = Number(query.get('page') ?? 0);
    const found = sorted(rules.all().filter(filterOf(query.get('filters'))), query.get('sort'));
    const shown = found.slice(page * size, (page + 1) * size).map((rule) => readForm(rule, query));
    return json(200, {
      data: shown,
      ...(wantsOwner(query) && shown.length > 0 ? { included: [KEY_OWNER] } : {}),
    });
  }

  return {
    routes: [
      { method: 'GET', path: PATH, run: list },
      { method: 'POST', path: PATH, run: create },
      {
        method: 'GET',
        path: `${PATH}/:rule_id`,
        run: (call) => {
          const rule = readForm(find(call), call.query);
          return json(200, wantsOwner(call.query) ? withOwner(rule) : { data: rule });
        },
      },
      { method: 'PATCH', path: `${PATH}/:rule_id`, run: update },
      {
        method: 'DELETE',
        path: `${PATH}/:rule_id`,
        run: (call) => {
          rules.drop(String(find(call)['id']));
          return { status: 204 };
        },
      },
    ],
    seeds: { notification_rules: seedById(rules) },
  };
}

const CREATED_BY = { created_by: { data: { type: 'users', id: KEY_OWNER.id } } };

function withOwner(rule: RawObject): RawObject {
  return { data: { ...rule, relationships: CREATED_BY }, included: [KEY_OWNER] };
}

function wantsOwner(query: URLSearchParams): boolean {
  return query.get('include')?.split(',').includes('created_by') ?? false;
}

/** A read shows who made a rule only where that is asked for. */
function readForm(rule: RawObject, query: URLSearchParams): RawObject {
  const { relationships: _, ...rest } = rule;
  return wantsOwner(query) ? { ...rest, relationships: CREATED_BY } : rest;
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

/** `{"text": "...", "tags": ["a:b"]}`: words in the name, and tags that the rule filters by. */
function filterOf(text: string | null): (rule: RawObject) => boolean {
  if (text === null) return () => true;
  let wanted: unknown;
  try {
    wanted = parseRaw(text);
  } catch {}
  if (!isRawObject(wanted)) throw new DatadogError(400, 'Invalid filters: a JSON object is expected');
  const { text: words, tags } = wanted;
  return ({ attributes }) => {
    const { name, filter } = isRawObject(attributes) ? attributes : {};
    const own = isRawObject(filter) && Array.isArray(filter['tags']) ? filter['tags'] : [];
    return (
      (typeof words !== 'string' || String(name).includes(words)) &&
      (!Array.isArray(tags) || tags.every((tag) => own.includes(tag)))
    );
  };
}

/** `name:asc`, `created_at:desc` */
function sorted(rules: readonly RawObject[], sort: string | null): readonly RawObject[] {
  if (sort === null) return rules;
  const [field = '', direction = 'asc'] = sort.split(':');
  const value = ({ attributes }: RawObject) => String(isRawObject(attributes) ? attributes[field] : '');
  const sign = direction === 'desc' ? -1 : 1;
  return rules.toSorted((a, b) => sign * value(a).localeCompare(value(b)));
}
