import { escapeHidden } from '../domain/hidden-characters.ts';

/** One line of JSON per event, on standard error. Secrets print their placeholder. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, unknown>>;

/** From the most talkative on. */
export const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The audit is no matter of taste: its lines are written whatever the level. */
const ALWAYS = 'audit';

/** A log that writes with `write`, from a level on; `process` names the command (`serve`, `sidecar`, `init`). */
export function createLog(
  process: string,
  write: (line: string) => void,
  now: () => number = Date.now,
  from: LogLevel = 'info',
): Log {
  const at = (level: LogLevel) => {
    const quiet = LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(from);
    return (event: string, fields: LogFields = {}) => {
      if (quiet && event !== ALWAYS) return;
      const line = { time: new Date(now()).toISOString(), level, process, event, ...plain(fields) };
      write(`${escapeHidden(JSON.stringify(line))}\n`);
    };
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** A log whose every line has these fields too. */
export function logWith(log: Log, common: LogFields): Log {
  const at = (level: LogLevel) => (event: string, fields?: LogFields) =>
    log[level](event, { ...common, ...fields });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** Errors as their words; stacks stay out of answers but belong in the log. */
function plain(fields: LogFields): LogFields {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    shown[name] = value instanceof Error ? { message: value.message, stack: value.stack } : value;
  }
  return shown;
}
