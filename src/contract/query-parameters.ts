import { z } from 'zod';
import { APPLICATION_SLUG, KEY_SLUG, TEAM_SLUG } from '../domain/application.ts';
import { MANAGED_KINDS } from '../domain/managed-fields.ts';
import { wholeNumberIn } from '../domain/whole-number.ts';
import { catalogsIn } from './schemas.ts';
import { MOMENT, SPAN_LENGTH } from './span.ts';

/** The number of objects on one page of a GET. */
export const PAGE_SIZE = { default: 100, max: 1000 } as const;

/** The states of a monitor or group, from the worst to the best. */
export const MONITOR_STATES = ['alert', 'warn', 'unknown', 'no_data', 'ignored', 'skipped', 'ok'] as const;
const STATE_PATTERN = MONITOR_STATES.join('|').replace('_', '[_ ]');

/** A query parameter: its meaning, the accepted values in words, and their schema. */
export interface QueryParameter {
  readonly description: string;
  /** Completes "NAME must be ...". */
  readonly is: string;
  readonly schema: z.ZodType;
}

const flag = (standard: boolean) => ({
  is: 'true or false',
  schema: z
    .custom((value) => value === 'true' || value === 'false')
    .meta({ type: 'boolean', default: standard }),
});
const matching = (pattern: RegExp) => z.string().regex(pattern);
const wholeNumber = (minimum: number, maximum: number, meta: { readonly default?: number } = {}) => ({
  is: `a whole number from ${minimum} to ${maximum}`,
  schema: z
    .custom((value) => typeof value === 'string' && wholeNumberIn(value, minimum, maximum) !== undefined)
    .meta({ type: 'integer', minimum, maximum, ...meta }),
});
const anyText = { is: 'a string', schema: matching(/\S/) };

const ID: Omit<QueryParameter, 'description'> = {
  is: 'the id of a Datadog object',
  schema: matching(/^[A-Za-z0-9_-]{1,100}$/),
};
const NEXT_CURSOR = {
  description: 'The `next_cursor` of the previous page.',
  is: 'the next_cursor of an answer',
};

/** The cursor of a list of all applications: an id, and a digest of the filters that it belongs to. */
export const LIST_CURSOR = /^all\.([a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2})\.([0-9a-f]{16})$/;
/** The cursor of a list of one application: an id of a monitor or dashboard. The other form is that of LIST_CURSOR. */
const CURSORS = {
  monitor: /^(?:\d{1,20}|all\.\d{1,20}\.[0-9a-f]{16})$/,
  dashboard: /^(?:[a-z0-9]+(?:-[a-z0-9]+){2}|all\.[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){2}\.[0-9a-f]{16})$/,
} as const;

/** One value of a parameter: `name=value`. */
const SET = /^[A-Za-z_][A-Za-z0-9_-]{0,79}=[^\u0000-\u001f\u007f]{0,1000}$/;

/** Returns whether a text is one value of the parameter `set`. */
export function isSetValue(text: string): boolean {
  return SET.test(text);
}

