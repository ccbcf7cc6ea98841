import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { checkDashboard } from './dashboard-checks.ts';
import type { Collection } from '../collection.ts';
import { type Change, recordAudit } from '../events/record-audit.ts';
import { newToken, type Organisation } from '../organisation.ts';
import { CREATOR } from '../people/key-owner.ts';
import { pickFields, isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup, Route } from '../route.ts';

/** The order in which Datadog writes the fields of a dashboard; unknown ones follow. */
const ORDER = [
  'id',
  'title',
  'description',
  'author_handle',
  'author_name',
  'layout_type',
  'url',
  'template_variables',
  'widgets',
  'notify_list',
  'created_at',
  'modified_at',
  'template_variable_presets',
  'reflow_type',
  'tags',
  'tabs',
  'restricted_roles',
];
const SUMMARY = [
  'id',
  'title',
  'description',
  'layout_type',
  'url',
  'is_read_only',
  'created_at',
  'modified_at',
  'author_handle',
  'deleted_at',
];
/** The fields that only the server sets. */
const READ_ONLY = new Set([
  'id',
  'author_handle',
  'author_name',
  'author_info',
  'created_at',
  'modified_at',
  'url',
  'is_read_only',
  'deleted_at',
]);
/** Recorded lists without paging have about 250 items. */
const DEFAULT_COUNT = 250;

/** Serves dashboards: create, read, update, delete, list, and bulk delete and restore. */
export function dashboards(organisation: Organisation): EndpointGroup {
  const endpoints = new Dashboards(organisation);
  return { routes: endpoints.routes, seeds: { dashboards: (object) => endpoints.seed(object) } };
}

class Dashboards {
  readonly #organisation: Organisation;
  readonly #dashboards: Collection;
  readonly #deleted: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#dashboards = organisation.collection('dashboards');
    this.#deleted = organisation.collection('deleted_dashboards');
  }

  /** Adds a dashboard in the form that a read or a list returns. A list item has two more fields. */
  seed({ is_read_only: _, deleted_at, ...dashboard }: RawObject): void {
    const id = String(dashboard['id']);
    if (typeof deleted_at === 'string') this.#deleted.put(id, { ...dashboard, deleted_at });
    else this.#dashboards.put(id, dashboard);
  }

  readonly routes: readonly Route[] = [
    {
      method: 'POST',
      path: '/api/v1/dashboard',
      limit: 'post_dashboards',
      run: (call) => this.#create(call),
    },
    { method: 'GET', path: '/api/v1/dashboard', limit: 'list_dashboards', run: (call) => this.#list(call) },
    { method: 'DELETE', path: '/api/v1/dashboard', run: (call) => this.#deleteMany(call) },
    { method: 'PATCH', path: '/api/v1/dashboard', run: (call) => this.#restore(call) },
    {
      method: 'GET',
      path: '/api/v1/dashboard/:id',
      limit: 'get_dashboards',
      run: ({ params }) => json(200, this.#readable(params['id'])),
    },
    {
      method: 'PUT',
      path: '/api/v1/dashboard/:id',
      limit: 'put_dashboards',
      run: (call) => this.#update(call),
    },
    {
      method: 'DELETE',
      path: '/api/v1/dashboard/:id',
      limit: 'delete_dashboards',
      run: (call) => this.#delete(call),
    },
  ];

  #create({ body }: Call): EmulatorResponse {
    checkDashboard(body);
    const id = [0, 0, 0].map(() => newToken(3)).join('-');
    const now = timestamp(this.#organisation.now());
    const dashboard = this.#normalised(body, {
      id,
      author_handle: CREATOR.handle,
      author_name: CREATOR.name,
      created_at: now,
      modified_at: now,
    });
    this.#dashboards.put(id, dashboard);
    this.#audit('created', dashboard);
    return json(200, dashboard);
  }

  #update({ params, body }: Call): EmulatorResponse {
    const before = this.#editable(params['id']);
    checkDashboard(body);
    const unchanged = pickFields(before, ['id', 'author_handle', 'author_name', 'created_at']);
    const after = this.#normalised(body, { ...unchanged, modified_at: timestamp(this.#organisation.now()) });
    this.#dashboards.put(String(before['id']), after);
    this.#audit('modified', after, before);
    return json(200, after);
  }

  #normalised(sent: RawObject, own: RawObject): RawObject {
    const widgets = withIds(sent['widgets']);
    const notify = sent['notify_list'] ?? null;
    const whole: RawObject = {
      ...Object.fromEntries(Object.entries(sent).filter(([name]) => !READ_ONLY.has(name))),
      ...own,
      description: sent['description'] ?? null,
      template_variables: sent['template_variables'] ?? null,
      notify_list: Array.isArray(notify) ? [...notify].sort() : notify,
      widgets,
      url: `/dashboard/${String(own['id'])}/${slug(String(sent['title']))}`,
      ...(sent['tabs'] === undefined ? {} : { tabs: tabsById(sent['tabs'], widgets) }),
    };
    const unknown = Object.keys(whole).filter((name) => !ORDER.includes(name));
    return pickFields(whole, [...ORDER, ...unknown]);
  }

  #delete({ params }: Call): EmulatorResponse {
    const dashboard = this.#editable(params['id']);
    this.#remove(dashboard);
    return json(200, { deleted_dashboard_id: dashboard['id'] });
  }

  #deleteMany({ body }: Call): EmulatorResponse {
    for (const dashboard of idsOf(body).map((id) => this.#editable(id))) this.#remove(dashboard);
    return { status: 204 };
  }

  #restore({ body }: Call): EmulatorResponse {
    const ids = idsOf(body);
    for (const id of ids) if (!this.#deleted.get(id)) throw notFound(id);
    for (const id of ids) {
      const { deleted_at: _, ...dashboard } = this.#deleted.get(id) ?? {};
      this.#deleted.delete(id);
      this.#dashboards.put(id, dashboard);
    }
    return { status: 204 };
  }

  #list({ query }: Call): EmulatorResponse {
    const items = (query.get('filter[deleted]') === 'true' ? this.#deleted : this.#dashboards).all();
    const shared = query.get('filter[shared]') === 'true' ? this.#sharedIds() : undefined;
    const matching = shared ? items.filter(({ id }) => shared.has(String(id))) : items;
    const start = Number(query.get('start') ?? 0);
    const count = Number(query.get('count') ?? DEFAULT_COUNT);
    const page = matching
      .slice(start, start + count)
      .map((d) => pickFields({ is_read_only: false, deleted_at: null, ...d }, SUMMARY));
    return json(200, { dashboards: page });
  }

  #sharedIds(): ReadonlySet<string> {
    const shared = this.#organisation.collection('shared_dashboards').all();
    return new Set(shared.map(({ dashboard_id }) => String(dashboard_id)));
  }

  #remove(dashboard: RawObject): void {
    const id = String(dashboard['id']);
    this.#dashboards.delete(id);
    this.#audit('deleted', dashboard);
    this.#deleted.put(id, { ...dashboard, deleted_at: timestamp(this.#organisation.now()) });
  }

  #audit(action: Change['action'], dashboard: RawObject, before?: RawObject): void {
    const asset = { type: 'dashboard', id: String(dashboard['id']), name: String(dashboard['title']) };
    recordAudit(this.#organisation, { action, asset, after: dashboard, ...(before ? { before } : {}) });
  }

  #find(id = ''): RawObject {
    const dashboard = this.#dashboards.get(id);
    if (!dashboard) throw notFound(id);
    return dashboard;
  }

  #readable(id = ''): RawObject {
    const dashboard = this.#find(id);
    if (this.#organisation.unreadable.has(id)) throw new DatadogError(403, 'Forbidden');
    return dashboard;
  }

  #editable(id = ''): RawObject {
    const dashboard = this.#find(id);
    if (this.#organisation.restricted.has(id)) throw new DatadogError(403, 'This dashboard is read-only');
    return dashboard;
  }
}

