import { z } from 'zod';
import { nonEmptyText } from '../../domain/schema-parts.ts';
import { signalKind } from '../kinds.ts';

/** A whole query of Datadog. No monitor is read as one unless that is asked for: every monitor could be. */
export const QUERY = signalKind({
  name: 'query',
  schema: z.strictObject({
    query: nonEmptyText.meta({
      description: 'A whole query of Datadog, with its comparison: for what no other signal can express.',
      examples: ['formula("query1").last("30d").anomaly(direction="both") > 6'],
    }),
    type: nonEmptyText.meta({ description: 'The type of the monitor.', examples: ['cost alert'] }),
  }),
  compile: ({ query, type }) => ({ form: 'whole', type, query, options: {} }),
  read: () => undefined,
  canonical: ({ query, type }) => ({ query, type }),
  examples: [
    {
      signal: {
        query: 'formula("failed_runs(run_query)").by(job_name,workspace_name).last(10d) > 0',
        type: 'data-jobs alert',
      },
      options: {
        variables: [
          {
            job_type: 'databricks.job',
            jobs_query: 'job_name:*',
            name: 'run_query',
            query_dialect: 'metric',
          },
        ],
      },
    },
  ],
});
