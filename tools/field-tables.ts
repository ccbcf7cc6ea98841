import { documentJsonSchema } from '../src/contract/document-json-schema.ts';

/** The keywords of a JSON Schema that the tables show. */
interface FieldSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly FieldSchema[];
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

type Definitions = Readonly<Record<string, FieldSchema>>;

/** The definitions of entries. What they have in common has one table, and their own tables leave it out. */
const ENTRIES = ['Monitor', 'Alert', 'Dashboard', 'GeneratedDashboard'];

/** The definition whose fields each table lists. */
const TABLES: ReadonlyMap<string, string> = new Map([
  ['a document', 'Document'],
  ['an entry', 'Entry'],
  ['an alert', 'Alert'],
  ['a monitor', 'Monitor'],
  ['options', 'MonitorOptions'],
  ['a generated dashboard', 'GeneratedDashboard'],
]);

const REFERENCE = '#/$defs/';

/**
 * Definitions whose fields do not follow the field that refers to them: they have a table, are queries as in widgets, or have
 * the fields of a signal.
 */
const NOT_INSIDE: ReadonlySet<string> = new Set(
  [
    ...ENTRIES,
    'MonitorOptions',
    'AlertOptions',
    'MonitorFormulaAndFunctionQueryDefinition',
    'CombinedSignal',
  ].map((name) => `${REFERENCE}${name}`),
);

const BEGIN = '<!-- fields of ';
const BEGIN_END = ': `npm run docs` -->\n';
const END = '<!-- end of fields -->';

/** Returns the page with its tables of fields regenerated from the JSON Schema. Throws Error if a table is unknown or has no end. */
export function withFields(page: string): string {
  const definitions = definitionsWithEntry();
  const [start = '', ...sections] = page.split(BEGIN);
  if (sections.length === 0) throw new Error('The page has no table of fields: its markers are missing.');
  const written = sections.map((section) => {
    const [name = ''] = section.split(BEGIN_END);
    const definition = definitions[TABLES.get(name) ?? ''];
    const end = section.indexOf(END);
    if (definition === undefined || end < 0) throw new Error(`There is no table of the fields of ${name}.`);
    const rows = rowsOf(definition, definitions, '');
    const table = `\n| field | value | default | meaning |\n|---|---|---|---|\n${rows.join('')}\n`;
    return `${BEGIN}${name}${BEGIN_END}${table}${section.slice(end)}`;
  });
  return start + written.join('');
}

/** Returns the definitions of the schema, with the common fields of entries in `Entry` only. */
function definitionsWithEntry(): Definitions {
  const { $defs }: { $defs: Definitions } = JSON.parse(documentJsonSchema({ withReferences: false }));
  const entries = ENTRIES.map((name) => $defs[name] ?? {});
  const isCommon = (name: string) =>
    new Set(entries.map(({ properties = {} }) => JSON.stringify(properties[name] ?? null))).size === 1;
  const withFieldsThat = (entry: FieldSchema, keep: (name: string) => boolean): FieldSchema => ({
    ...entry,
    properties: Object.fromEntries(Object.entries(entry.properties ?? {}).filter(([name]) => keep(name))),
  });
  return {
    ...$defs,
    ...Object.fromEntries(
      ENTRIES.map((name, at) => [name, withFieldsThat(entries[at] ?? {}, (field) => !isCommon(field))]),
    ),
    Entry: withFieldsThat(entries[0] ?? {}, isCommon),
  };
}

/** Returns a row for each field of an object, each followed by those of the fields inside. */
function rowsOf(
  { properties = {}, required = [] }: FieldSchema,
  definitions: Definitions,
  prefix: string,
): string[] {
  return Object.entries(properties).flatMap(([name, written]) => {
    const path = `${prefix}${name}`;
    const field = resolved(written, definitions);
    const cells = [
      `\`${path}\``,
      valueOf(field, definitions),
      required.includes(name) ? '**required**' : code(field.default),
      meaningOf(field),
    ];
    const row = `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
    const inside = [
      ...[written, ...(field.anyOf ?? [])].map((schema) => ({ schema, path: `${path}.` })),
      // An element that can also be a string has a row for each field of its object.
      ...[field.items ?? {}, ...(field.items?.anyOf ?? [])].map((schema) => ({ schema, path: `${path}[].` })),
    ];
    return [
      row,
      ...inside.flatMap(({ schema, path: inner }) =>
        NOT_INSIDE.has(schema.$ref ?? '') ? [] : rowsOf(resolved(schema, definitions), definitions, inner),
      ),
    ];
  });
}

function resolved(field: FieldSchema, definitions: Definitions): FieldSchema {
  return { ...definitions[field.$ref?.replace(REFERENCE, '') ?? ''], ...field };
}

/** Describes the allowed values in a few words. Null, which is allowed for most fields of Datadog, is left out. */
function valueOf(field: FieldSchema, definitions: Definitions): string {
  const { const: only, enum: values, type, items, anyOf, pattern, minimum = 0, maximum } = field;
  if (only !== undefined) return code(only);
  if (values !== undefined)
    return values
      .map(code)
      .filter((value) => value !== '')
      .join(', ');
  const describe = (schema: FieldSchema) => valueOf(resolved(schema, definitions), definitions);
  if (anyOf !== undefined) {
    const words = anyOf.flatMap((schema) => schema.enum ?? []);
    const others = anyOf.filter((schema) => schema.enum === undefined).map(describe);
    const described = [words.length > 0 ? describe({ enum: [...new Set(words)] }) : '', ...others];
    return [...new Set(described)].filter((value) => value !== '').join(', or ');
  }
  if (items !== undefined) {
    const element = describe(items);
    if (element === '' || element === 'object') return 'list';
    return `list of ${element.replace(/^(string|number)(?=$|,)|\bobject$/g, '$&s')}`;
  }
  const types = [type ?? []].flat().filter((one) => one !== 'null');
  // A number in a string is allowed too.
  if (types.includes('number') && (types.length === 1 || pattern !== undefined))
    return maximum === undefined ? 'number' : `number, ${minimum} to ${maximum}`;
  return types.join(' or ').replace('boolean', '`true`, `false`');
}

function meaningOf({ description = '', examples = [] }: FieldSchema): string {
  const shown = examples.map((example) => code(example)).join(', ');
  if (shown === '') return description;
  return `${description} ${examples.length === 1 ? 'Example' : 'Examples'}: ${shown}`.trim();
}

/** Returns a value as code, without the quotes of a string. */
function code(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value === '') return '`""`';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
