import { isObject } from '../../domain/json.ts';
import type { Span, StringLiteral } from '../../language/query/syntax.ts';
import { parseSearch, type Search } from '../../language/search/parse-search.ts';
import type { Path } from '../rule.ts';
import type { MonitorView } from './monitor-view.ts';
import { EVENT_TYPES } from './monitor-types.ts';

/** A parsed search of a monitor. */
export interface LocatedSearch {
  readonly path: Path;
  readonly search: Search;
  /** Maps a range of the search to a range of the string at the path. */
  readonly toSpan: (span: Span) => Span;
}

/** Returns the searches in the query and in the variables of its formula. */
export function searchesOf({ type, parsed: { query }, variables }: MonitorView): LocatedSearch[] {
  const searches: LocatedSearch[] = variables.flatMap(({ path, variable: { search } }) =>
    isObject(search) && typeof search['query'] === 'string'
      ? [
          {
            path: [...path, 'search', 'query'],
            search: parseSearch(search['query']),
            toSpan: (span: Span) => span,
          },
        ]
      : [],
  );
  const searched = query.kind === 'chain' && EVENT_TYPES.has(type) && query.head.name.text !== 'formula';
  const [first] = searched ? query.head.args : [];
  if (first?.kind === 'string') searches.unshift(quotedSearch(first));
  return searches;
}

/** Parses a quoted search after unescaping it. */
function quotedSearch({ raw, span: { from } }: StringLiteral): LocatedSearch {
  const offsets: number[] = [];
  let text = '';
  for (let at = 0; at < raw.length; at += 1) {
    const escaped = raw.charAt(at) === '\\' && /["'\\]/.test(raw.charAt(at + 1));
    offsets.push(at);
    if (escaped) at += 1;
    text += raw.charAt(at);
  }
  offsets.push(raw.length);
  const offsetOf = (at: number) => from + 1 + (offsets[at] ?? raw.length);
  return {
    path: ['query'],
    search: parseSearch(text),
    toSpan: (span) => ({ from: offsetOf(span.from), to: offsetOf(span.to) }),
  };
}
