/** One line of JSON per event, on standard error. Secrets print their placeholder. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, unknown>>;

/** A log that writes with `write`; `process` names the command (`serve`, `sidecar`, `init`). */
export function createLog(process: string, write: (line: string) => void, now: () => number = Date.now): Log {
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      write(
        `${JSON.stringify({ time: new Date(now()).toISOString(), level, process, event, ...plain(fields) })}\n`,
      );
    };
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
