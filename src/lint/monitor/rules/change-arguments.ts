import type { Call } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const changeArguments: MonitorRule = {
  code: 'change_arguments',
  severity: 'error',
  summary: 'A change is not between one window and another.',
  bad: `type: query alert
query: ⟦change⟧(avg(last_5m)):avg:system.load.1{*} > 1
`,
  good: `type: query alert
query: change(avg(last_5m),last_1h):avg:system.load.1{*} > 1
`,
  check: ({ parsed: { query, faults } }) => {
    if (query.kind !== 'metric' || faults.length > 0) return [];
    const { name, args } = query.evaluation;
    const [first, , third] = args;
    const changes = name.text === 'change' || name.text === 'pct_change';
    if (!changes) return first?.kind === 'call' ? [] : windowAlone(query.evaluation);
    const takes = `${name.text}() takes what it compares and how far back, as in ${name.text}(avg(last_5m),last_1h)`;
    const message = `Datadog refuses the query: ${takes}.`;
    if (first === undefined || args.length < 2) return [{ path: ['query'], span: name.span, message }];
    if (first.kind !== 'call') return [{ path: ['query'], span: first.span, message }];
    return third === undefined ? windowAlone(first) : [{ path: ['query'], span: third.span, message }];
  },
};

/** An aggregation over time takes one window and nothing else. */
function windowAlone({ name, args }: Call): Hit[] {
  const [first, second] = args;
  if (first !== undefined && second === undefined) return [];
  return [
    {
      path: ['query'],
      span: (second ?? name).span,
      message: `Datadog refuses the query: ${name.text}() takes one window, as in ${name.text}(last_5m).`,
    },
  ];
}
