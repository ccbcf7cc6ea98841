import {
  changed,
  matches,
  type Mutation,
  nextStop,
  pairsOf,
  replaced,
  textsIn,
  without,
  wordBefore,
} from './query-places.ts';

/** Signs and pairs of signs that are one too few or too many. */
export const SIGN_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a brace dropped',
    mistakeWhen: 'always: braces come in pairs. From the metric or keyword before the pair to the end of it',
    mutate: (query, words) =>
      pairsOf(words, '{', '}').flatMap(({ open, close }) => {
        const from = wordBefore(words, open);
        const to = close + 1;
        return [
          { query: without(query, open, open + 1), from, to },
          { query: without(query, close, close + 1), from, to: nextStop(words, close) },
        ];
      }),
  },
  {
    name: 'a brace doubled',
    mistakeWhen: 'always: a brace within braces opens nothing. From the pair on to the word after it',
    mutate: (query, words) =>
      pairsOf(words, '{', '}').flatMap(({ open, close }) =>
        [open, close].map((at) => ({
          query: replaced(query, at, at, query.charAt(at)),
          from: open,
          to: nextStop(words, close) + 1,
        })),
      ),
  },
  {
    name: 'a bracket dropped',
    mistakeWhen:
      'always: brackets come in pairs. Any bracket around the place may be told to lack its partner',
    mutate: (query, words) =>
      pairsOf(words, '(', ')').flatMap(({ open, close, outermost }) => [
        { query: without(query, open, open + 1), from: wordBefore(words, open), to: query.length },
        { query: without(query, close, close + 1), from: outermost, to: nextStop(words, close) },
      ]),
  },
  {
    name: 'a bracket doubled',
    mistakeWhen:
      'always: brackets come in pairs. Any bracket around the place may be told to lack its partner',
    mutate: (query, words) =>
      pairsOf(words, '(', ')').flatMap(({ open, close, outermost }) => [
        { query: replaced(query, open, open, '('), from: outermost, to: query.length + 1 },
        { query: replaced(query, close, close, ')'), from: open, to: query.length + 1 },
      ]),
  },
  {
    name: 'a stray quote',
    mistakeWhen: 'always: quotes come in pairs. From the quote to the next one, or the end',
    mutate: (query, words) =>
      matches(words, /(?<=[:({,\s])[a-z]/g).flatMap(({ from }) =>
        ['"', "'"].map((quote) => {
          const end = query.indexOf(quote, from);
          return {
            query: replaced(query, from, from, quote),
            from,
            to: end === -1 ? query.length + 1 : end + 2,
          };
        }),
      ),
  },
  {
    name: 'a quote dropped',
    mistakeWhen: 'always: quotes come in pairs. From where the text began to the next quote, or the end',
    mutate: (query) =>
      textsIn(query).flatMap(({ from, to }) => {
        const next = query.indexOf(query.charAt(from), to + 1);
        const end = next === -1 ? query.length : next;
        return [
          { query: without(query, from, from + 1), from: from - 1, to: end },
          { query: without(query, to, to + 1), from, to: end },
        ];
      }),
  },
  {
    name: 'a comma doubled',
    mistakeWhen: 'always: nothing stands between the two',
    mutate: (query, words) => matches(words, /,/g).map(({ from, to }) => changed(query, from, to, ',,')),
  },
  {
    name: 'a filter half empty',
    mistakeWhen: 'always: a comma or word joins two terms',
    mutate: (query, words) =>
      matches(words, /(?<![Bb][Yy]\s*)\{[^{}]+\}/g).flatMap(({ from, to, text }) =>
        [
          `${text.slice(0, -1)},}`,
          `{,${text.slice(1)}`,
          `${text.slice(0, -1)} AND }`,
          `{OR ${text.slice(1)}`,
        ].map((half) => changed(query, from, to, half)),
      ),
  },
  {
    name: 'an empty filter',
    mistakeWhen: 'always: a filter says at least *',
    mutate: (query, words) =>
      matches(words, /(?<![Bb][Yy]\s*)\{[^{}]+\}/g).map(({ from, to }) => changed(query, from, to, '{}')),
  },
];
