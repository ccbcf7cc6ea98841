import type { ManagedKind } from '../domain/managed-fields.ts';
import type { QueryName } from './query-parameters.ts';

export type Verb =
  | 'create'
  | 'update'
  | 'get'
  | 'delete'
  | 'lint'
  | 'expand'
  | 'explain'
  | 'history'
  | 'restore'
  | DocumentVerb;
/** The operations on a whole document. */
export type DocumentVerb = 'plan' | 'preview' | 'apply' | 'drift' | 'import';
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A path of the contract. Both processes serve every path and return the same responses. */
export type Endpoint = Operation | typeof CHECK | typeof PACKS | typeof PACK;

/** A path that works on an application's objects. */
export interface Operation {
  readonly path: string;
  readonly method: HttpMethod;
  readonly verb: Verb;
  /** The kind of object; absent if the body decides it. */
  readonly kind?: ManagedKind;
  readonly summary: string;
  /** The supported query parameters; others are rejected. */
  readonly query: readonly QueryName[];
}

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
      `Create ${name}. Returns 200 if an equal one exists, and 409 with the plan if a different one exists.`,
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
    query: ['application', 'team', 'key', 'id', 'state', 'tags', 'q', 'explain', 'page_size', 'cursor'],
    summary: (name) =>
      `List the objects of this kind as Datadog stores them, of one application or of all that the caller may read, or get ${name} by key or id.`,
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

/** The path of the sidecar with which a Birddog that stops also stops its applies there. */
export const STOP_APPLIES = '/stop_applies';

/** The path that reports the health of Birddog itself. */
export const CHECK = {
  path: '/check',
  method: 'GET',
  verb: 'check',
  kind: undefined,
  summary:
    'Check the health of both containers, their certificates, keys and ledgers, and the catalogs. The response is cached for a few seconds.',
  query: [],
} as const;

/** The path that lists the packs. */
export const PACKS = {
  path: '/packs',
  method: 'GET',
  verb: 'packs',
  kind: undefined,
  summary: 'List the packs that documents can use.',
  query: [],
} as const;

/** The path of one pack. */
export const PACK = {
  path: '/packs/{name}',
  method: 'GET',
  verb: 'pack',
  kind: undefined,
  summary: 'Get the parameters of the newest version of a pack, and the keys of the objects that it makes.',
  query: [],
} as const;

/** The paths that work on an application's objects. */
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
        // A dashboard has no state, and only alerts are read back.
        query: shape.query.filter(
          (one) => (kind !== 'dashboard' || one !== 'state') && (kind === 'alert' || one !== 'explain'),
        ),
      };
    }),
  ),
  {
    path: '/lint',
    method: 'POST',
    verb: 'lint',
    summary: 'Check a document, or the body of a create, without calling Datadog.',
    query: ['application', 'team', 'key', 'set'],
  },
  {
    path: '/expand',
    method: 'POST',
    verb: 'expand',
    summary:
      'Return a document without parameters, variants, `each` and packs, and where each of its values is written.',
    query: ['set'],
  },
  {
    path: '/plan',
    method: 'POST',
    verb: 'plan',
    summary: 'Show field by field what applying a document would change. Writes nothing.',
    query: ['prune', 'only', 'validate', 'wait', 'preview', 'set'],
  },
  {
    path: '/preview',
    method: 'POST',
    verb: 'preview',
    summary:
      'Show what alerts would have done in the last days: when, for how long, and who would be notified.',
    query: ['span', 'from', 'to', 'only', 'svg', 'set'],
  },
  {
    path: '/explain',
    method: 'POST',
    verb: 'explain',
    summary:
      'Explain the state of an alert at a time: its window and points, the calculation, and who was notified and why.',
    query: [],
  },
  {
    path: '/apply',
    method: 'POST',
    verb: 'apply',
    summary: 'Apply a document to Datadog. Stops before the deadline and reports what remains.',
    query: ['basis', 'prune', 'only', 'force', 'max_changes', 'set'],
  },
  {
    path: '/drift',
    method: 'POST',
    verb: 'drift',
    summary:
      'Show what changed in Datadog since the document was applied, and who changed it. Writes nothing.',
    query: ['set'],
  },
  {
    path: '/import',
    method: 'POST',
    verb: 'import',
    summary:
      'Return existing Datadog objects as a document: those of the application, or those that match a query, tag or id.',
    query: ['application', 'team', 'query', 'tag', 'id', 'raw'],
  },
  {
    path: '/history',
    method: 'GET',
    verb: 'history',
    summary:
      "List an application's writes, newest first, with their callers. With a kind and a key: the revisions of one object, with what changed.",
    query: ['application', 'catalogs', 'kind', 'key', 'page_size', 'cursor'],
  },
  {
    path: '/restore',
    method: 'POST',
    verb: 'restore',
    summary:
      'Restore a revision of an object, or undo the last apply. Without `basis`: show the plan; with the `basis` of that plan: apply it.',
    query: ['force', 'max_changes'],
  },
];

/** Every path of the contract. */
export const ENDPOINTS: readonly Endpoint[] = [...OPERATIONS, PACKS, PACK, CHECK];

/** Returns whether requests of this operation have a body. */
export function hasBody({ method, verb }: Endpoint): boolean {
  return method !== 'GET' && method !== 'DELETE' && verb !== 'import';
}

/** Returns whether an operation needs nothing but its body: no permission, no application and no other service. */
export function isOffline({ verb }: Endpoint): boolean {
  return verb === 'lint' || verb === 'expand';
}

const WRITES: readonly Endpoint['verb'][] = ['create', 'update', 'delete', 'apply', 'restore'];

/** Returns whether an operation writes objects one after the other, and stops between two when its client is gone. */
export function stopsWithClient({ verb }: Endpoint): boolean {
  return verb === 'apply' || verb === 'restore';
}

/** Returns whether an operation can change objects in Datadog. */
export function isWrite({ verb }: Endpoint): boolean {
  return WRITES.includes(verb);
}
