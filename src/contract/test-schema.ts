import { z } from 'zod';
import { duration } from '../alerts/durations.ts';
import { nonEmptyText, text } from '../domain/schema-parts.ts';

/** Maximum number of tests of a document, and of expectations of a test. */
const MAX_TESTS = 1000;
const MAX_EXPECTATIONS = 1000;

/** The characters of a series. As the meaning of a number in place of a series is not known, no fix is offered for it. */
const SERIES_PATTERN = '^[ \\t\\r\\n0-9_.eEx+-]*$';
const series = text.meta({
  pattern: SERIES_PATTERN,
  description: 'Values, each with its number of points.',
  examples: ['0x10 1500x15 _x5'],
});

const groups = z
  .union(
    [series, z.record(z.string(), series)],
    'must be a series in quotes, such as "0x10 1500x15", or a map of groups',
  )
  .meta({ pattern: SERIES_PATTERN });

/** An expectation of a test. */
const expectationSchema = z.strictObject({
  at: duration.meta({
    description: 'The time since the first point. The last evaluation at or before it counts.',
    examples: ['20m'],
  }),
  group: nonEmptyText.optional().meta({
    description:
      'The group, `tag:value`, several joined by commas in the order of `by`, or `*` without groups. Default: the only group of the series.',
    examples: ['queue:orders'],
  }),
  state: z.enum(['ok', 'warn', 'alert', 'no_data']).meta({ description: 'The state at that time.' }),
  notified: z
    .array(text.regex(/^@\S/, 'must begin with "@", as in @slack-orders'))
    .optional()
    .meta({
      description:
        'Everybody who is notified of the group until then, and after the expectation about the group before. Empty: nobody. Default: not tested.',
      examples: [['@slack-orders']],
    }),
});

/** A test of an alert or a monitor of the same document. */
export const testSchema = z
  .strictObject({
    alert: nonEmptyText.meta({
      description: 'The key of the alert or monitor.',
      examples: ['queue-backlog'],
    }),
    every: duration.optional().meta({ description: 'The interval of the points.', default: '1m' }),
    series: z.record(z.string(), groups).meta({
      description:
        'The points of each group: values, each with `x` and its number of points; `_` is a missing point. With several signals, a map of groups for each signal: `of` and `to` of a ratio, and the names in a formula.',
      examples: [{ 'queue:orders': '0x10 1500x15 0x30' }, { of: { '*': '5x10' }, to: { '*': '100x10' } }],
    }),
    expect: z
      .array(expectationSchema)
      .min(1)
      .max(MAX_EXPECTATIONS)
      .meta({ description: 'What the evaluation must find.' }),
  })
  .meta({ id: 'Test', description: 'A test of an alert or a monitor with the points of its series.' });

export const testsSchema = z.array(testSchema).max(MAX_TESTS);
