import { argumentText } from '../argument-text.ts';
import { EVENT_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Events are grouped by so many facets at most: docs, monitors/types/log. */
const MOST = 4;

export const tooManyFacets: MonitorRule = {
  code: 'too_many_facets',
  severity: 'warning',
  summary: 'Events are grouped by more facets than Datadog documents.',
  bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").by(⟦"service,host,env,status,version"⟧).last("5m") > 10
`,
  good: `type: log alert
query: logs("service:shop").index("*").rollup("count").by("service,host,env,status").last("5m") > 10
`,
  check: ({ type, parsed: { query } }) => {
    if (query.kind !== 'chain' || !EVENT_TYPES.has(type)) return [];
    return query.head.methods.values().flatMap(({ name, args }) => {
      const [first] = args;
      const count = args.reduce((sum, argument) => sum + (argumentText(argument) ?? '').split(',').length, 0);
      if (name.text !== 'by' || first === undefined || count <= MOST) return [];
      return [
        {
          path: ['query'],
          span: first.span,
          message: `Datadog may refuse the query: it groups by ${count} facets, and events can be grouped by ${MOST}.`,
          hint: 'Leave out the facets that follow from others.',
        },
      ];
    });
  },
};
