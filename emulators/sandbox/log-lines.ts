/** Returns the terminal's form of a line of output: plain text, and warnings and errors of a JSON log; undefined for the rest. */
export function terminalLine(name: string, line: string): string | undefined {
  const entry = logEntry(line);
  if (!entry) return /^(ready|ops) \S+$/.test(line) ? undefined : `[${name}] ${line}`;
  const { time: _time, level, process: _process, event, ...fields } = entry;
  if (level !== 'warn' && level !== 'error') return undefined;
  const rest = Object.entries(fields).map(([field, value]) => `${field}=${JSON.stringify(value)}`);
  return [`[${name}] ${level}: ${String(event)}`, ...rest].join(' ');
}

function logEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
