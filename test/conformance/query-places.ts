/** One query with a single mistake in it, and where the mistake is. */
export interface Mutant {
  readonly query: string;
  /** The mistake's own span: offsets in the mutated query. What points outside it would mislead. */
  readonly from: number;
  readonly to: number;
}

export interface Mutation {
  readonly name: string;
  /** When the result truly is a mistake, and where it is then. */
  readonly mistakeWhen: string;
  /** True if the query of a widget cannot have it, or may have it for all that rules know. */
  readonly ofMonitors?: true;
  /** Every way of making this mistake once. `words` is the query with texts in quotes blanked out. */
  readonly mutate: (query: string, words: string) => readonly Mutant[];
}

/** A stretch of a query. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The query with what stands between quotes blanked out, so that places stay. */
export function wordsOf(query: string): string {
  let words = query;
  for (const { from, to } of textsIn(query))
    words = words.slice(0, from + 1) + '\u0000'.repeat(to - from - 1) + words.slice(to);
  return words;
}

/** The texts of a query: where their quotes stand. */
export function textsIn(query: string): { from: number; to: number }[] {
  return [...query.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g)].map((found) => ({
    from: found.index,
    to: found.index + found[0].length - 1,
  }));
}

/** Every stretch that a pattern matches. */
export function matches(text: string, pattern: RegExp): Place[] {
  return [...text.matchAll(pattern)].map((found) => ({
    from: found.index,
    to: found.index + found[0].length,
    text: found[0],
  }));
}

/** Windows as metrics and as events write them. */
export function windowsIn(query: string): Place[] {
  return [
    ...matches(query, /\b(?:last|next)_\d+[a-z]+/g),
    ...matches(query, /(?<=\.(?:last|over|long_window|short_window)\(["']?)\d+[a-z]+/g),
  ];
}

/** The comparisons with a number at the end. */
export function comparisonsIn(words: string): Place[] {
  return matches(words, /(?:[<>]=?|[=!]=)(?=\s*-?[\d.]+\s*$)/g);
}

/** Where brackets open and close, and where the outermost of those around them opens. */
export function pairsOf(words: string, opening: string, closing: string) {
  const open: number[] = [];
  const pairs: { open: number; close: number; outermost: number }[] = [];
  for (const [at, sign] of [...words].entries()) {
    if (sign === opening) open.push(at);
    if (sign !== closing) continue;
    const from = open.pop();
    if (from !== undefined) pairs.push({ open: from, close: at, outermost: open[0] ?? from });
  }
  return pairs;
}

/** Where the word or bracket begins that ends before a place. */
export function wordBefore(words: string, at: number): number {
  const before = words.slice(0, at).trimEnd();
  const word = /[\w.:@-]+$/.exec(before)?.[0] ?? '';
  return Math.max(0, before.length - Math.max(1, word.length));
}

/** Where the word or sign ends that begins after a place. */
export function nextStop(words: string, at: number): number {
  const rest = words.slice(at + 1);
  return Math.min(words.length, at + 1 + (/^[^\w]*[\w.:]*/.exec(rest)?.[0].length ?? 0));
}

/** The query with another text at a place, which is the mistake. */
export function changed(query: string, from: number, to: number, text: string): Mutant {
  return { query: replaced(query, from, to, text), from, to: from + text.length };
}

export function without(query: string, from: number, to: number): string {
  return query.slice(0, from) + query.slice(to);
}

export function replaced(query: string, from: number, to: number, text: string): string {
  return query.slice(0, from) + text + query.slice(to);
}
