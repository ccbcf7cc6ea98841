import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import type { Organisation } from '../organisation.ts';
import { CREATOR } from '../people/key-owner.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../seed.ts';

const LISTS = '/api/v1/dashboard/lists/manual';
const ITEMS = '/api/v2/dashboard/lists/manual/:id/dashboards';

/** Lists of dashboards (v1), and what is on them (v2). A list is kept with its `items`, which v1 does not show. */
export function dashboardLists(organisation: Organisation): EndpointGroup {
  return new DashboardLists(organisation).endpoints();
}

class DashboardLists {
  readonly #organisation: Organisation;
  readonly #lists: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#lists = organisation.collection('dashboard_lists');
  }

  #now() {
    return timestamp(this.#organisation.now());
  }

  #find({ params }: Call): RawObject {
    const id = params['id'] ?? '';
    const list = this.#lists.get(id);
    if (!list) throw new DatadogError(404, `Manual Dashboard List with id ${id} not found`);
    return list;
  }

  #put(list: RawObject): void {
    return this.#lists.put(String(list['id']), list);
  }

  #create({ body }: Call): EmulatorResponse {
    const at = this.#now();
    const list: RawObject = {
      author: { name: CREATOR.name, handle: CREATOR.handle },
      created: at,
      dashboards: null,
      dashboard_count: 0,
      id: this.#organisation.newNumber(),
      is_favorite: false,
      modified: at,
      name: nameIn(body),
      type: 'manual_dashboard_list',
      items: [],
    };
    this.#put(list);
    return json(200, shown(list));
  }

  #rename(call: Call): EmulatorResponse {
    const before = this.#find(call);
    const name = nameIn(call.body);
    const list = name === before['name'] ? before : { ...before, name, modified: this.#now() };
    this.#put(list);
    return json(200, shown(list));
  }

  #remove(call: Call): EmulatorResponse {
    const { id } = this.#find(call);
    this.#lists.drop(String(id));
    return json(200, { deleted_dashboard_list_id: id });
  }

  /** Changes what is on a list, and answers with what of it was asked for. */
  #change(
    call: Call,
    member: string,
    of: (
      held: readonly RawObject[],
      asked: readonly RawObject[],
    ) => { items: RawObject[]; told: readonly RawObject[] },
  ): EmulatorResponse {
    const list = this.#find(call);
    const { items, told } = of(itemsOf(list), askedIn(call.body));
    this.#put({
      ...list,
      items,
      dashboard_count: items.length,
      ...(told.length > 0 ? { modified: this.#now() } : {}),
    });
    return json(200, { [member]: told.map(reference) });
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        {
          method: 'GET',
          path: LISTS,
          run: () => json(200, { dashboard_lists: newestFirst(this.#lists.all()).map(shown) }),
        },
        { method: 'POST', path: LISTS, run: (call) => this.#create(call) },
        { method: 'GET', path: `${LISTS}/:id`, run: (call) => json(200, shown(this.#find(call))) },
        { method: 'PUT', path: `${LISTS}/:id`, run: (call) => this.#rename(call) },
        { method: 'DELETE', path: `${LISTS}/:id`, run: (call) => this.#remove(call) },
        {
          method: 'GET',
          path: ITEMS,
          run: (call) => {
            const items = itemsOf(this.#find(call)).map((item) => shownItem(this.#organisation, item));
            return json(200, { dashboards: items, total: items.length });
          },
        },
        { method: 'POST', path: ITEMS, run: (call) => this.#change(call, 'added_dashboards_to_list', added) },
        {
          method: 'PUT',
          path: ITEMS,
          run: (call) => this.#change(call, 'dashboards', (_, asked) => ({ items: [...asked], told: asked })),
        },
        {
          method: 'DELETE',
          path: ITEMS,
          run: (call) => this.#change(call, 'deleted_dashboards_from_list', removed),
        },
      ],
      seeds: { dashboard_lists: seedById(this.#lists) },
    };
  }
}

function newestFirst(lists: readonly RawObject[]): RawObject[] {
  return lists.toSorted((a, b) => Number(b['id']) - Number(a['id']));
}

/** What is on the list already is not told of. */
function added(held: readonly RawObject[], asked: readonly RawObject[]) {
  const told = asked.filter((item) => !held.some((other) => isSame(item, other)));
  return { items: [...held, ...told], told };
}

/** What is not on the list is not told of. */
function removed(held: readonly RawObject[], asked: readonly RawObject[]) {
  const told = held.filter((item) => asked.some((other) => isSame(item, other)));
  return { items: held.filter((item) => !told.includes(item)), told };
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

function askedIn(body: RawObject): RawObject[] {
  const { dashboards } = body;
  if (!Array.isArray(dashboards)) throw new DatadogError(400, "Missing required parameter: 'dashboards'");
  return dashboards.filter(isRawObject).map(reference);
}

function itemsOf(list: RawObject): RawObject[] {
  return Array.isArray(list['items']) ? list['items'].filter(isRawObject) : [];
}

function shown({ items: _, ...list }: RawObject): RawObject {
  return list;
}

/** An item with what its dashboard says; what was seeded with it stays. */
function shownItem(organisation: Organisation, item: RawObject): RawObject {
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
