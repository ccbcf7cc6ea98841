import { z } from 'zod';
import { displayNameOf, type FactSheet, filtered, filterSchema } from './fact-sheets.ts';
import {
  type Field,
  GraphqlSyntaxError,
  type Operation,
  parseOperation,
  type Selection,
} from './graphql-text.ts';

export interface Workspace {
  readonly sheets: readonly FactSheet[];
  /** The fields of the filter that this workspace does not support. */
  readonly unsupportedFilters: readonly string[];
}

interface GraphqlAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string }[];
}
type Variables = Readonly<Record<string, unknown>>;

/** The types of the response: the type of each field, '' for a scalar. */
const TYPES = new Map(
  Object.entries<Readonly<Record<string, string>>>({
    Query: { allFactSheets: 'FactSheetConnection' },
    FactSheetConnection: { totalCount: '', pageInfo: 'PageInfo', edges: 'FactSheetEdge' },
    PageInfo: { hasNextPage: '', hasPreviousPage: '', startCursor: '', endCursor: '' },
    FactSheetEdge: { cursor: '', node: 'BaseFactSheet' },
    BaseFactSheet: {
      id: '',
      name: '',
      displayName: '',
      fullName: '',
      type: '',
      description: '',
      status: '',
      level: '',
    },
    Application: { externalId: 'ExternalId', alias: '' },
    ExternalId: { externalId: '', externalUrl: '', status: '' },
  }).map(([type, fields]) => [type, new Map(Object.entries(fields))]),
);
const argumentsSchema = z.strictObject({
  factSheetType: z.string().optional(),
  filter: filterSchema.nullish(),
  first: z.int().positive().nullish(),
  after: z.string().nullish(),
  sort: z.unknown().optional(),
});

class GraphqlError extends Error {}

/** Answers a query as Pathfinder does: `errors` describes any failure. */
export function runGraphql(text: string, variables: Variables, workspace: Workspace): GraphqlAnswer {
  try {
    const operation = parseOperation(text);
    checkVariables(operation, variables);
    checkFields(operation.selections, ['Query'], '');
    const declaredValues = Object.fromEntries(
      [...operation.variables.keys()].map((name) => [name, variables[name]]),
    );
    return {
      data: objectFrom(operation.selections, (field) => connection(field, declaredValues, workspace)),
    };
  } catch (error) {
    if (!(error instanceof GraphqlError || error instanceof GraphqlSyntaxError)) throw error;
    return { data: null, errors: [{ message: error.message }] };
  }
}

function checkVariables({ variables: declared }: Operation, values: Variables): void {
  for (const [name, { required }] of declared) {
    if (required && (values[name] === undefined || values[name] === null)) {
      throw new GraphqlError(`Variable '${name}' has coerced Null value for NonNull type`);
    }
  }
}

function checkFields(selections: readonly Selection[], types: readonly string[], path: string): void {
  for (const selection of selections) {
    if (selection.kind === 'on') {
      checkFields(selection.selections, ['BaseFactSheet', selection.type], path);
      continue;
    }
    const { name, selections: children } = selection.field;
    const type = types.map((t) => TYPES.get(t)?.get(name)).find((t) => t !== undefined);
    if (type === undefined) {
      throw new GraphqlError(
        `Validation error of type FieldUndefined: Field '${name}' in type '${types[0]}' is undefined @ '${path}${name}'`,
      );
    }
    checkFields(children, [type], `${path}${name}/`);
  }
}

function connection(field: Field, variables: Variables, { sheets, unsupportedFilters }: Workspace): unknown {
  const values = Object.fromEntries([...field.args].map(([name, value]) => [name, value(variables)]));
  const parsed = argumentsSchema.safeParse(values);
  if (!parsed.success) {
    throw new GraphqlError(`Validation error of type WrongType: ${parsed.error.issues[0]?.message}`);
  }
  const { factSheetType, filter, first, after } = parsed.data;
  const unknown = Object.keys(filter ?? {}).find((name) => unsupportedFilters.includes(name));
  if (unknown) {
    throw new GraphqlError(
      `Validation error of type WrongType: argument 'filter' contains a field not in 'FilterInput': '${unknown}'`,
    );
  }
  const hits = filtered(sheets, factSheetType, filter ?? {});
  const start = after ? Number(Buffer.from(after, 'base64').toString()) : 0;
  const page = hits.slice(start, start + (first ?? 30));
  const end = start + page.length;
  const pageInfo = {
    hasNextPage: end < hits.length,
    hasPreviousPage: start > 0,
    startCursor: cursor(start),
    endCursor: cursor(end),
  };
  const edges = page.map((sheet, i) => ({ cursor: cursor(start + i + 1), node: nodeOf(sheet, sheets) }));
  return project({ totalCount: hits.length, pageInfo, edges }, field.selections);
}

function nodeOf(sheet: FactSheet, all: readonly FactSheet[]): Record<string, unknown> {
  const displayName = displayNameOf(sheet, all);
  return {
    id: sheet.id,
    name: sheet.name,
    displayName,
    fullName: displayName,
    type: sheet.type,
    description: sheet.description,
    status: sheet.status,
    level: displayName.split(' / ').length,
    alias: sheet.alias ?? null,
    externalId:
      sheet.externalId === undefined
        ? null
        : { externalId: sheet.externalId, externalUrl: null, status: null },
  };
}

function project(value: unknown, selections: readonly Selection[]): unknown {
  if (Array.isArray(value)) return value.map((item) => project(item, selections));
  if (typeof value !== 'object' || value === null) return value;
  const fields = new Map<string, unknown>(Object.entries(value));
  const ofType = selections.flatMap((s) =>
    s.kind === 'field'
      ? [s]
      : s.type === fields.get('type') || s.type === 'BaseFactSheet'
        ? s.selections
        : [],
  );
  return objectFrom(ofType, (field) => project(fields.get(field.name), field.selections));
}

function objectFrom(
  selections: readonly Selection[],
  valueOf: (field: Field) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    selections.flatMap((s) => (s.kind === 'field' ? [[s.field.alias, valueOf(s.field)]] : [])),
  );
}

function cursor(position: number): string {
  return Buffer.from(String(position)).toString('base64');
}
