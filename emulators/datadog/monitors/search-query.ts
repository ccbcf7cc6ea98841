import { DatadogError } from '../datadog-error.ts';
import { matchesWildcards, wildcardParts } from '../wildcards.ts';

/** Decides whether a row matches a search. */
export type Condition = (row: SearchRow) => boolean;

/** The searchable parts of a monitor or of one of its groups. */
export interface SearchRow {
  readonly id: string;
  /** The texts that free words match. */
  readonly texts: readonly string[];
  /** The values of each search key; keys are lower case. */
  readonly facets: Readonly<Record<string, readonly string[]>>;
}

type Token = { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' } | Term;
interface Term {
  readonly kind: 'term';
  readonly key: string | undefined;
  readonly value: string;
  /** Inside quotes, wildcards are literal. */
  readonly quoted: boolean;
}

const TOKEN =
  /\s*(?:(\()|(\))|(AND|OR|NOT)(?=[\s(]|$)|(-)(?=\S)|(?:([\w.@-]+):)?(?:"((?:[^"\\]|\\.)*)"|([^\s()"]+)))/y;
const OPERATORS = new Map(Object.entries<'and' | 'or' | 'not'>({ AND: 'and', OR: 'or', NOT: 'not' }));
const STATUSES = new Set(['alert', 'warn', 'no data', 'ok', 'ignored', 'skipped', 'unknown']);
const STATUS_KEYS = new Set(['status', 'group_status']);

/** Parses a search like `service:web AND (status:Alert OR -muted:true) "disk full"`. Throws DatadogError. */
export function searchCondition(text: string): Condition {
  const tokens = tokensOf(text);
  let at = 0;
  const kind = () => tokens[at]?.kind;

  function parseAny(): Condition {
    const parts = [parseAll()];
    while (kind() === 'or') {
      at += 1;
      parts.push(parseAll());
    }
    return (row) => parts.some((part) => part(row));
  }
  function parseAll(): Condition {
    const parts: Condition[] = [];
    for (let next = kind(); next !== undefined && next !== 'or' && next !== 'close'; next = kind()) {
      if (next === 'and') at += 1;
      else parts.push(parseOne());
    }
    return (row) => parts.every((part) => part(row));
  }
  function parseOne(): Condition {
    const token = tokens[at];
    at += 1;
    if (token?.kind === 'not') {
      const part = parseOne();
      return (row) => !part(row);
    }
    if (token?.kind === 'open') {
      const part = parseAny();
      if (kind() !== 'close') throw searchError('a parenthesis is not closed');
      at += 1;
      return part;
    }
    if (token?.kind === 'term') return termCondition(token);
    throw searchError('a term is missing');
  }

  const condition = parseAny();
  if (at < tokens.length) throw searchError('a parenthesis closes nothing');
  return condition;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw searchError(`'${text.slice(from).trim()}' cannot be read`);
    const [, open, close, word, minus, key, quoted, bare] = found;
    if (open) tokens.push({ kind: 'open' });
    else if (close) tokens.push({ kind: 'close' });
    else if (word) tokens.push({ kind: OPERATORS.get(word) ?? 'and' });
    else if (minus) tokens.push({ kind: 'not' });
    else
      tokens.push({
        kind: 'term',
        key: key?.toLowerCase(),
        value: (quoted ?? bare ?? '').replace(/\\(.)/g, '$1'),
        quoted: quoted !== undefined,
      });
  }
  return tokens;
}

function termCondition({ key, value, quoted }: Term): Condition {
  if (key !== undefined && STATUS_KEYS.has(key) && !STATUSES.has(value.toLowerCase()))
    throw searchError(`'${value}' is not a valid monitor status`);
  const matches = matcher(value, quoted);
  if (key === undefined) {
    return ({ id, texts }) => id === value || texts.some((text) => matches(text, 'within'));
  }
  return ({ facets }) => {
    // Any other key is that of a tag, as in env:prod.
    const values = facets[key];
    if (values)
      return values.some((v) => matches(v, key === 'title' || key === 'message' ? 'within' : 'whole'));
    return (
      facets['tag']?.some(
        (tag) => tag.startsWith(`${key}:`) && matches(tag.slice(key.length + 1), 'whole'),
      ) ?? false
    );
  };
}

function matcher(value: string, quoted: boolean): (text: string, where: 'within' | 'whole') => boolean {
  const pattern = value.toLowerCase();
  const parts = wildcardParts(pattern);
  return (text, where) => {
    const lower = text.toLowerCase();
    if (quoted) return where === 'whole' ? lower === pattern : lower.includes(pattern);
    return matchesWildcards(parts, lower, where === 'whole' ? 'whole' : 'anywhere');
  };
}

function searchError(message: string): DatadogError {
  return new DatadogError(400, `Query parsing error: ${message}`);
}
