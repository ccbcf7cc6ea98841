import { z } from 'zod';
import { isObject, type Json, type JsonObject, toNumber } from '../../domain/json.ts';
import { number } from '../../domain/schema-parts.ts';
import { conditionKind, defined, type Measured, type ParsedMonitor, type Reading, unless } from '../kinds.ts';
import { decimal, unlessNumber } from '../numbers.ts';
import { MORE_LIMITS } from './limits.ts';

/** The maximum number of results of a check that Datadog evaluates. */
const MAX_RESULTS = 100;

const results = z.int().min(1).max(MAX_RESULTS);

export const FAILURES = conditionKind({
  name: 'failures',
  schema: z.strictObject({
    failures: results.meta({
      description: 'The alert triggers at this number of consecutive failures of a group.',
      examples: [3],
    }),
    warn: MORE_LIMITS.warn,
    recover: results
      .meta({
        description: 'With `failures`: the alert recovers at this number of consecutive successes.',
        default: 1,
      })
      .optional(),
    unknown: results
      .meta({ description: 'The state is unknown at this number of unknown results.' })
      .optional(),
  }),
  forms: ['check'],
  compile({ failures, warn, recover = 1, unknown }, measured) {
    const largest = Math.max(failures, toNumber(warn) ?? 0, recover, unknown ?? 0);
    return {
      query: `${queryOf(measured)}.last(${Math.min(largest + 1, MAX_RESULTS)}).count_by_status()`,
      options: {
        thresholds: defined({ critical: failures, ok: recover, warning: unlessNumber(warn), unknown }),
      },
    };
  },
  read(monitor) {
    const rest = readCheck(monitor, 'count_by_status');
    const { critical, ok, warning, unknown, ...others } = thresholdsIn(monitor.options);
    if (!rest || critical === undefined || Object.keys(others).length > 0) return undefined;
    return { condition: defined({ failures: critical, warn: warning, recover: ok, unknown }), rest };
  },
  canonical: ({ failures, warn, recover, unknown }) =>
    defined({ failures, warn: unlessNumber(warn), recover: unless(recover, 1), unknown }),
  check({ warn }, report) {
    const count = toNumber(warn);
    if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= MAX_RESULTS))
      report(['warn'], `A number of results is 1 to ${MAX_RESULTS}, not ${count}.`);
  },
  examples: [
    {
      signal: { check: 'http.can_connect', by: ['host', 'url'] },
      condition: { failures: 3, warn: 1, recover: 2, unknown: 3 },
    },
  ],
});

export const PERCENT = conditionKind({
  name: 'percent',
  schema: z.strictObject({
    percent: number.meta({
      description: 'The alert triggers at this percentage of failures in a group.',
      examples: [50],
    }),
    warn: MORE_LIMITS.warn,
  }),
  forms: ['check'],
  compile: ({ percent, warn }, measured) => ({
    query: `${queryOf(measured)}.last(1).pct_by_status()`,
    options: {
      thresholds: defined({
        critical: decimal(percent),
        warning: unlessNumber(warn),
      }),
    },
  }),
  read(monitor) {
    const rest = readCheck(monitor, 'pct_by_status');
    const { critical, warning, ...others } = thresholdsIn(monitor.options);
    if (!rest || critical === undefined || Object.keys(others).length > 0) return undefined;
    return { condition: defined({ percent: critical, warn: warning }), rest };
  },
  canonical: ({ percent, warn }) => defined({ percent: decimal(percent), warn: unlessNumber(warn) }),
  check({ percent, warn }, report) {
    for (const [name, value] of [
      ['percent', percent],
      ['warn', warn],
    ] as const) {
      const given = toNumber(value);
      if (given !== undefined && !(given >= 0 && given <= 100))
        report([name], `A percentage is 0 to 100, not ${given}.`);
    }
    const [critical, warning] = [toNumber(percent), toNumber(warn)];
    if (critical !== undefined && warning !== undefined && warning >= critical)
      report(
        ['warn'],
        `The warning threshold ${warning} is reached only after the alert threshold ${critical}.`,
        `Set "warn" below ${critical}.`,
      );
  },
  examples: [{ signal: { check: 'datadog.agent.up', by: ['env'] }, condition: { percent: 50, warn: 20 } }],
});

function queryOf(measured: Measured): string {
  return 'query' in measured ? measured.query : '';
}

/** Returns the check without `last()` and the method that counts, or undefined if another method counts. */
function readCheck(monitor: ParsedMonitor, counts: string): Reading | undefined {
  const { query } = monitor;
  if (query.kind !== 'check') return undefined;
  const { check, methods } = query;
  const [last, status] = methods.slice(-2);
  if (last?.name.text !== 'last' || status?.name.text !== counts) return undefined;
  return { ...monitor, form: 'check', check, methods: methods.slice(0, -2) };
}

/** Returns the thresholds of a monitor that are numbers. */
function thresholdsIn({ thresholds }: JsonObject): Readonly<Record<string, Json | undefined>> {
  if (!isObject(thresholds)) return {};
  return Object.fromEntries(
    Object.entries(thresholds).flatMap(([name, value]) =>
      toNumber(value) === undefined ? [] : [[name, decimal(value)] as const],
    ),
  );
}
