import type { ManagedKind } from '../domain/managed-kind.ts';

export type Verb = 'create' | 'update' | 'get' | 'delete' | 'lint' | DocumentVerb;
/** What is done with a whole document. */
export type DocumentVerb = 'plan' | 'apply' | 'drift' | 'import';
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A path of the contract. Both processes serve every one of them, with the same answers. */
export type Endpoint = Operation | typeof CHECK;

/** A path about applications and what they have in Datadog. */
export interface Operation {
  readonly path: string;
  readonly method: HttpMethod;
  readonly verb: Verb;
  /** The kind it is about; absent where the body says so itself. */
  readonly kind?: ManagedKind;
  readonly summary: string;
  /** Query parameters it knows; any other is refused. */
  readonly query: readonly QueryName[];
}

/** How many objects an answer of a GET holds. */
export const PAGE_SIZE = { baseline: 100, max: 1000 } as const;

/** Every query parameter of the contract, and what it says. */
export const QUERY_PARAMETERS = {
  application: 'The application the object belongs to.',
  team: 'The team that owns the application; becomes a `team:` tag where the object has none.',
  key: 'The name of the object within its application.',
  id: "Datadog's id of the object.",
  dry_run: '`true`: lint and plan, nothing is written.',
  state: 'Only monitors in this overall state: `alert`, `warn`, `no data`, `ok`.',
  tags: 'Only objects that have all of these tags; a comma-separated list.',
  page_size: `How many objects an answer holds, 1 to ${PAGE_SIZE.max}; ${PAGE_SIZE.baseline} unless given.`,
  basis: 'The `basis` of a plan: nothing is written where what it was made from has moved.',
  prune: '`true`: what carries the marker of the application and is not in the document is deleted.',
  force: '`true`: objects are replaced where Datadog cannot change them in place, and any number is deleted.',
  query: 'Which objects to import, in the language of the monitor search of Datadog.',
  tag: 'Which objects to import: those that have this tag.',
  cursor: 'Where the next page begins: `next_cursor` of the answer before.',
} as const;
export type QueryName = keyof typeof QUERY_PARAMETERS;

interface VerbShape {
  readonly method: HttpMethod;
  readonly prefix: string;
  readonly plural: boolean;
  readonly query: readonly QueryName[];
  readonly summary: (name: string) => string;
}

const VERBS: Record<'create' | 'update' | 'get' | 'delete', VerbShape> = {
  create: {
    method: 'POST',
    prefix: 'create',
    plural: false,
    query: ['application', 'team', 'key', 'dry_run'],
    summary: (name) =>
      `Create ${name}. There already and equal: 200; there and different: 409 with the plan.`,
  },
  update: {
    method: 'PUT',
    prefix: 'update',
    plural: false,
    query: ['application', 'team', 'key', 'id', 'dry_run'],
    summary: (name) => `Update ${name}, found by key or id.`,
  },
  get: {
    method: 'GET',
    prefix: 'get',
    plural: true,
    query: ['application', 'key', 'id', 'state', 'tags', 'page_size', 'cursor'],
    summary: (name) =>
      `Read what an application has of this kind, as Datadog holds it (${name} by key or id).`,
  },
  delete: {
    method: 'DELETE',
    prefix: 'delete',
    plural: false,
    query: ['application', 'key', 'id', 'dry_run'],
    summary: (name) => `Delete ${name}, found by key or id.`,
  },
};

const KINDS: readonly { kind: ManagedKind; name: string }[] = [
  { kind: 'monitor', name: 'a monitor' },
  { kind: 'alert', name: 'an alert' },
  { kind: 'dashboard', name: 'a dashboard' },
];

/** The path about Birddog itself. */
export const CHECK = {
  path: '/check',
  method: 'GET',
  verb: 'check',
  kind: undefined,
  summary:
    'Look whether all is well: both containers, their certificates, keys and journals, and the catalogs. The answer holds for some seconds.',
  query: [],
} as const;

/** The paths about applications. */
export const OPERATIONS: readonly Operation[] = [
  ...KINDS.flatMap(({ kind, name }) =>
    (['create', 'update', 'get', 'delete'] as const).map((verb): Operation => {
      const shape = VERBS[verb];
      return {
        path: `/${shape.prefix}_${kind}${shape.plural ? 's' : ''}`,
        method: shape.method,
        verb,
        kind,
        summary: shape.summary(name),
        query: shape.query,
      };
    }),
  ),
  {
    path: '/lint',
    method: 'POST',
    verb: 'lint',
    summary: 'Check a document, or the body of a create, without asking Datadog.',
    query: ['application', 'team', 'key'],
  },
  {
    path: '/plan',
    method: 'POST',
    verb: 'plan',
    summary: 'What applying a document would change, field by field. Nothing is written.',
    query: ['prune'],
  },
  {
    path: '/apply',
    method: 'POST',
    verb: 'apply',
    summary: 'Make Datadog hold what a document says. Stops before the deadline and tells what remains.',
    query: ['basis', 'prune', 'force'],
  },
  {
    path: '/drift',
    method: 'POST',
    verb: 'drift',
    summary: 'What was changed in Datadog since the document was applied, and by whom. Nothing is written.',
    query: [],
  },
  {
    path: '/import',
    method: 'POST',
    verb: 'import',
    summary:
      'The document of what is in Datadog already: of the application itself, or of what a query, tag or id finds.',
    query: ['application', 'team', 'query', 'tag', 'id'],
  },
];

/** Every path of the contract. */
export const ENDPOINTS: readonly Endpoint[] = [...OPERATIONS, CHECK];

/** Whether a request of this operation carries a body. */
export function hasBody({ method, verb }: Endpoint): boolean {
  return method !== 'GET' && method !== 'DELETE' && verb !== 'import';
}

const WRITES: readonly Endpoint['verb'][] = ['create', 'update', 'delete', 'apply'];

/** Whether a request of this operation may change what Datadog holds. */
export function isWrite({ verb }: Endpoint): boolean {
  return WRITES.includes(verb);
}
