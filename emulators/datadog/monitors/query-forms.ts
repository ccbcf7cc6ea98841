/**
 * The outer form of the queries of one monitor type, derived from queries that Datadog accepted and rejected. Reference:
 * the query language of each monitor type.
 */
interface QueryForm {
  /** The pattern of the query before its comparison. */
  readonly body: RegExp;
  /** True if `.last(` is required. */
  readonly rolled?: boolean;
  /** True if the query ends in a comparison with a number. */
  readonly compared: boolean;
}

const search = (body: RegExp): QueryForm => ({ body, rolled: true, compared: true });
const METRIC: QueryForm = {
  body: /^\s*(?:formula\("|[a-z_]+\(\s*(?:[a-z]+\(\s*)?(?:last|current|next)_\w+\s*(?:\)?\)|(?:\)\s*)?,\s*\w+\s*\))\s*:\s*\S)/,
  compared: true,
};

const FORMS = new Map(
  Object.entries<QueryForm>({
    'metric alert': METRIC,
    'query alert': METRIC,
    'service check': {
      body: /^\s*(?:"[^"]+"|'[^']+')[\s\S]*\.last\(\d+\)\.(?:count_by_status|pct_by_status)\(\)/,
      compared: false,
    },
    composite: { body: /^[\s()!&|]*\d[\s\d()!&|]*$/, compared: false },
    'process alert': { body: /^\s*processes\([\s\S]*\.last\(/, compared: true },
    'slo alert': { body: /^\s*(?:error_budget|burn_rate)\("/, compared: true },
    'log alert': search(/^\s*(?:formula\("|logs\()/),
    'event-v2 alert': search(/^\s*(?:formula\("|events\()/),
    'audit alert': search(/^\s*(?:formula\("|audits?\()/),
    'rum alert': search(/^\s*(?:formula\("|rum\()/),
    'trace-analytics alert': search(/^\s*(?:formula\("|(?:trace-analytics|spans)\()/),
    'ci-pipelines alert': search(/^\s*(?:formula\("|ci-pipelines\()/),
    'ci-tests alert': search(/^\s*(?:formula\("|ci-tests\()/),
    'error-tracking alert': search(/^\s*(?:formula\("|error-tracking[\w-]*\()/),
    'database-monitoring alert': search(/^\s*(?:formula\("|database-monitoring\()/),
    'network-performance alert': search(/^\s*(?:formula\("|network-performance\()/),
    'network-path alert': search(/^\s*(?:formula\("|network-path\()/),
    'cost alert': search(/^\s*formula\("/),
    'data-quality alert': search(/^\s*formula\("/),
    'data-jobs alert': search(/^\s*formula\("/),
    'llm-observability alert': search(/^\s*(?:formula\("|llm-observability\()/),
  }),
);
const COMPARISON = /(>=|<=|==|!=|>|<)\s*(-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|threshold)\s*$/;
/** The types whose messages name the missing part of the query. */
const NAMES_THE_OPERATOR = new Set(['log alert']);

export interface Comparison {
  readonly operator: string;
  /** Undefined for a dynamic threshold. */
  readonly limit: number | undefined;
}

/** Returns the comparison that ends a query, if any. */
export function comparisonOf(query: string): Comparison | undefined {
  const found = COMPARISON.exec(query);
  if (!found) return undefined;
  const [, operator = '', limit = ''] = found;
  return { operator, limit: limit === 'threshold' ? undefined : Number(limit) };
}

/** Returns whether a query has groups: then its monitor is a multi alert. */
export function isGrouped(query: string): boolean {
  return /\bby\b/.test(query.replace(/"(?:[^"\\]|\\[\s\S]?)*"?|'[^']*'/g, ''));
}

/** Returns Datadog's message for an invalid query, or undefined. Does not check the ids of composites. */
export function queryError(type: string, query: string): string | undefined {
  const form = FORMS.get(type);
  const invalid = "The value provided for parameter 'query' is invalid";
  if (!form) return undefined;
  if (form.compared && comparisonOf(query) === undefined)
    return NAMES_THE_OPERATOR.has(type) ? `${invalid}: invalid operator specified: ` : invalid;
  const isValid = form.body.test(query) && (!form.rolled || query.includes('.last('));
  return isValid && isBalanced(query) ? undefined : invalid;
}

const CLOSERS = new Map(Object.entries({ '(': ')', '{': '}', '[': ']' }));

/** Returns whether brackets outside quotes are balanced. An unclosed double quote hides the rest of the query. */
function isBalanced(query: string): boolean {
  const open: string[] = [];
  for (const character of query.replace(/"(?:[^"\\]|\\[\s\S]?)*"?|'[^']*'/g, '')) {
    const closer = CLOSERS.get(character);
    if (closer !== undefined) open.push(closer);
    else if ([...CLOSERS.values()].includes(character) && open.pop() !== character) return false;
  }
  return open.length === 0;
}
