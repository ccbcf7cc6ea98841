import type { Argument, Call } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import { argumentNumber, argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** What an argument is: data, a number, a word, or either of the last two; a mark says that it may be left out. */
type Kind = 'data' | 'number' | 'word' | 'number?' | 'word?' | 'any?';

const DATA: readonly Kind[] = ['data'];
const LIMITED: readonly Kind[] = ['data', 'number'];

const OF_DATA = [
  'abs log2 log10 cumsum integral count_nonzero count_nonzero_finite count_not_null diff derivative dt per_second',
  'per_minute per_hour monotonic_diff default_zero exclude_null hour_before day_before week_before month_before',
  'ewma_3 ewma_5 ewma_7 ewma_10 ewma_20 median_3 median_5 median_7 median_9 rollingavg_5 rollingavg_13 rollingavg_21',
  'rollingavg_29 robust_trend trend_line piecewise_constant',
].flatMap((line) => line.split(' '));

/** Arguments of functions: docs, dashboards/functions. Algorithms have rules of their own. */
const TAKES: ReadonlyMap<string, readonly Kind[]> = new Map<string, readonly Kind[]>([
  ...OF_DATA.map((name) => [name, DATA] as const),
  ...['cutoff_max', 'cutoff_min', 'clamp_max', 'clamp_min', 'timeshift', 'default'].map(
    (name) => [name, LIMITED] as const,
  ),
  ['moving_rollup', ['data', 'number', 'word?']],
  ['calendar_shift', ['data', 'word', 'word?', 'any?']],
  ['top', ['data', 'number', 'word?', 'word?']],
  ['bottom', ['data', 'number', 'word?', 'word?']],
]);
const EXAMPLES: Readonly<Record<Kind, string>> = {
  data: 'a metric',
  number: 'a number',
  word: 'a word',
  'number?': 'a number',
  'word?': 'a word',
  'any?': 'a word',
};

export const functionArguments: MonitorRule = {
  code: 'function_arguments',
  severity: 'error',
  summary: 'A function is called with what it does not take.',
  bad: `type: query alert
query: avg(last_5m):⟦clamp_max⟧(avg:system.load.1{*}) > 1
`,
  good: `type: query alert
query: avg(last_5m):clamp_max(avg:system.load.1{*}, 100) > 1
`,
  check: ({ parsed: { faults }, calls }) => (faults.length > 0 ? [] : calls.values().flatMap(wrong)),
};

function wrong({ name, args }: Call): Hit[] {
  const kinds = TAKES.get(name.text.toLowerCase());
  if (!kinds) return [];
  const least = kinds.filter((kind) => !kind.endsWith('?')).length;
  const takes = kinds
    .map((kind) => `${EXAMPLES[kind]}${kind.endsWith('?') ? ' if you like' : ''}`)
    .join(', ');
  const message = `Datadog refuses the query: ${name.text}() takes ${takes}.`;
  if (args.length < least) return [{ path: ['query'], span: name.span, message }];
  const misfit = args.find((argument, at) => !fits(argument, kinds[at]));
  return misfit ? [{ path: ['query'], span: misfit.span, message }] : [];
}

function fits(argument: Argument, kind: Kind | undefined): boolean {
  switch (kind) {
    case 'data':
      return argument.kind !== 'string' && argument.kind !== 'named';
    case 'number':
    case 'number?':
      return argumentNumber(argument) !== undefined;
    case 'word':
    case 'word?':
      return argumentText(argument) !== undefined && argument.kind !== 'number';
    case 'any?':
      return argument.kind !== 'named';
    case undefined:
      return false;
  }
}
