import type { Query, Span, SyntaxFault, Word } from '../../../language/query/syntax.ts';
import { tagsIn } from '../../../language/query/walk-query.ts';
import { METRIC_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { sourcesOf, typeForSource } from '../query-sources.ts';
import { searchesOf } from '../searches.ts';
import { comparisonOf } from '../option-values.ts';
import { nearest } from '../../nearest.ts';
import type { Violation } from '../../rule.ts';

/** The message for each kind of syntax fault. */
const MESSAGES: Readonly<Record<SyntaxFault['code'], (what: string) => string>> = {
  unclosed: (what) => `Datadog rejects the query: unclosed ${what}.`,
  unopened: (what) => `Datadog rejects the query: unmatched ${what}.`,
  missing: (what) => `Datadog rejects the query: expected ${what} here.`,
  unexpected: (what) => `Datadog rejects the query: unexpected "${what}".`,
  bad_number: (what) => `Datadog rejects the query: "${what}" is not a number.`,
  bad_id: (what) => `Datadog rejects the query: "${what}" is not a monitor id.`,
  doubled: (what) => `Datadog rejects the query: "${what}" is not an operator.`,
  unterminated_text: (what) =>
    `Datadog rejects the query: the string that starts here has no closing ${what}.`,
  late_group: (what) =>
    `Datadog rejects the query: ${what.split(' .')[0]} belongs before .${what.split(' .')[1]}.`,
  bare_group: (what) => `Datadog rejects the query: group keys must be in braces: by {${what}}.`,
  uneven_quotes: (what) => `Datadog rejects the query: unbalanced ${what} in or after this string.`,
};

/** The maximum number of characters of the query that a message quotes. */
const MAX_QUOTED_LENGTH = 60;

const HINT_BY_CODE: Readonly<Partial<Record<SyntaxFault['code'], string>>> = {
  bad_number: 'Write numbers like 0.5, -2 or 1e6.',
  bad_id: 'An id has only digits. In a document, ${monitor:key} references another monitor.',
  doubled: 'The comparisons are >, >=, <, <=, == and !=.',
};

/** `$env`, `$env.value`, `host:$host`. */
const VARIABLE = /(?:^|[:!-])(\$[A-Za-z_][\w.]*)/;

interface OfferedOperators {
  readonly appliesTo: (query: Query, type: string) => boolean;
  readonly operators: readonly string[];
  /** Why other operators make no sense. */
  readonly reason: string;
}

const GREATER = ['>', '>='];

const INEQUALITIES = ['>', '>=', '<', '<='];

/** The operators that Datadog offers for each kind of query: Datadog docs, monitors/types. */
const OFFERED_OPERATORS: readonly OfferedOperators[] = [
  {
    appliesTo: isCallOf('anomalies'),
    operators: GREATER,
    reason: 'an anomaly monitor alerts when the share of anomalous points is high',
  },
  { appliesTo: isCallOf('outliers'), operators: ['>'], reason: 'an outlier monitor alerts above 0' },
  {
    appliesTo: (query, type) => isCallOf('forecast')(query, type) && aggregatesWith(query, 'max'),
    operators: GREATER,
    reason: 'the maximum of a forecast is compared with an upper limit',
  },
  {
    appliesTo: (query, type) => isCallOf('forecast')(query, type) && aggregatesWith(query, 'min'),
    operators: ['<', '<='],
    reason: 'the minimum of a forecast is compared with a lower limit',
  },
  {
    appliesTo: (query) => aggregatesWith(query, 'change') || aggregatesWith(query, 'pct_change'),
    operators: INEQUALITIES,
    reason: 'a change rarely equals an exact value',
  },
  {
    appliesTo: isType('slo alert'),
    operators: GREATER,
    reason: 'an SLO monitor alerts when error budget consumption is high',
  },
  {
    appliesTo: isType('error-tracking alert'),
    operators: GREATER,
    reason: 'an error monitor alerts when there are many errors',
  },
  {
    appliesTo: isType('rum alert'),
    operators: INEQUALITIES,
    reason: 'a count of events rarely equals an exact value',
  },
  {
    appliesTo: isType('trace-analytics alert'),
    operators: INEQUALITIES,
    reason: 'a count of events rarely equals an exact value',
  },
];

/** Rules about the query of every type of monitor. */
export const QUERY_RULES: readonly MonitorRule[] = [
  {
    code: 'query_syntax',
    severity: 'error',
    summary: 'Syntax error in the query.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1⟦{⟧host:a > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{host:a} > 1
`,
    check: ({ parsed }) =>
      parsed.faults.values().map((fault) => ({ path: ['query'], span: fault.span, ...syntaxMessage(fault) })),
  },
  {
    code: 'data_of_another_type',
    severity: 'error',
    summary: 'The query uses data that this type of monitor does not support.',
    bad: `type: rum alert
query: ⟦logs⟧("service:shop").index("*").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ type, parsed: { query } }) => {
      const known = sourcesOf(type);
      if (known === undefined) return [];
      if (query.kind === 'metric')
        return METRIC_TYPES.has(type)
          ? []
          : [unsupportedData(type, query.evaluation.name, known, 'query alert')];
      if (query.kind !== 'chain') return [];
      const { name } = query.head;
      if (name.text === '' || known.includes(name.text)) return [];
      return [unsupportedData(type, name, known, typeForSource(name.text))];
    },
  },
  {
    code: 'dashboard_variable',
    severity: 'error',
    summary: 'The query contains a dashboard template variable.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{⟦$env⟧} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod} > 1
`,
    check: (view) => {
      if (!view.query.includes('$') && view.variables.length === 0) return [];
      const uses: { text: string; span: Span; path: readonly (string | number)[] }[] = [];
      const collect = (text: string, span: Span, path: readonly (string | number)[] = ['query']) => {
        const found = VARIABLE.exec(text);
        const [whole, name] = found ?? [];
        if (found === null || whole === undefined || name === undefined) return;
        const from = span.from + found.index + whole.length - name.length;
        uses.push({ text: name, span: { from, to: from + name.length }, path });
      };
      for (const { metric, filter, groupBy } of view.series) {
        collect(metric.text, metric.span);
        for (const tag of tagsIn(filter)) {
          if (tag.kind === 'tag') collect(tag.text, tag.span);
          else for (const value of tag.values) collect(value.text, value.span);
        }
        for (const key of groupBy?.keys ?? []) collect(key.text, key.span);
      }
      for (const { path, search, toSpan: spanOf } of searchesOf(view))
        for (const { text, span } of search.terms) collect(text, spanOf(span), path);
      return uses.values().map(({ text, span, path }) => ({
        path,
        span,
        message: `The monitor matches no data, or Datadog rejects it: ${text} is a template variable, which only dashboards have.`,
        hint: 'Replace it with a value.',
      }));
    },
  },
  {
    code: 'comparator_unusual',
    severity: 'warning',
    summary: 'Datadog does not offer this comparison operator for the query.',
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
      return OFFERED_OPERATORS.filter(
        ({ appliesTo, operators }) => !operators.includes(text) && appliesTo(query, type),
      )
        .slice(0, 1)
        .map(({ operators, reason }) => ({
          path: ['query'],
          span,
          message: `Datadog may reject the query, or the monitor alerts for healthy values: ${reason}.`,
          hint: `Use ${operators.join(' or ')}.`,
        }));
    },
  },
];

/** Returns the message and hint for a syntax fault. */
export function syntaxMessage({ code, what }: SyntaxFault): Pick<Violation, 'message' | 'hint'> {
  const hint = HINT_BY_CODE[code];
  const excerpt = what.length > MAX_QUOTED_LENGTH ? `${what.slice(0, MAX_QUOTED_LENGTH)}...` : what;
  return { message: MESSAGES[code](excerpt), ...(hint === undefined ? {} : { hint }) };
}

function unsupportedData(
  type: string,
  { text, span }: Word,
  known: readonly string[],
  typeOfSource: string | undefined,
) {
  const meant = typeOfSource === undefined ? nearest(text, known) : undefined;
  const supported = METRIC_TYPES.has(type)
    ? 'metrics, for example avg(last_5m):avg:system.load.1{*}'
    : known.join(' and ');
  return {
    path: ['query'],
    span,
    message: `Datadog rejects the query: a monitor of type ${type} queries ${supported}, not ${text}.`,
    ...(meant === undefined
      ? {
          hint:
            typeOfSource === undefined
              ? 'Query data that the type supports.'
              : `Use type ${typeOfSource} for ${text}.`,
        }
      : {
          hint: `Did you mean ${meant}?`,
          fix: { title: `Change to ${meant}`, edits: [{ path: ['query'], span, text: meant }] },
        }),
  };
}

/** Matches metric queries whose whole expression is one call of this function. */
function isCallOf(name: string): OfferedOperators['appliesTo'] {
  return (query) =>
    query.kind === 'metric' && query.expression.kind === 'call' && query.expression.name.text === name;
}

function aggregatesWith(query: Query, name: string): boolean {
  return query.kind === 'metric' && query.evaluation.name.text === name;
}

function isType(type: string): OfferedOperators['appliesTo'] {
  return (_, given) => given === type;
}
