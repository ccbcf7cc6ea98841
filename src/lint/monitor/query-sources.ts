import { METRIC_TYPES } from './monitor-types.ts';

/** The allowed and required methods of a data source. */
export interface SourceMethods {
  readonly methods: readonly string[];
  /** Required methods. `a|b` requires one of the two. */
  readonly required: readonly string[];
}

const SEARCH_METHODS: SourceMethods = {
  methods: ['index', 'source', 'new', 'impact', 'rollup', 'by', 'last', 'current'],
  required: ['rollup', 'last|current'],
};
const ERROR_TRACKING_METHODS: SourceMethods = { ...SEARCH_METHODS, required: ['last|current'] };
const FORMULA_METHODS: SourceMethods = {
  methods: ['rollup', 'by', 'last', 'current', 'change', 'anomaly', 'forecast'],
  required: ['last|current'],
};

/** The methods of each data source: Datadog API v1, create a monitor. */
const METHODS_BY_SOURCE: ReadonlyMap<string, SourceMethods> = new Map([
  ['formula', FORMULA_METHODS],
  ['processes', { methods: ['over', 'by', 'rollup', 'last'], required: ['rollup', 'last'] }],
  ['error_budget', { methods: ['over'], required: ['over'] }],
  [
    'burn_rate',
    { methods: ['over', 'long_window', 'short_window'], required: ['over', 'long_window', 'short_window'] },
  ],
]);
/** The methods of service checks. */
export const CHECK_METHODS: SourceMethods = {
  methods: ['over', 'exclude', 'by', 'last', 'count_by_status', 'pct_by_status'],
  required: ['last', 'count_by_status|pct_by_status'],
};

/** The data sources of each monitor type. Types that are not listed are not restricted. */
const SOURCES_BY_TYPE: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['log alert', ['logs', 'formula']],
  ['event-v2 alert', ['events', 'formula']],
  ['event alert', ['events']],
  ['audit alert', ['audits', 'formula']],
  ['rum alert', ['rum', 'formula']],
  ['trace-analytics alert', ['trace-analytics', 'formula']],
  [
    'error-tracking alert',
    [
      'error-tracking',
      'error-tracking-rum',
      'error-tracking-logs',
      'error-tracking-traces',
      'error-tracking-apm',
      'formula',
    ],
  ],
  ['ci-pipelines alert', ['ci-pipelines', 'formula']],
  ['ci-tests alert', ['ci-tests', 'formula']],
  ['database-monitoring alert', ['database-monitoring', 'formula']],
  ['network-performance alert', ['network-performance', 'formula']],
  ['network-path alert', ['network-path', 'formula']],
  ['llm-observability alert', ['llm-observability', 'formula']],
  ['process alert', ['processes']],
  ['slo alert', ['error_budget', 'burn_rate']],
  ['cost alert', ['formula']],
  ['data-quality alert', ['formula']],
  ['data-jobs alert', ['formula']],
  ...[...METRIC_TYPES].map((type) => [type, ['formula']] as const),
]);

/** Returns the data sources of a monitor type, or undefined if unknown. */
export function sourcesOf(type: string): readonly string[] | undefined {
  return SOURCES_BY_TYPE.get(type);
}

/** Returns the only monitor type that supports a data source, or undefined. */
export function typeForSource(source: string): string | undefined {
  const types = [...SOURCES_BY_TYPE].filter(([, names]) => names.includes(source)).map(([type]) => type);
  return types.length === 1 || source === 'events' ? types[0] : undefined;
}

/** Returns the methods of a data source, or undefined if unknown. */
export function methodsOf(source: string): SourceMethods | undefined {
  const methods = METHODS_BY_SOURCE.get(source);
  if (methods) return methods;
  if (source.startsWith('error-tracking')) return ERROR_TRACKING_METHODS;
  return [...SOURCES_BY_TYPE.values()].some((names) => names.includes(source)) ? SEARCH_METHODS : undefined;
}
