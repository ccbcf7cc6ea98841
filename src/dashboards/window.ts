const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
  ['mo', 2_592_000],
]);

/** Returns the seconds of a window of a query (`last_5m`, `current_1h`, `10m`), or undefined for other text. */
export function windowSeconds(window: string): number | undefined {
  const [, count = '', unit = ''] = /^(?:(?:last|next|current)_)?(\d{1,6})(s|mo|m|h|d|w)$/.exec(window) ?? [];
  const seconds = UNITS.get(unit);
  return seconds === undefined ? undefined : Number(count) * seconds;
}
