import { DatadogError } from '../datadog-error.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * What the clocks of a zone show at a time: the epoch milliseconds at which clocks in UTC show the same.
 * Throws DatadogError.
 */
export function localTime(utc: number, zone: string): number {
  return utc + offset(utc, zone);
}

/** When the clocks of a zone show a local time, epoch milliseconds. Throws DatadogError. */
export function utcTime(local: number, zone: string): number {
  // The offset at a first guess is wrong within hours of a change of clocks alone.
  return local - offset(local - offset(local, zone), zone);
}

function offset(at: number, zone: string): number {
  const name = formatOf(zone)
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, made);
    return made;
  } catch {
    throw new DatadogError(400, `Invalid timezone: ${zone}`);
  }
}
