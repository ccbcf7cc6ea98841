import { z } from 'zod';
import { toNumber } from '../../domain/json.ts';
import { nonEmptyText, number } from '../../domain/schema-parts.ts';
import { defined, signalKind } from '../kinds.ts';
import { readMethods } from './check.ts';
import { unquoted } from './quoted.ts';

/** The time windows of an SLO: Datadog API v1, SLOTimeframe. */
const TIME_FRAMES = ['7d', '30d', '90d'] as const;

export const SLO = signalKind({
  name: 'slo',
  schema: z.strictObject({
    slo: z
      .strictObject({
        id: nonEmptyText.meta({
          description: "The SLO's id in Datadog.",
          pattern: '^[A-Za-z0-9_-]+$',
          examples: ['684def97ccd95fafaed085dfaa505aeb'],
        }),
        over: z.enum(TIME_FRAMES).meta({ description: 'The time window of the SLO, which it must have.' }),
        target: number
          .meta({
            description:
              'The target in percent. It bounds the burn rates, and is not read back: a monitor does not contain it.',
            examples: [99.9],
          })
          .optional(),
      })
      .meta({ id: 'SloSignal', description: 'A service level objective, whose error budget is measured.' }),
  }),
  compile: ({ slo: { id, over, target } }) => ({ form: 'slo', type: 'slo alert', id, over, target }),
  read(reading) {
    if (reading.form !== 'slo') return undefined;
    const { args, methods } = reading.head;
    const id = args.length === 1 ? unquoted(args[0]) : undefined;
    const over = TIME_FRAMES.find((one) => one === readMethods(methods, ['over'])?.get('over')?.join());
    return id === undefined || over === undefined ? undefined : { slo: { id, over } };
  },
  canonical: ({ slo: { id, over } }) => ({ slo: { id, over } }),
  check({ slo: { id, target } }, report) {
    if (!/^[\w-]+$/.test(id))
      report(['slo', 'id'], 'The id of an SLO contains only letters, digits, "-" and "_".');
    const percent = toNumber(target);
    if (percent !== undefined && !(percent > 0 && percent < 100))
      report(
        ['slo', 'target'],
        `A target is more than 0 and less than 100 percent, not ${percent}.`,
        'Write it in percent, for example 99.9.',
      );
  },
  examples: [
    {
      signal: defined({ slo: { id: '684def97ccd95fafaed085dfaa505aeb', over: '30d', target: 99.9 } }),
      condition: { burn_rate: 'fast' },
    },
    {
      signal: { slo: { id: '684def97ccd95fafaed085dfaa505aeb', over: '7d' } },
      condition: { error_budget: 75, warn: 50 },
    },
  ],
});
