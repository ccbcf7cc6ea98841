import type { Word } from '../../../language/query/syntax.ts';
import { nearest } from '../../nearest.ts';
import { METRIC_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { dataOf, typeOfData } from '../query-data.ts';

export const dataOfAnotherType: MonitorRule = {
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
};

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
