/** The type of a field of a Datadog object, or the list of its known values. */
export type FieldType = 'any' | 'text' | 'texts' | 'number' | 'flag' | 'list' | 'object' | readonly string[];

export interface Field {
  readonly type: FieldType;
}
/** The fields by name, and the names of required fields; `a|b` requires one of the two. */
export type FieldTable = ReadonlyMap<string, Field> & { readonly required: readonly string[] };

const TYPE_NAMES: ReadonlySet<string> = new Set(['any', 'text', 'texts', 'number', 'flag', 'list', 'object']);

/** Parses `name:type` pairs separated by spaces. `name!` is required; `a|b` lists known values; `(a)` is a single known value. */
export function fieldTable(...texts: readonly string[]): FieldTable {
  const table = new Map<string, Field>();
  const required: string[] = [];
  for (const entry of texts.join(' ').split(/\s+/)) {
    const [nameAndMark = '', kind = 'any'] = entry.split(':');
    const name = nameAndMark.replace('!', '');
    if (name !== '') table.set(name, { type: fieldTypeOf(kind) });
    if (nameAndMark.endsWith('!')) required.push(name);
  }
  return Object.assign(table, { required });
}

function fieldTypeOf(text: string): FieldType {
  if (isTypeName(text)) return text;
  return text.replace(/^\((.*)\)$/, '$1').split('|');
}

function isTypeName(text: string): text is Exclude<FieldType, readonly string[]> {
  return TYPE_NAMES.has(text);
}
