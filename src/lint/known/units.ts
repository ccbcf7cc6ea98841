/** A quantity with its size in the smallest unit of its dimension. */
interface Unit {
  readonly dimension: 'time' | 'data' | 'share';
  readonly size: number;
}

const TIME = (size: number): Unit => ({ dimension: 'time', size });
const DATA = (size: number): Unit => ({ dimension: 'data', size });

/** Units of metrics, as Datadog names them, in seconds, bytes and percent. */
const METRIC_UNITS: ReadonlyMap<string, Unit> = new Map([
  ['nanosecond', TIME(1e-9)],
  ['microsecond', TIME(1e-6)],
  ['millisecond', TIME(1e-3)],
  ['second', TIME(1)],
  ['minute', TIME(60)],
  ['hour', TIME(3600)],
  ['day', TIME(86_400)],
  ['bit', DATA(1 / 8)],
  ['byte', DATA(1)],
  ['kibibyte', DATA(2 ** 10)],
  ['kilobyte', DATA(1e3)],
  ['mebibyte', DATA(2 ** 20)],
  ['megabyte', DATA(1e6)],
  ['gibibyte', DATA(2 ** 30)],
  ['gigabyte', DATA(1e9)],
  ['tebibyte', DATA(2 ** 40)],
  ['percent', { dimension: 'share', size: 1 }],
  ['fraction', { dimension: 'share', size: 100 }],
]);

/** Spellings of units in messages. Single letters are missing because they have other meanings too. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [
    'nanosecond ns nanoseconds',
    'microsecond us µs microseconds',
    'millisecond ms msec millis milliseconds',
    'second sec secs seconds',
    'minute min mins minutes',
    'hour hours hrs',
    'day days',
    'bit bits',
    'byte bytes',
    'kilobyte kb kilobytes',
    'kibibyte kib kibibytes',
    'megabyte mb megabytes',
    'mebibyte mib mebibytes',
    'gigabyte gb gigabytes',
    'gibibyte gib gibibytes',
    'tebibyte tb tib terabyte terabytes tebibytes',
    'percent %',
  ].flatMap((line) => {
    const [unit = '', ...spellings] = line.split(' ');
    return [unit, ...spellings].map((spelling): [string, string] => [spelling, unit]);
  }),
);

/** Decimal and binary units of the same name differ by less than this factor. */
const TOLERANCE = 1.12;

/** Returns Datadog's name of a unit that a message names, or undefined if it is no known unit of time, data or share. */
export function unitNamed(spelling: string): string | undefined {
  return SPELLINGS.get(spelling.toLowerCase());
}

/**
 * Returns whether a message that names a unit contradicts the unit of the metric. Only time, data and shares are compared;
 * what stands after a slash is not. A share is contradicted only by a threshold up to 1 with a percent sign, because
 * integrations do not agree on what a fraction is.
 */
export function contradicts(named: string, metricUnit: string, threshold: number): boolean {
  const [says, is] = [METRIC_UNITS.get(named), METRIC_UNITS.get(metricUnit.split('/')[0] ?? '')];
  if (!says || !is) return false;
  if (says.dimension !== is.dimension) return true;
  const ratio = Math.max(says.size, is.size) / Math.min(says.size, is.size);
  if (is.dimension === 'share') return is.size > says.size && Math.abs(threshold) <= 1;
  return ratio > TOLERANCE;
}

/** Returns whether a unit measures time. */
export function isTime(unit: string): boolean {
  return METRIC_UNITS.get(unit)?.dimension === 'time';
}
