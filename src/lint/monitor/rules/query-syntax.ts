import type { Query, Span, SyntaxFault, Word } from '../../../language/query/syntax.ts';
import { tagsIn } from '../../../language/query/walk-query.ts';
import { METRIC_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { dataOf, typeOfData } from '../query-data.ts';
import { searchesOf } from '../searches.ts';
import { comparisonOf } from '../thresholds.ts';
import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';

/** What each kind of fault means to the person who wrote the query. */
const SENTENCES: Readonly<Record<SyntaxFault['code'], (what: string) => string>> = {
  unclosed: (what) => `The ${what} here is never closed, so Datadog refuses the query.`,
  unopened: (what) => `The ${what} here closes nothing, so Datadog refuses the query.`,
  missing: (what) => `Datadog refuses the query: ${what} is missing here.`,
  unexpected: (what) => `Datadog refuses the query: "${what}" has no place here.`,
  bad_number: (what) => `Datadog refuses the query: "${what}" is no number.`,
  bad_id: (what) => `Datadog refuses the query: "${what}" is no id of a monitor.`,
  doubled: (what) => `Datadog refuses the query: "${what}" is no operator.`,
  unterminated_text: (what) =>
    `The text that begins here has no closing ${what}, so Datadog refuses the query.`,
  uneven_quotes: (what) =>
    `In or after the text here a ${what} is missing or one too many, so Datadog refuses the query.`,
};

/** More of the text in a sentence helps nobody. */
const LONGEST = 60;

const HINTS: Readonly<Partial<Record<SyntaxFault['code'], string>>> = {
  bad_number: 'Write numbers as in 0.5, -2 or 1e6.',
  bad_id: 'Ids are digits alone; in a document, ${monitor:key} names another monitor of it.',
  doubled: 'The comparisons are >, >=, <, <=, == and !=.',
};

/** `$env`, `$env.value`, `host:$host`. */
const VARIABLE = /(?:^|[:!-])(\$[A-Za-z_][\w.]*)/;

interface Usual {
  readonly holds: (query: Query, type: string) => boolean;
  readonly operators: readonly string[];
  /** Why the others say nothing. */
  readonly because: string;
}

const ABOVE = ['>', '>='];

const SIDES = ['>', '>=', '<', '<='];

/** Operators by what is compared: docs, monitors/types. */
const USUAL: readonly Usual[] = [
  {
    holds: calls('anomalies'),
    operators: ABOVE,
    because: 'anomalies are a share of points, which alerts when it is high',
  },
  { holds: calls('outliers'), operators: ['>'], because: 'an outlier is told by more than 0' },
  {
    holds: (query, type) => calls('forecast')(query, type) && aggregates(query, 'max'),
    operators: ABOVE,
    because: 'the highest point of a forecast is compared with what it rises above',
  },
  {
    holds: (query, type) => calls('forecast')(query, type) && aggregates(query, 'min'),
    operators: ['<', '<='],
    because: 'the lowest point of a forecast is compared with what it falls below',
  },
  {
    holds: (query) => aggregates(query, 'change') || aggregates(query, 'pct_change'),
    operators: SIDES,
    because: 'a change is hardly ever exactly so',
  },
  {
    holds: ofType('slo alert'),
    operators: ABOVE,
    because: 'what is used up of an error budget alerts when it is high',
  },
  { holds: ofType('error-tracking alert'), operators: ABOVE, because: 'errors alert when they are many' },
  { holds: ofType('rum alert'), operators: SIDES, because: 'a count of events is hardly ever exactly so' },
  {
    holds: ofType('trace-analytics alert'),
    operators: SIDES,
    because: 'a count of events is hardly ever exactly so',
  },
];

/** The query as a whole, of every type of monitor. */
export const QUERY_RULES: readonly MonitorRule[] = [
  {
    code: 'query_syntax',
    severity: 'error',
    summary: 'The query cannot be read.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1⟦{⟧host:a > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{host:a} > 1
`,
    check: ({ parsed }) =>
      parsed.faults.values().map((fault) => ({ path: ['query'], span: fault.span, ...sentenceOf(fault) })),
  },
  {
    code: 'data_of_another_type',
    severity: 'error',
    summary: 'The query looks at data that its type of monitor does not watch.',
    bad: `type: rum alert
query: ⟦logs⟧("service:shop").index("*").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ type, parsed: { query } }) => {
      const known = dataOf(type);
      if (known === undefined) return [];
      if (query.kind === 'metric')
        return METRIC_TYPES.has(type) ? [] : [hit(type, query.evaluation.name, known, 'query alert')];
      if (query.kind !== 'chain') return [];
      const { name } = query.head;
      if (name.text === '' || known.includes(name.text)) return [];
      return [hit(type, name, known, typeOfData(name.text))];
    },
  },
  {
    code: 'dashboard_variable',
    severity: 'error',
    summary: 'The query has a variable of a dashboard in it.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{⟦$env⟧} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod} > 1
`,
    check: (view) => {
      if (!view.query.includes('$') && view.variables.length === 0) return [];
      const places: { text: string; span: Span; path: readonly (string | number)[] }[] = [];
      const look = (text: string, span: Span, path: readonly (string | number)[] = ['query']) => {
        const found = VARIABLE.exec(text);
        const [whole, name] = found ?? [];
        if (found === null || whole === undefined || name === undefined) return;
        const from = span.from + found.index + whole.length - name.length;
        places.push({ text: name, span: { from, to: from + name.length }, path });
      };
      for (const { metric, filter, groupBy } of view.series) {
        look(metric.text, metric.span);
        for (const tag of tagsIn(filter)) {
          if (tag.kind === 'tag') look(tag.text, tag.span);
          else for (const value of tag.values) look(value.text, value.span);
        }
        for (const key of groupBy?.keys ?? []) look(key.text, key.span);
      }
      for (const { path, search, spanOf } of searchesOf(view))
        for (const { text, span } of search.terms) look(text, spanOf(span), path);
      return places.values().map(({ text, span, path }) => ({
        path,
        span,
        message: `The monitor watches nothing, or Datadog refuses it: ${text} is a variable of dashboards, and a monitor has none.`,
        hint: 'Write the value itself.',
      }));
    },
  },
  {
    code: 'comparator_unusual',
    severity: 'warning',
    summary: 'The comparison is one that Datadog does not offer for this.',
    bad: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") ⟦<⟧ 75
`,
    good: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") > 75
`,
    check: ({ type, parsed: { query, faults } }) => {
      const comparison = comparisonOf(query);
      if (comparison === undefined || faults.length > 0) return [];
      const { text, span } = comparison.operator;
      return USUAL.filter(({ holds, operators }) => !operators.includes(text) && holds(query, type))
        .slice(0, 1)
        .map(({ operators, because }) => ({
          path: ['query'],
          span,
          message: `Datadog may refuse the query, or it alerts when all is well: ${because}.`,
          hint: `Write ${operators.join(' or ')}.`,
        }));
    },
  },
];

/** What a fault does to the monitor, and what to do. */
export function sentenceOf({ code, what }: SyntaxFault): Pick<Hit, 'message' | 'hint'> {
  const hint = HINTS[code];
  const shown = what.length > LONGEST ? `${what.slice(0, LONGEST)}...` : what;
  return { message: SENTENCES[code](shown), ...(hint === undefined ? {} : { hint }) };
}

function hit(type: string, { text, span }: Word, known: readonly string[], other: string | undefined) {
  const meant = other === undefined ? nearest(text, known) : undefined;
  const watched = METRIC_TYPES.has(type)
    ? 'metrics, as in avg(last_5m):avg:system.load.1{*}'
    : known.join(' and ');
  return {
    path: ['query'],
    span,
    message: `Datadog refuses the query: a ${type} watches ${watched}, not ${text}.`,
    ...(meant === undefined
      ? {
          hint: other === undefined ? 'Write what the type watches.' : `What looks at ${text} is a ${other}.`,
        }
      : {
          hint: `Did you mean ${meant}?`,
          fix: { title: `Write ${meant}`, edits: [{ path: ['query'], span, text: meant }] },
        }),
  };
}

/** The whole expression of a metric query is given to one function. */
function calls(name: string): Usual['holds'] {
  return (query) =>
    query.kind === 'metric' && query.expression.kind === 'call' && query.expression.name.text === name;
}

function aggregates(query: Query, name: string): boolean {
  return query.kind === 'metric' && query.evaluation.name.text === name;
}

function ofType(type: string): Usual['holds'] {
  return (_, given) => given === type;
}
