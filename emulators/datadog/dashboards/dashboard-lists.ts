import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Organisation } from '../organisation.ts';
import { CREATOR } from '../people/key-owner.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call, EndpointGroup } from '../route.ts';

const ITEMS = '/api/v2/dashboard/lists/manual/:id/dashboards';

/** The items of a list after a change, and those that the response names. */
interface ItemChange {
  readonly items: readonly RawObject[];
  readonly changed: readonly RawObject[];
}

/** Serves lists of dashboards (v1) and their items (v2). A list is stored with its `items`, which v1 omits. */
export function dashboardLists(organisation: Organisation): EndpointGroup {
  const collection = organisation.collection('dashboard_lists');
  const now = () => timestamp(organisation.now());

  function create({ body }: Call): RawObject {
    const created = now();
    return {
      author: { name: CREATOR.name, handle: CREATOR.handle },
      created,
      dashboards: null,
      dashboard_count: 0,
      id: organisation.newNumber(),
      is_favorite: false,
      modified: created,
      name: nameIn(body),
      type: 'manual_dashboard_list',
      items: [],
    };
  }

  function rename(before: RawObject, { body }: Call): RawObject {
    const name = nameIn(body);
    return name === before['name'] ? before : { ...before, name, modified: now() };
  }

  const lists = resource({
    collection,
    path: '/api/v1/dashboard/lists/manual',
    idParam: 'id',
    notFound: (id) => `Manual Dashboard List with id ${id} not found`,
    body: withoutItems,
    list: () => ({ dashboard_lists: newestFirst(collection.all()).map(withoutItems) }),
    create,
    updateMethod: 'PUT',
    update: rename,
    deletedBody: ({ id }) => ({ deleted_dashboard_list_id: id }),
  });

  function changeItems(
    call: Call,
    responseField: string,
    change: (current: readonly RawObject[], sent: readonly RawObject[]) => ItemChange,
  ): EmulatorResponse {
    const list = lists.find(call);
    const { items, changed } = change(itemsOf(list), sentItems(call.body));
    lists.put({
      ...list,
      items,
      dashboard_count: items.length,
      ...(changed.length > 0 ? { modified: now() } : {}),
    });
    return json(200, { [responseField]: changed.map(reference) });
  }

  return {
    routes: [
      ...lists.routes,
      {
        method: 'GET',
        path: ITEMS,
        run: (call) => {
          const items = itemsOf(lists.find(call)).map((item) => itemView(organisation, item));
          return json(200, { dashboards: items, total: items.length });
        },
      },
      { method: 'POST', path: ITEMS, run: (call) => changeItems(call, 'added_dashboards_to_list', added) },
      {
        method: 'PUT',
        path: ITEMS,
        run: (call) => changeItems(call, 'dashboards', (_, sent) => ({ items: sent, changed: sent })),
      },
      {
        method: 'DELETE',
        path: ITEMS,
        run: (call) => changeItems(call, 'deleted_dashboards_from_list', removed),
      },
    ],
    seeds: { dashboard_lists: lists.put },
  };
}

function newestFirst(lists: readonly RawObject[]): RawObject[] {
  return lists.toSorted((a, b) => Number(b['id']) - Number(a['id']));
}

/** Adds the items that the list does not contain yet. */
function added(current: readonly RawObject[], sent: readonly RawObject[]): ItemChange {
  const changed = sent.filter((item) => !current.some((other) => isSame(item, other)));
  return { items: [...current, ...changed], changed };
}

/** Removes the items that the list contains. */
function removed(current: readonly RawObject[], sent: readonly RawObject[]): ItemChange {
  const changed = current.filter((item) => sent.some((other) => isSame(item, other)));
  return { items: current.filter((item) => !changed.includes(item)), changed };
}

function isSame(a: RawObject, b: RawObject): boolean {
  return a['id'] === b['id'] && a['type'] === b['type'];
}

function reference({ type, id }: RawObject): RawObject {
  return { type, id };
}

function nameIn(body: RawObject): string {
  if (typeof body['name'] !== 'string') throw new DatadogError(400, "Missing required parameter: 'name'");
  return body['name'];
}

function sentItems(body: RawObject): RawObject[] {
  const { dashboards } = body;
  if (!Array.isArray(dashboards)) throw new DatadogError(400, "Missing required parameter: 'dashboards'");
  return dashboards.filter(isRawObject).map(reference);
}

function itemsOf(list: RawObject): RawObject[] {
  return Array.isArray(list['items']) ? list['items'].filter(isRawObject) : [];
}

function withoutItems({ items: _, ...list }: RawObject): RawObject {
  return list;
}

/** Returns an item with the fields of its dashboard; fields that were seeded with the item win. */
function itemView(organisation: Organisation, item: RawObject): RawObject {
  const id = String(item['id']);
  const dashboard = organisation.collection('dashboards').get(id) ?? {};
  const shared = organisation.collection('shared_dashboards').all();
  return {
    author: { name: dashboard['author_name'], handle: dashboard['author_handle'] },
    created: dashboard['created_at'],
    is_favorite: false,
    is_shared: shared.some(({ dashboard_id }) => dashboard_id === id),
    modified: dashboard['modified_at'],
    title: dashboard['title'],
    type: item['type'],
    id,
    url: dashboard['url'],
    is_read_only: false,
    tags: dashboard['tags'] ?? [],
    icon: null,
    integration_id: null,
    popularity: 0,
    ...item,
  };
}
