import { parseArgs } from 'node:util';
import type { DatadogEmulatorOptions } from './datadog-emulator.ts';
import { isLimits, type Limits } from './rate-limits.ts';
import { parseRaw } from './raw-json.ts';

type Env = Readonly<Record<string, string | undefined>>;

const FLAGS = {
  port: { type: 'string' },
  state: { type: 'string' },
  seed: { type: 'string' },
  clock: { type: 'string' },
  limits: { type: 'string' },
  control: { type: 'boolean' },
  'no-audit': { type: 'boolean' },
} as const;

export const USAGE = `npm run datadog -- [options]

  --port N         the port on 127.0.0.1: 9100 by default, 0 for any free port
  --state FILE     store all objects in FILE, and load them at the next start
  --seed FILE      add objects, in the form that reads return: {"monitors": [...], "dashboards": [...], ...}
  --clock TIME     stop the clock at a time, such as 2026-01-31T12:00:00Z; /__control/clock sets it
  --limits JSON    set rate limits: {"post_monitors": {"limit": 500, "period": 10}}; {} for none
  --control        serve /__control/...: faults, clock, keys, limits, seeds, state
  --no-audit       run without an audit trail
`;

/** Reads flags, then environment variables. Throws an Error with one line for each invalid value. */
export function readSettings(args: readonly string[], env: Env): DatadogEmulatorOptions {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  const errors: string[] = [];
  const port = readPort(values.port ?? env['DATADOG_EMULATOR_PORT'] ?? '9100', errors);
  const clock = readClock(values.clock, errors);
  const seed = values.seed ?? env['DATADOG_EMULATOR_SEED'];
  const limits = readLimits(values.limits ?? env['DATADOG_EMULATOR_LIMITS'], errors);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return {
    port,
    keys: {
      api: env['DATADOG_EMULATOR_API_KEY'] ?? 'sandbox-api-key',
      app: env['DATADOG_EMULATOR_APP_KEY'] ?? 'sandbox-app-key',
    },
    control: values.control ?? env['EMULATOR_CONTROL'] === 'true',
    audit: !values['no-audit'],
    ...(values.state === undefined ? {} : { state: values.state }),
    ...(seed === undefined ? {} : { seed }),
    ...(limits === undefined ? {} : { limits }),
    ...(clock === undefined ? {} : { now: () => clock }),
  };
}

function readPort(text: string, errors: string[]): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    errors.push(`port: "${text}" is not a port. Use a whole number from 0 to 65535.`);
  return port;
}

function readClock(text: string | undefined, errors: string[]): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) errors.push(`clock: "${text}" is not a time. Write it as 2026-01-31T12:00:00Z.`);
  return time;
}

function readLimits(text: string | undefined, errors: string[]): Limits | undefined {
  if (text === undefined) return undefined;
  try {
    const limits = parseRaw(text);
    if (isLimits(limits)) return limits;
  } catch {}
  errors.push(
    `limits: ${text} is not a table of limits. Write it as {"post_monitors": {"limit": 500, "period": 10}}.`,
  );
  return undefined;
}
