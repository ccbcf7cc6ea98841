import { DatadogError } from '../datadog-error.ts';
import { matchesWildcards, wildcardParts } from '../wildcards.ts';

/** What a search asks for, as a condition on rows whose facets and texts are handed in. */
export type Condition = (row: SearchRow) => boolean;

/** What of a monitor (or of a group of one) can be searched for. */
export interface SearchRow {
  readonly id: string;
  /** What free words are looked for in. */
  readonly texts: readonly string[];
  /** Values by search key, in lower case. */
  readonly facets: Readonly<Record<string, readonly string[]>>;
}

type Token = { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' } | Term;
interface Term {
  readonly kind: 'term';
  readonly key: string | undefined;
  readonly value: string;
  /** Wildcards are letters inside quotes. */
  readonly quoted: boolean;
}

const TOKEN =
  /\s*(?:(\()|(\))|(AND|OR|NOT)(?=[\s(]|$)|(-)(?=\S)|(?:([\w.@-]+):)?(?:"((?:[^"\\]|\\.)*)"|([^\s()"]+)))/y;
const WORDS: Readonly<Record<string, 'and' | 'or' | 'not'>> = { AND: 'and', OR: 'or', NOT: 'not' };
const STATUSES = new Set(['alert', 'warn', 'no data', 'ok', 'ignored', 'skipped', 'unknown']);
const STATUS_KEYS = new Set(['status', 'group_status']);

/** Reads a search like `service:web AND (status:Alert OR -muted:true) "disk full"`. Throws DatadogError. */
export function searchCondition(text: string): Condition {
  const tokens = tokensOf(text);
  let at = 0;
  const kind = () => tokens[at]?.kind;

  function any(): Condition {
    const parts = [all()];
    while (kind() === 'or') {
      at += 1;
      parts.push(all());
    }
    return (row) => parts.some((part) => part(row));
  }
  function all(): Condition {
    const parts: Condition[] = [];
    for (let next = kind(); next !== undefined && next !== 'or' && next !== 'close'; next = kind()) {
      if (next === 'and') at += 1;
      else parts.push(one());
    }
    return (row) => parts.every((part) => part(row));
  }
  function one(): Condition {
    const token = tokens[at];
    at += 1;
    if (token?.kind === 'not') {
      const part = one();
      return (row) => !part(row);
    }
    if (token?.kind === 'open') {
      const part = any();
      if (kind() !== 'close') throw fault('a parenthesis is not closed');
      at += 1;
      return part;
    }
    if (token?.kind === 'term') return termCondition(token);
    throw fault('a term is missing');
  }

  const condition = any();
  if (at < tokens.length) throw fault('a parenthesis closes nothing');
  return condition;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw fault(`'${text.slice(from).trim()}' cannot be read`);
    const [, open, close, word, minus, key, quoted, bare] = found;
    if (open) tokens.push({ kind: 'open' });
    else if (close) tokens.push({ kind: 'close' });
    else if (word) tokens.push({ kind: WORDS[word] ?? 'and' });
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
    throw fault(`'${value}' is not a valid monitor status`);
  const matches = matcher(value, quoted);
  if (key === undefined) {
    return ({ id, texts }) => id === value || texts.some((text) => matches(text, 'within'));
  }
  return ({ facets }) => {
    // A key that is none of the search's own is that of a tag: env:prod.
    const own = facets[key];
    if (own) return own.some((v) => matches(v, key === 'title' || key === 'message' ? 'within' : 'whole'));
    return (
      facets['tag']?.some(
        (tag) => tag.startsWith(`${key}:`) && matches(tag.slice(key.length + 1), 'whole'),
      ) ?? false
    );
  };
}

function matcher(value: string, quoted: boolean): (text: string, where: 'within' | 'whole') => boolean {
  const wanted = value.toLowerCase();
  const parts = wildcardParts(wanted);
  return (text, where) => {
    const lower = text.toLowerCase();
    if (quoted) return where === 'whole' ? lower === wanted : lower.includes(wanted);
    return matchesWildcards(parts, lower, where === 'whole' ? 'whole' : 'anywhere');
  };
}

function fault(words: string): DatadogError {
  return new DatadogError(400, `Query parsing error: ${words}`);
}