function notFound(id: string): DatadogError {
  return new DatadogError(404, `Dashboard with ID ${id} not found`);
}

/** Adds an id to each widget without one, inside groups too. */
function withIds(widgets: unknown): unknown {
  if (!Array.isArray(widgets)) return widgets;
  return widgets.map((widget) => {
    if (!isRawObject(widget)) return widget;
    const definition = widget['definition'];
    const inner =
      isRawObject(definition) && Array.isArray(definition['widgets'])
        ? { definition: { ...definition, widgets: withIds(definition['widgets']) } }
        : {};
    return {
      ...(widget['id'] === undefined ? { id: Math.floor(Math.random() * 9e15) + 1 } : {}),
      ...widget,
      ...inner,
    };
  });
}

/** Replaces each `@1`, which names a widget by its position, with that widget's id. */
function tabsById(tabs: unknown, widgets: unknown): unknown {
  if (!Array.isArray(tabs) || !Array.isArray(widgets)) return tabs;
  const idAt = (name: unknown) => {
    const place = /^@(\d+)$/.exec(String(name))?.[1];
    const widget = place === undefined ? undefined : widgets[Number(place) - 1];
    return isRawObject(widget) ? widget['id'] : name;
  };
  return tabs.map((tab) =>
    isRawObject(tab) && Array.isArray(tab['widget_ids'])
      ? { ...tab, widget_ids: tab['widget_ids'].map(idAt) }
      : tab,
  );
}

function idsOf(body: RawObject): string[] {
  const data = body['data'];
  return Array.isArray(data) ? data.filter(isRawObject).map((item) => String(item['id'])) : [];
}

function slug(title: string): string {
  const text = title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replace(/ /g, '-')
    .slice(0, 80);
  let end = text.length;
  while (text[end - 1] === '-') end -= 1;
  return text.slice(0, end);
}
