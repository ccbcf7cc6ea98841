import { z } from 'zod';
import { text } from '../../domain/schema-parts.ts';
import { defined, signalKind } from '../kinds.ts';
import { checkScope, methodText, readMethods, SCOPE, unlessAll } from './check.ts';
import { isQuotable, quoted, unquoted } from './quoted.ts';

export const PROCESSES = signalKind({
  name: 'processes',
  schema: z.strictObject({
    processes: text.meta({
      description: 'A search in the command lines of live processes, which are counted.',
      examples: ['java', 'java AND elasticsearch'],
    }),
    ...SCOPE,
  }),
  compile({ processes, filter = ['*'], by }) {
    const scope = `${methodText('over', filter)}${methodText('by', by)}`;
    return {
      form: 'process',
      type: 'process alert',
      query: `processes(${quoted(processes)})${scope}.rollup("count")`,
      by: by ?? [],
    };
  },
  read(reading) {
    if (reading.form !== 'process') return undefined;
    const { name, args, methods } = reading.head;
    const processes = args.length === 1 ? unquoted(args[0]) : undefined;
    const parts = readMethods(methods, ['over', 'by', 'rollup']);
    if (name.text !== 'processes' || processes === undefined || parts?.get('rollup')?.join() !== 'count')
      return undefined;
    return defined({ processes, filter: unlessAll(parts.get('over')), by: parts.get('by') });
  },
  canonical: ({ processes, filter, by }) => defined({ processes, filter: unlessAll(filter), by }),
  check({ processes, ...scope }, report) {
    if (!isQuotable(processes))
      report(
        ['processes'],
        'The search contains a backslash before a quote, or at its end, which a query cannot contain.',
        'Quote the words with " instead.',
      );
    checkScope(scope, report);
  },
  examples: [
    {
      signal: { processes: 'java', filter: ['env:prod'], by: ['host'] },
      condition: { over: '5m', below: 1 },
    },
  ],
});
