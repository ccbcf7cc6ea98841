/** The type of a field of a Datadog object, or the list of its known values. */
export type MemberKind = 'any' | 'text' | 'number' | 'flag' | 'list' | 'object' | readonly string[];

export interface Member {
  readonly kind: MemberKind;
}
/** The fields by name, and the names of required fields. */
export type MemberTable = ReadonlyMap<string, Member> & { readonly needed: readonly string[] };

const PLAIN: ReadonlySet<string> = new Set(['any', 'text', 'number', 'flag', 'list', 'object']);

/** Parses `name:kind` pairs separated by spaces. `name!` is required, `a|b` are known values, `(a)` is a single known value. */
export function memberTable(...texts: readonly string[]): MemberTable {
  const table = new Map<string, Member>();
  const needed: string[] = [];
  for (const entry of texts.join(' ').split(/\s+/)) {
    const [written = '', kind = 'any'] = entry.split(':');
    const name = written.replace('!', '');
    if (name !== '') table.set(name, { kind: kindOf(kind) });
    if (written.endsWith('!')) needed.push(name);
  }
  return Object.assign(table, { needed });
}

function kindOf(text: string): MemberKind {
  if (isPlain(text)) return text;
  return text.replace(/^\((.*)\)$/, '$1').split('|');
}

function isPlain(text: string): text is Exclude<MemberKind, readonly string[]> {
  return PLAIN.has(text);
}
