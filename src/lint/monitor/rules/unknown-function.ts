import type { Call } from '../../../language/query/syntax.ts';
import { partsIn } from '../../../language/query/walk-query.ts';
import { MONITOR_FUNCTIONS, isAmong } from '../../metric-functions.ts';
import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Not for monitors: docs, dashboards/functions/smoothing. */
const OF_DASHBOARDS: ReadonlySet<string> = new Set(['autosmooth']);
export const unknownFunction: MonitorRule = {
  code: 'unknown_function',
  severity: 'error',
  summary: 'The query calls a function that Datadog does not have.',
  bad: `type: query alert
query: avg(last_5m):⟦derivatve⟧(avg:system.load.1{*}) > 1
`,
  good: `type: query alert
query: avg(last_5m):derivative(avg:system.load.1{*}) > 1
`,
  *check({ type, calls, formula }) {
    for (const call of calls) yield* unknown(call, 0);
    // Data jobs have functions of their own.
    if (formula === undefined || type === 'data-jobs alert') return;
    for (const part of partsIn(formula.expression))
      if (part.kind === 'call') yield* unknown(part, formula.from);
  },
};

function unknown({ name: { text, span } }: Call, from: number): Hit[] {
  // In a formula, what stands before a dot is a variable.
  const name = text.slice(text.indexOf('.') + 1);
  if (isAmong(MONITOR_FUNCTIONS, name)) return [];
  const place = { from: from + span.to - name.length, to: from + span.to };
  if (OF_DASHBOARDS.has(name))
    return [
      {
        path: ['query'],
        span: place,
        message: `Datadog refuses the query: ${name}() is for dashboards alone.`,
        hint: 'Leave it out, or smooth with ewma_5() or median_5().',
      },
    ];
  const meant = nearest(name, MONITOR_FUNCTIONS);
  return [
    {
      path: ['query'],
      span: place,
      message: `Datadog refuses the query: it has no function "${name}".`,
      ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?` }),
    },
  ];
}
