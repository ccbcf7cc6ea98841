import { METRIC_TYPES } from './monitor-types.ts';

/** The allowed and required methods of a data source. */
export interface DataForm {
  readonly methods: readonly string[];
  /** Required methods. `a|b` requires one of the two. */
  readonly required: readonly string[];
}

const SEARCHED: DataForm = {
  methods: ['index', 'source', 'new', 'impact', 'rollup', 'by', 'last'],
  required: ['rollup', 'last'],
};
const TRACKED: DataForm = { ...SEARCHED, required: ['last'] };
const FORMULA: DataForm = {
  methods: ['rollup', 'by', 'last', 'current', 'change', 'anomaly', 'forecast'],
  required: ['last|current'],
};

/** The methods of each data source: spec v1, create a monitor. */
const FORMS: ReadonlyMap<string, DataForm> = new Map([
  ['formula', FORMULA],
  ['processes', { methods: ['over', 'by', 'rollup', 'last'], required: ['rollup', 'last'] }],
  ['error_budget', { methods: ['over'], required: ['over'] }],
  [
    'burn_rate',
    { methods: ['over', 'long_window', 'short_window'], required: ['over', 'long_window', 'short_window'] },
  ],
]);
/** The methods of service checks. */
export const CHECK_FORM: DataForm = {
  methods: ['over', 'exclude', 'by', 'last', 'count_by_status', 'pct_by_status'],
  required: ['last', 'count_by_status|pct_by_status'],
};

/** The data sources of each monitor type. Types that are not listed are not restricted. */
const DATA: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
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
export function dataOf(type: string): readonly string[] | undefined {
  return DATA.get(type);
}

/** Returns the only monitor type that supports a data source, or undefined. */
export function typeOfData(data: string): string | undefined {
  const types = [...DATA].filter(([, names]) => names.includes(data)).map(([type]) => type);
  return types.length === 1 || data === 'events' ? types[0] : undefined;
}

/** Returns the methods of a data source, or undefined if unknown. */
export function formOf(data: string): DataForm | undefined {
  const form = FORMS.get(data);
  if (form) return form;
  if (data.startsWith('error-tracking')) return TRACKED;
  return [...DATA.values()].some((names) => names.includes(data)) ? SEARCHED : undefined;
}
