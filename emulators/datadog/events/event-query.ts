import { matchesWildcards, plainParts, type WildcardPart, wildcardParts } from '../wildcards.ts';

/** One term of a query: what it looks at, and whether a value is what it asks for. */
export interface Term {
  /** `@` before it names an attribute; undefined where free words are looked for. */
  readonly key: string | undefined;
  readonly isWhole: (value: unknown) => boolean;
  /** Whether a text has it as words of its own. */
  readonly isWithin: (text: string) => boolean;
}

type Token =
  | { readonly kind: 'close' | 'and' | 'or' | 'not' }
  | { readonly kind: 'open'; readonly key: string | undefined }
  | { readonly kind: 'term'; readonly key: string | undefined; readonly value: string };

const TOKEN =
  /\s*(?:(\))|(AND|OR|NOT)(?=[\s(]|$)|(-)(?=\S)|(?:(@?[\w./$-]+):)?(?:(\()|("(?:[^"\\]|\\.)*"|[[{][^\]}]*[\]}]|(?:\\.|[^\s()"])+)))/y;
const WORDS: Readonly<Record<string, 'and' | 'or' | 'not'>> = { AND: 'and', OR: 'or', NOT: 'not' };
const RANGE = /^([[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])$/;
const COMPARISON = /^(>=|<=|>|<)(-?[\d.]+)$/;

/**
 * Reads a query like `env:prod AND (@usr.id:(1 OR 2) OR -"disk full") @http.status_code:[200 TO 299]`; `holds` tells
 * whether a term is true of a row. Throws what `fault` makes of the words that say what is wrong.
 */
export function conditionOf<Row>(
  query: string,
  holds: (row: Row, term: Term) => boolean,
  fault: (words: string) => Error,
): (row: Row) => boolean {
  const tokens = tokensOf(query, fault);
  let at = 0;
  type Condition = (row: Row) => boolean;

  function any(key: string | undefined): Condition {
    const parts = [all(key)];
    while (tokens[at]?.kind === 'or') {
      at += 1;
      parts.push(all(key));
    }
    return (row) => parts.some((part) => part(row));
  }
  function all(key: string | undefined): Condition {
    const parts: Condition[] = [];
    for (let next = tokens[at]; next && next.kind !== 'or' && next.kind !== 'close'; next = tokens[at]) {
      if (next.kind === 'and') at += 1;
      else parts.push(one(key));
    }
    if (parts.length === 0 && tokens.length > 0) throw fault('a term is missing');
    return (row) => parts.every((part) => part(row));
  }
  function one(key: string | undefined): Condition {
    const token = tokens[at];
    at += 1;
    if (token?.kind === 'not') {
      const part = one(key);
      return (row) => !part(row);
    }
    if (token?.kind === 'open') {
      const part = any(token.key ?? key);
      if (tokens[at]?.kind !== 'close') throw fault('a parenthesis is not closed');
      at += 1;
      return part;
    }
    if (token?.kind !== 'term') throw fault('a term is missing');
    const term = termOf(token.key ?? key, token.value);
    return (row) => (term.key === undefined && token.value === '*') || holds(row, term);
  }

  const condition = any(undefined);
  if (at < tokens.length) throw fault('a parenthesis closes nothing');
  return condition;
}

function tokensOf(query: string, fault: (words: string) => Error): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = query.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(query);
    if (!found) throw fault(`'${query.slice(from).trim()}' cannot be read`);
    const [, close, word, minus, key, open, value = ''] = found;
    if (close) tokens.push({ kind: 'close' });
    else if (word) tokens.push({ kind: WORDS[word] ?? 'and' });
    else if (minus) tokens.push({ kind: 'not' });
    else if (open) tokens.push({ kind: 'open', key });
    else tokens.push({ kind: 'term', key, value });
  }
  return tokens;
}

/** Attributes are told apart by case; tags and words are not. */
function termOf(key: string | undefined, value: string): Term {
  const hasCase = key?.startsWith('@') === true;
  const whole = partsOf(hasCase ? value : value.toLowerCase());
  const within = partsOf(value.toLowerCase());
  const isNumber = numberTest(value);
  return {
    key,
    isWhole: (of) =>
      of !== undefined &&
      of !== null &&
      (isNumber
        ? isNumber(Number(of))
        : matchesWildcards(whole, hasCase ? String(of) : String(of).toLowerCase(), 'whole')),
    isWithin: (text) => matchesWildcards(within, text.toLowerCase(), 'words'),
  };
}

/** `*` and `?` stand for letters, but not inside quotes or after a backslash. */
function partsOf(value: string): WildcardPart[] {
  if (value.startsWith('"')) return plainParts(value.slice(1, -1).replace(/\\(.)/g, '$1'));
  return [...value.matchAll(/\\(.)|(.)/gs)].flatMap(([, escaped, plain = '']) =>
    escaped === undefined ? wildcardParts(plain) : plainParts(escaped),
  );
}

/** `[1 TO 5]` with its ends, `{1 TO 5}` without them, `>=5`; `*` is no end. */
function numberTest(value: string): ((of: number) => boolean) | undefined {
  const [, comparison, bound] = COMPARISON.exec(value) ?? [];
  if (comparison !== undefined) return COMPARISONS[comparison]?.(Number(bound));
  const [, open, from, to, close] = RANGE.exec(value) ?? [];
  if (open === undefined) return undefined;
  const least = COMPARISONS[open === '[' ? '>=' : '>']?.(from === '*' ? -Infinity : Number(from));
  const most = COMPARISONS[close === ']' ? '<=' : '<']?.(to === '*' ? Infinity : Number(to));
  return (of) => least?.(of) === true && most?.(of) === true;
}

const COMPARISONS: Readonly<Record<string, (bound: number) => (of: number) => boolean>> = {
  '>': (bound) => (of) => of > bound,
  '>=': (bound) => (of) => of >= bound,
  '<': (bound) => (of) => of < bound,
  '<=': (bound) => (of) => of <= bound,
};
