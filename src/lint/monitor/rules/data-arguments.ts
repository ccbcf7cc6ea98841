import type { Hit } from '../../rule.ts';
import { argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { formOf } from '../query-data.ts';

/** Data that is named; a search may be empty. */
const NAMED: ReadonlySet<string> = new Set(['formula', 'error_budget', 'burn_rate']);

export const dataArguments: MonitorRule = {
  code: 'data_arguments',
  severity: 'error',
  summary: 'It is not said in one text what is looked at, or words stand without quotes.',
  bad: `type: log alert
query: logs("service:shop").index("*").rollup(⟦count⟧).last("5m") > 10
`,
  good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
  check: ({ type, parsed: { query, faults } }) => {
    if (query.kind !== 'chain' || faults.length > 0 || formOf(query.head.name.text) === undefined) return [];
    const { name, args, methods } = query.head;
    const [first, second] = args;
    const refused = (span: Hit['span']): Hit => ({
      path: ['query'],
      ...(span === undefined ? {} : { span }),
      message: `Datadog refuses the query: ${name.text}() takes one text in quotes, as in ${name.text}("...").`,
    });
    if (first === undefined || (NAMED.has(name.text) && argumentText(first)?.trim() === ''))
      return [refused((first ?? name).span)];
    if (first.kind !== 'string' || second !== undefined) return [refused((second ?? first).span)];
    // Data jobs are asked without quotes.
    if (type === 'data-jobs alert') return [];
    return methods.values().flatMap((method) =>
      method.args.flatMap((argument): Hit[] =>
        argument.kind !== 'word' || argument.text === ''
          ? []
          : [
              {
                path: ['query'],
                span: argument.span,
                message: `Datadog refuses the query: ${argument.text} stands without quotes.`,
                hint: `Write "${argument.text}".`,
                fix: {
                  title: `Write "${argument.text}"`,
                  edits: [{ path: ['query'], span: argument.span, text: `"${argument.text}"` }],
                },
              },
            ],
      ),
    );
  },
};
