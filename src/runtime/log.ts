import { escapeHidden } from '../domain/hidden-characters.ts';

/** Writes one JSON line per event. Secrets print a placeholder. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, unknown>>;

/** Lowest level first. */
export const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Audit lines are written at every log level. */
const AUDIT_EVENT = 'audit';

/** Creates a log. `process` names the command (`serve`, `sidecar`, `init`); `from` is the minimum level. */
export function createLog(
  process: string,
  write: (line: string) => void,
  now: () => number = Date.now,
  from: LogLevel = 'info',
): Log {
  const at = (level: LogLevel) => {
    const quiet = LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(from);
    return (event: string, fields: LogFields = {}) => {
      if (quiet && event !== AUDIT_EVENT) return;
      const line = { time: new Date(now()).toISOString(), level, process, event, ...plain(fields) };
      write(`${escapeHidden(JSON.stringify(line))}\n`);
    };
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** Returns a log that adds these fields to every line. */
export function logWith(log: Log, common: LogFields): Log {
  const at = (level: LogLevel) => (event: string, fields?: LogFields) =>
    log[level](event, { ...common, ...fields });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** Replaces errors with their message and stack. */
function plain(fields: LogFields): LogFields {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    shown[name] = value instanceof Error ? { message: value.message, stack: value.stack } : value;
  }
  return shown;
}
