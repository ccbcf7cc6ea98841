import {
  changed,
  comparisonsIn,
  matches,
  nextStop,
  replaced,
  windowsIn,
  without,
  wordBefore,
  type Mutation,
} from './query-places.ts';
import { SIGN_MUTATIONS } from './sign-mutations.ts';

const KEYWORDS =
  /\b(?:avg|sum|min|max)(?=\(|:)|(?<=\.)(?:as_count|as_rate|rollup|last|by|count_by_status)(?=\()|\blast_/g;

/** Every kind of mistake. Texts alone are changed: nothing here knows the parser. */
export const MUTATIONS: readonly Mutation[] = [
  ...SIGN_MUTATIONS,
  {
    name: 'an unknown function',
    mistakeWhen: 'the word before a bracket or dot is a function of the expression: nothing is called so',
    mutate: (query, words) =>
      matches(
        words,
        /(?<=[:(,\s*/+-])(?!(?:avg|sum|min|max|percentile|change|pct_change|count|IN|in)\()[a-z][a-z0-9_]*(?=\()/g,
      )
        .filter(({ from }) => from > 0)
        .map(({ from, to, text }) => changed(query, from, to, `${text}xyz`)),
  },
  {
    name: 'an unknown aggregator',
    mistakeWhen: 'the word before the colon of a series, or before the window, aggregates: nothing does so',
    mutate: (query, words) =>
      matches(
        words,
        /(?:(?<=^|[^\w.:{,@-])(?:avg|sum|min|max|p\d\d)(?=:[a-z])|^(?:avg|sum|min|max)(?=\())/g,
      ).map(({ from, to, text }) => changed(query, from, to, `${text}erage`)),
  },
  {
    name: 'a method misspelt',
    mistakeWhen: 'what stands between a dot and a bracket is a method: none is called so',
    mutate: (query, words) =>
      matches(words, /(?<=\.)[a-z_]+(?=\()/g).map(({ from, to, text }) =>
        changed(query, from, to, `${text}s`),
      ),
  },
  {
    name: 'the brackets of a method left out',
    mistakeWhen: 'always: methods are called',
    mutate: (query, words) =>
      matches(words, /(?<=[)}])\.([a-z_]+)\([^()]*\)/g).map(({ from, to, text }) => {
        const bare = text.slice(0, text.indexOf('('));
        return {
          query: replaced(query, from, to, bare),
          from,
          to: nextStop(replaced(words, from, to, bare), from + bare.length),
        };
      }),
  },
  {
    name: 'a window in no unit of time',
    ofMonitors: true,
    mistakeWhen: 'always: no window counts in such a unit',
    mutate: (query) =>
      windowsIn(query).map(({ from, to, text }) =>
        changed(query, from, to, text.replace(/(\d+)[a-z]+$/, '$1x')),
      ),
  },
  {
    name: 'a window longer than any',
    ofMonitors: true,
    mistakeWhen: 'always: no type looks back a century',
    mutate: (query) =>
      windowsIn(query).map(({ from, to, text }) =>
        changed(query, from, to, text.replace(/\d+[a-z]+$/, '40000d')),
      ),
  },
  {
    name: 'a window of no length',
    ofMonitors: true,
    mistakeWhen: 'always: nothing is in it',
    mutate: (query) =>
      windowsIn(query).map(({ from, to, text }) => changed(query, from, to, text.replace(/\d+/, '0'))),
  },
  {
    name: 'a window without its number',
    ofMonitors: true,
    mistakeWhen: 'always: how long it is is not said',
    mutate: (query) =>
      windowsIn(query)
        .filter(({ text }) => text.startsWith('last'))
        .map(({ from, to, text }) => changed(query, from, to, text.replace(/\d+/, ''))),
  },
  {
    name: 'a count of results that cannot be',
    ofMonitors: true,
    mistakeWhen: 'the query is of a service check: 1 to 100 results are kept',
    mutate: (query, words) =>
      matches(words, /(?<=\.last\()\d+(?=\)\.(?:count|pct)_by)/g).flatMap(({ from, to }) =>
        ['0', '1000', '2.5', '5m'].map((count) => changed(query, from, to, count)),
      ),
  },
  {
    name: 'a comparison doubled',
    ofMonitors: true,
    mistakeWhen: 'always: there is no such operator',
    mutate: (query, words) =>
      comparisonsIn(words).map(({ from, to, text }) => changed(query, from, to, text + text)),
  },
  {
    name: 'a comparison of another language',
    ofMonitors: true,
    mistakeWhen: 'always: Datadog has neither of them',
    mutate: (query, words) =>
      comparisonsIn(words).flatMap(({ from, to }) =>
        ['=', '=>', '<>', '===', 'is'].map((other) => changed(query, from, to, ` ${other} `)),
      ),
  },
  {
    name: 'a comparison left out',
    ofMonitors: true,
    mistakeWhen: 'always: a query that has one needs it. Between what stood before and after it',
    mutate: (query, words) =>
      comparisonsIn(words).map(({ from, to }) => ({
        query: replaced(query, from, to, ' '),
        from: wordBefore(words, from),
        to: query.length,
      })),
  },
  {
    name: 'a threshold that is no number',
    ofMonitors: true,
    mistakeWhen: 'always',
    mutate: (query, words) =>
      matches(words, /(?<=[<>=]\s*)-?\d[\d.]*(?=\s*$)/g).flatMap(({ from, to, text }) =>
        ['abc', `${text}%`, `${text},000`, `${text} MB`, 'one'].map((wrong) =>
          changed(query, from, to, wrong),
        ),
      ),
  },
  {
    name: 'a threshold left out',
    ofMonitors: true,
    mistakeWhen: 'always: the comparison has nothing to compare with',
    mutate: (query, words) =>
      matches(words, /(?<=[<>=]\s*)-?\d[\d.]*(?=\s*$)/g).map(({ from }) => ({
        query: query.slice(0, from),
        from: from - 3,
        to: from,
      })),
  },
  {
    name: 'an operator doubled',
    mistakeWhen: 'the operator is * or /: a second + or - would be a sign',
    mutate: (query, words) =>
      matches(words, /(?<=[}\s)\d])[*/](?=[\s(a-z\d])/g).map(({ from, to, text }) =>
        changed(query, from, to, text + text),
      ),
  },
  {
    name: 'an operator left out',
    mistakeWhen: 'something stands on either side of it. Between the two sides',
    mutate: (query, words) =>
      matches(words, /(?<=[}\s)\d])[*/+-](?=[\s(a-z\d])/g)
        .filter(
          ({ from }) => /[})\d]\s*$/.test(words.slice(0, from)) && !/last_\d*\s*$/.test(words.slice(0, from)),
        )
        .map(({ from, to }) => ({
          query: replaced(query, from, to, ' '),
          from: wordBefore(words, from),
          to: nextStop(words, to + 1),
        })),
  },
  {
    name: 'keys left out of a grouping',
    mistakeWhen: 'always: grouping is by something',
    mutate: (query, words) => [
      ...matches(words, /(?<=by\s*)\{[^{}]*\}/g).map(({ from, to }) => changed(query, from, to, '{}')),
      ...matches(words, /(?<=\.by)\([^()]*\)/g).map(({ from, to }) => changed(query, from, to, '()')),
    ],
  },
  {
    name: 'a filter left out',
    mistakeWhen:
      'the series is aggregated: nothing else has a colon there. From its aggregator to what follows',
    mutate: (query, words) =>
      matches(words, /(?<=\b(?:avg|sum|min|max):[\w.]+)\{[^{}]+\}/g).map(({ from, to }) => ({
        query: without(query, from, to),
        from: wordBefore(words, from),
        to: nextStop(words, from + 1),
      })),
  },
  {
    name: 'a metric left out',
    mistakeWhen: 'always: there is nothing to aggregate',
    mutate: (query, words) =>
      matches(words, /(?<=\b(?:avg|sum|min|max):)[\w.]+(?=\{)/g).map(({ from, to }) => ({
        query: without(query, from, to),
        from: from - 4,
        to: from + 1,
      })),
  },
  {
    name: 'the wrong case of a keyword',
    mistakeWhen: 'the word is an aggregator, a method or a window: Datadog writes them small',
    mutate: (query, words) =>
      matches(words, KEYWORDS).map(({ from, to, text }) => changed(query, from, to, text.toUpperCase())),
  },
  {
    name: 'more after the end',
    mistakeWhen: 'always: a query ends with its threshold, its last bracket or its last id',
    mutate: (query) => {
      const end = query.trimEnd().length;
      return [' for 5m', ' and more', ' )', ' }'].map((more) => ({
        query: query.slice(0, end) + more,
        from: end - 1,
        to: end + more.length,
      }));
    },
  },
  {
    name: 'the colon after the window left out',
    ofMonitors: true,
    mistakeWhen: 'always: it parts the window from what is looked at',
    mutate: (query, words) =>
      matches(words, /(?<=^[a-z_]+\([^:]*\)):/g).map(({ from, to }) => ({
        query: replaced(query, from, to, ' '),
        from: 0,
        to: from + 4,
      })),
  },
  {
    name: 'a dashboard variable',
    ofMonitors: true,
    mistakeWhen: 'the query is of a monitor: there is no dashboard to ask. Within the braces',
    mutate: (query, words) =>
      matches(words, /(?<![Bb][Yy]\s*)\{[^{}]+\}/g).map(({ from, to }) => changed(query, from, to, '{$env}')),
  },
  {
    name: 'a number with two points',
    mistakeWhen: 'always',
    mutate: (query, words) =>
      matches(words, /(?<=[\s(,*/])\d+(?:\.\d+)?(?=[\s),*/]|$)/g)
        .filter(({ from }) => !words.slice(0, from).endsWith('last('))
        .map(({ from, to, text }) => changed(query, from, to, `${text}.0.1`)),
  },
  {
    name: 'half an operator of a composite',
    ofMonitors: true,
    mistakeWhen: 'always: the operators are && and ||',
    mutate: (query, words) =>
      matches(words, /&&|\|\|/g).map(({ from, to, text }) => changed(query, from, to, text.charAt(0))),
  },
  {
    name: 'a member of a composite left out',
    ofMonitors: true,
    mistakeWhen: 'always: an operator joins two. Between the operators around the place',
    mutate: (query, words) =>
      /^[\s\d()!&|]+$/.test(words)
        ? matches(words, /\d+/g).map(({ from, to }) => ({
            query: without(query, from, to),
            from: Math.max(0, from - 5),
            to: from + 5,
          }))
        : [],
  },
  {
    name: 'an algorithm that there is not',
    ofMonitors: true,
    mistakeWhen: 'always: the texts after what anomalies, outliers or forecast look at are algorithms',
    mutate: (query) =>
      matches(query, /'(?:basic|agile|robust|linear|seasonal|dbscan|scaleddbscan|mad|scaledmad)'/gi).map(
        ({ from, to }) => changed(query, from, to, "'magic'"),
      ),
  },
  {
    name: 'a setting of an algorithm misspelt',
    ofMonitors: true,
    mistakeWhen: 'always: what stands before = is the name of a setting',
    mutate: (query, words) =>
      matches(words, /\b[a-z_]+(?==')/g).map(({ from, to, text }) => changed(query, from, to, `${text}_`)),
  },
  {
    name: 'a name of a formula misspelt',
    ofMonitors: true,
    mistakeWhen: 'always: the options declare no such name',
    mutate: (query) =>
      matches(query, /(?<=^formula\("[^"]*)\b[a-z_]*quer[a-z_]*\d*\b(?=[^"]*")/g).map(({ from, to, text }) =>
        changed(query, from, to, `${text}x`),
      ),
  },
  {
    name: 'a search half empty',
    ofMonitors: true,
    mistakeWhen: 'always: AND and OR join two terms, and a bracket has a partner',
    mutate: (query, words) =>
      matches(
        words,
        /(?<=^(?:logs|events|audits|rum|ci-pipelines|ci-tests|llm-observability|error-tracking-rum)\(")\0+/g,
      ).flatMap(({ from, to }) => {
        const search = query.slice(from, to);
        return [`${search} AND`, `OR ${search}`, `(${search}`, `${search})`].map((half) =>
          changed(query, from, to, half),
        );
      }),
  },
  {
    name: 'the data of another type',
    ofMonitors: true,
    mistakeWhen: 'the query names what it searches in: each type has its own',
    mutate: (query, words) =>
      matches(
        words,
        /^(?:logs|events|audits|rum|ci-pipelines|ci-tests|llm-observability|error-tracking-rum)(?=\()/g,
      ).map(({ from, to }) => changed(query, from, to, 'processes')),
  },
];