/** Every query parameter of the contract. */
export const QUERY_PARAMETERS = {
  application: {
    description: 'The application that the object belongs to.',
    is: 'a name of 1 to 100 lower-case letters, digits, ".", "_" and "-" that begins with a letter or digit',
    schema: matching(APPLICATION_SLUG).meta({ examples: ['payments-batch'] }),
  },
  team: {
    description: 'The team that owns the application; added as a `team:` tag if the object has none.',
    is: 'a name of 1 to 100 lower-case letters, digits, ".", "_", "/" and "-" that begins with a letter or digit',
    schema: matching(TEAM_SLUG).meta({ examples: ['payments'] }),
  },
  key: {
    description: 'The name of the object within its application.',
    is: 'a name of 1 to 80 lower-case letters, digits, ".", "_" and "-" that begins with a letter or digit',
    schema: matching(KEY_SLUG).meta({ examples: ['queue-depth'] }),
  },
  kind: {
    description: 'The kind of the object: `monitor`, `alert` (stored as a monitor) or `dashboard`.',
    is: 'monitor, alert or dashboard',
    schema: z.enum(MANAGED_KINDS),
  },
  id: { description: "Datadog's id of the object.", ...ID },
  dry_run: { description: '`true`: only lint and plan; write nothing.', ...flag(false) },
  state: {
    description:
      'Only monitors in one of these overall states; a comma-separated list. Capitals and `_` are ignored: `No Data` is `no_data`.',
    is: `a comma-separated list of ${MONITOR_STATES.join(', ')}`,
    schema: z
      .custom((value) => typeof value === 'string' && value.split(',').every(isState))
      .meta({ type: 'string', pattern: `^(${STATE_PATTERN})(,(${STATE_PATTERN}))*$` }),
  },
  q: {
    description: 'Only objects whose name or title contains this text, in any case.',
    is: 'a text of at most 200 characters',
    schema: z.string().regex(/\S/).max(200),
  },
  explain: {
    description:
      '`true`: also the monitors that no alert can express, each with the first field that keeps it from being one.',
    ...flag(false),
  },
  tags: {
    description: 'Only objects that have all of these tags; a comma-separated list.',
    is: 'a comma-separated list of tags',
    schema: z
      .custom((value) => typeof value === 'string' && value.split(',').every((tag) => tag.trim() !== ''))
      .meta({ type: 'string', pattern: '^\\s*[^,\\s][^,]*(,\\s*[^,\\s][^,]*)*$' }),
  },
  page_size: {
    description: `Maximum number of objects per page, 1 to ${PAGE_SIZE.max}. Default ${PAGE_SIZE.default}.`,
    ...wholeNumber(1, PAGE_SIZE.max, { default: PAGE_SIZE.default }),
  },
  basis: {
    description:
      'The `basis` of a plan. If the document, `prune`, `only` or Datadog has changed since that plan, nothing is written.',
    ...anyText,
  },
  prune: {
    description:
      '`true`: delete objects that carry the marker of the application but are not in the document.',
    ...flag(false),
  },
  validate: {
    description: '`false`: do not ask Datadog to validate the new and changed monitors of the plan.',
    ...flag(true),
  },
  only: {
    description:
      'Only the entries with these keys; a comma-separated list. The `basis` belongs to this selection.',
    is: 'a comma-separated list of keys',
    schema: matching(/^[a-z0-9][a-z0-9._-]{0,79}(,[a-z0-9][a-z0-9._-]{0,79})*$/),
  },
  wait: {
    description: '`true`: if an apply of the application is in progress, plan after its end.',
    ...flag(false),
  },
  preview: {
    description:
      'Also show what the alerts that are created, changed or deleted would have done in the last days: the length of that span.',
    ...SPAN_LENGTH,
  },
  span: { description: 'The length of the span, which ends now or at `to`. Default 7d.', ...SPAN_LENGTH },
  from: { description: 'The start of the span, instead of its length.', ...MOMENT },
  svg: {
    description: '`true`: also draw each alert as an SVG image; at most 100 of them.',
    ...flag(false),
  },
  to: { description: 'The end of the span, not included. Default now.', ...MOMENT },
  force: {
    description:
      '`true`: replace objects that Datadog cannot change in place, and delete or change any number of objects.',
    ...flag(false),
  },
  max_changes: {
    description:
      'Maximum number of existing monitors whose query, thresholds or recipients may change, instead of the configured percentage.',
    ...wholeNumber(0, 100_000),
  },
  set: {
    description:
      'The value of a parameter of the document, as `name=value`; before every other value. May be repeated.',
    is: 'name=value with the name of a parameter',
    schema: matching(SET).meta({ examples: ['depth=5000'] }),
  },
  query: {
    description: "Which objects to import, in the syntax of Datadog's monitor search.",
    ...anyText,
  },
  tag: { description: 'Import the objects that have this tag.', ...anyText },
  raw: {
    description:
      '`true`: no alerts, every object with all of its tags, and widgets with their ids, as Datadog has them.',
    ...flag(false),
  },
  cursor: { ...NEXT_CURSOR, schema: matching(CURSORS.monitor) },
  catalogs: {
    description:
      'The names of the application in the catalogs where they differ, as in its document, as JSON: `{"leanix": "Checkout"}`.',
    is: 'a JSON object with the names in datadog, leanix or servicenow',
    schema: z
      .custom((value) => typeof value === 'string' && catalogsIn(value) !== undefined)
      .meta({
        type: 'string',
        contentMediaType: 'application/json',
        examples: ['{"leanix": "Checkout"}'],
      }),
  },
} satisfies Readonly<Record<string, QueryParameter>>;
export type QueryName = keyof typeof QUERY_PARAMETERS;

/** The cursor of the history: a time, a revision and an entry. */
export const HISTORY_CURSOR = /^(\d{1,15})-(\d{1,15})-([\w-]{1,70})$/;

type Variants = { readonly [name in QueryName]?: QueryParameter };

/** Parameters that have another meaning or form in some operations, by verb and by kind. */
const VARIANTS: ReadonlyMap<string, Variants> = new Map(
  Object.entries<Variants>({
    get: {
      application: {
        ...QUERY_PARAMETERS.application,
        description:
          'The application of the objects. Without it: those of every application that the caller may read.',
      },
      team: {
        ...QUERY_PARAMETERS.team,
        description: 'Only objects with the tag `team:` of this team.',
      },
    },
    history: { cursor: { ...NEXT_CURSOR, schema: matching(HISTORY_CURSOR) } },
    import: {
      id: {
        description: 'Import the objects with these ids; a comma-separated list. Not with `query` or `tag`.',
        is: 'a comma-separated list of ids of Datadog objects',
        schema: matching(/^[A-Za-z0-9_-]{1,100}(,[A-Za-z0-9_-]{1,100})*$/),
      },
    },
    dashboard: { cursor: { ...NEXT_CURSOR, schema: matching(CURSORS.dashboard) } },
  }),
);

/** Returns a query parameter of an operation. */
export function queryParameter(
  name: QueryName,
  { verb, kind }: { readonly verb: string; readonly kind?: string | undefined },
): QueryParameter {
  return VARIANTS.get(verb)?.[name] ?? VARIANTS.get(kind ?? '')?.[name] ?? QUERY_PARAMETERS[name];
}

function isState(text: string): boolean {
  return MONITOR_STATES.some((state) => plainState(state) === plainState(text));
}

/** Returns a state in one spelling: `No Data`, `no data` and `no_data` are equal. */
export function plainState(state: string): string {
  return state.toLowerCase().replaceAll(/[ _]/g, '');
}
