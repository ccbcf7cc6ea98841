import { matchesWildcards, plainParts, type WildcardPart, wildcardParts } from '../wildcards.ts';

/** One term of a query. */
export interface Term {
  /** The key, with `@` before the name of an attribute; undefined for free words. */
  readonly key: string | undefined;
  /** Returns whether a value matches the whole term. */
  readonly isWhole: (value: unknown) => boolean;
  /** Returns whether a text contains the value as whole words. */
  readonly isWithin: (text: string) => boolean;
}

type Token =
  | { readonly kind: 'close' | 'and' | 'or' | 'not' }
  | { readonly kind: 'open'; readonly key: string | undefined }
  | { readonly kind: 'term'; readonly key: string | undefined; readonly value: string };

const TOKEN =
  /\s*(?:(\))|(AND|OR|NOT)(?=[\s(]|$)|(-)(?=\S)|(?:(@?[\w./$-]+):)?(?:(\()|("(?:[^"\\]|\\.)*"|[[{][^\]}]*[\]}]|(?:\\.|[^\s()"])+)))/y;
const OPERATORS = new Map(Object.entries<'and' | 'or' | 'not'>({ AND: 'and', OR: 'or', NOT: 'not' }));
const RANGE = /^([[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])$/;
const COMPARISON = /^(>=|<=|>|<)(-?[\d.]+)$/;

/**
 * Parses a query like `env:prod AND (@usr.id:(1 OR 2) OR -"disk full") @http.status_code:[200 TO 299]`. `holds` decides
 * whether a row matches a term. Throws the error that `fault` creates from a message.
 */
export function parseQuery<Row>(
  query: string,
  holds: (row: Row, term: Term) => boolean,
  fault: (message: string) => Error,
): (row: Row) => boolean {
  const tokens = tokensOf(query, fault);
  let at = 0;
  type Condition = (row: Row) => boolean;

  function parseAny(key: string | undefined): Condition {
    const parts = [parseAll(key)];
    while (tokens[at]?.kind === 'or') {
      at += 1;
      parts.push(parseAll(key));
    }
    return (row) => parts.some((part) => part(row));
  }
  function parseAll(key: string | undefined): Condition {
    const parts: Condition[] = [];
    for (let next = tokens[at]; next && next.kind !== 'or' && next.kind !== 'close'; next = tokens[at]) {
      if (next.kind === 'and') at += 1;
      else parts.push(parseOne(key));
    }
    if (parts.length === 0 && tokens.length > 0) throw fault('a term is missing');
    return (row) => parts.every((part) => part(row));
  }
  function parseOne(key: string | undefined): Condition {
    const token = tokens[at];
    at += 1;
    if (token?.kind === 'not') {
      const part = parseOne(key);
      return (row) => !part(row);
    }
    if (token?.kind === 'open') {
      const part = parseAny(token.key ?? key);
      if (tokens[at]?.kind !== 'close') throw fault('a parenthesis is not closed');
      at += 1;
      return part;
    }
    if (token?.kind !== 'term') throw fault('a term is missing');
    const term = termOf(token.key ?? key, token.value);
    return (row) => (term.key === undefined && token.value === '*') || holds(row, term);
  }

  const condition = parseAny(undefined);
  if (at < tokens.length) throw fault('a parenthesis closes nothing');
  return condition;
}

function tokensOf(query: string, fault: (message: string) => Error): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = query.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(query);
    if (!found) throw fault(`'${query.slice(from).trim()}' cannot be read`);
    const [, close, word, minus, key, open, value = ''] = found;
    if (close) tokens.push({ kind: 'close' });
    else if (word) tokens.push({ kind: OPERATORS.get(word) ?? 'and' });
    else if (minus) tokens.push({ kind: 'not' });
    else if (open) tokens.push({ kind: 'open', key });
    else tokens.push({ kind: 'term', key, value });
  }
  return tokens;
}

/** Returns the tests of a term. Attributes are case-sensitive; tags and words are not. */
function termOf(key: string | undefined, value: string): Term {
  const isCaseSensitive = key?.startsWith('@') === true;
  const whole = partsOf(isCaseSensitive ? value : value.toLowerCase());
  const within = partsOf(value.toLowerCase());
  const isNumber = numberTest(value);
  return {
    key,
    isWhole: (actual) =>
      actual !== undefined &&
      actual !== null &&
      (isNumber
        ? isNumber(Number(actual))
        : matchesWildcards(whole, isCaseSensitive ? String(actual) : String(actual).toLowerCase(), 'whole')),
    isWithin: (text) => matchesWildcards(within, text.toLowerCase(), 'words'),
  };
}

/** Parses wildcards: `*` and `?`, except inside quotes and after a backslash. */
function partsOf(value: string): WildcardPart[] {
  if (value.startsWith('"')) return plainParts(value.slice(1, -1).replace(/\\(.)/g, '$1'));
  return [...value.matchAll(/\\(.)|(.)/gs)].flatMap(([, escaped, plain = '']) =>
    escaped === undefined ? wildcardParts(plain) : plainParts(escaped),
  );
}

/** Parses `[1 TO 5]` (inclusive), `{1 TO 5}` (exclusive) or `>=5`; `*` is an open end. */
function numberTest(value: string): ((number: number) => boolean) | undefined {
  const [, comparison, bound] = COMPARISON.exec(value) ?? [];
  if (comparison !== undefined) return COMPARISONS.get(comparison)?.(Number(bound));
  const [, open, from, to, close] = RANGE.exec(value) ?? [];
  if (open === undefined) return undefined;
  const isAboveMin = COMPARISONS.get(open === '[' ? '>=' : '>')?.(from === '*' ? -Infinity : Number(from));
  const isBelowMax = COMPARISONS.get(close === ']' ? '<=' : '<')?.(to === '*' ? Infinity : Number(to));
  return (number) => isAboveMin?.(number) === true && isBelowMax?.(number) === true;
}

const COMPARISONS = new Map(
  Object.entries<(bound: number) => (number: number) => boolean>({
    '>': (bound) => (number) => number > bound,
    '>=': (bound) => (number) => number >= bound,
    '<': (bound) => (number) => number < bound,
    '<=': (bound) => (number) => number <= bound,
  }),
);
