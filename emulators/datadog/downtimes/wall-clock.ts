import { DatadogError } from '../datadog-error.ts';

const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Converts a time to the local time of a zone, as the epoch milliseconds at which UTC clocks show the same.
 * Throws DatadogError.
 */
export function localTime(utc: number, zone: string): number {
  return utc + offset(utc, zone);
}

/** Converts a local time to epoch milliseconds. Throws DatadogError. */
export function utcTime(local: number, zone: string): number {
  // The first guess of the offset is wrong only within hours of a clock change.
  return local - offset(local - offset(local, zone), zone);
}

/** Converts a local time in milliseconds: the first if the clocks show it twice, the end of the gap if they skip it. */
export function firstUtc(local: number, zone: string): number {
  const guesses = [-DAY, DAY].map((distance) => {
    const at = local + distance;
    return local - (localTime(at, zone) - at);
  });
  const [first = local, ...others] = guesses.toSorted((a, b) => a - b);
  const exact = [first, ...others].find((at) => localTime(at, zone) === local);
  return exact ?? endOfGap(first, zone, local);
}

function endOfGap(from: number, zone: string, local: number): number {
  for (let at = from - (from % 60_000); ; at += 60_000) if (localTime(at, zone) > local) return at;
}

function offset(at: number, zone: string): number {
  const name = formatOf(zone)
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const cached = formats.get(zone);
  if (cached) return cached;
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
    return format;
  } catch {
    throw new DatadogError(400, `Invalid timezone: ${zone}`);
  }
}
