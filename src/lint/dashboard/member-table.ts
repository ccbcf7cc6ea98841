/** What a member of one of Datadog's objects holds; a list of words where only these are known. */
export type MemberKind = 'any' | 'text' | 'number' | 'flag' | 'list' | 'object' | readonly string[];

export interface Member {
  readonly kind: MemberKind;
}
/** The members by their names, and the names of those that are needed. */
export type MemberTable = ReadonlyMap<string, Member> & { readonly needed: readonly string[] };

const PLAIN: ReadonlySet<string> = new Set(['any', 'text', 'number', 'flag', 'list', 'object']);

/** Reads `name:kind`, separated by blanks; `name!` is needed, `a|b` are the known words, `(a)` is one alone. */
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
