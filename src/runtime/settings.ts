import { isIP } from 'node:net';
import { wholeNumberIn } from '../domain/whole-number.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Parses the text of one variable. Throws Error with a sentence about what is wrong with it. */
export type Reader<T> = (text: string) => T;
export interface Setting<T> {
  readonly read: Reader<T>;
  /** The purpose in one or two sentences. docs/configuration.md is generated from it. */
  readonly says: string;
  /** The default, used if the variable is absent or empty. Without one the variable is required. */
  readonly fallback?: T;
}
/** The parsed values of a table of settings. */
export type Settings<S> = { readonly [name in keyof S]: S[name] extends Setting<infer T> ? T : never };

/** Invalid settings. The message lists every fault, one per line. */
export class SettingsError extends Error {
  constructor(faults: readonly string[]) {
    super(`invalid settings:\n${faults.map((f) => `  ${f}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/** Renamed settings: old name -> new name. docs/changelog.md lists them. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['BIRDDOG_JOURNAL', 'BIRDDOG_LEDGER'],
  ['BIRDDOG_MOST_DELETED_PERCENT', 'BIRDDOG_MAX_DELETE_PERCENT'],
  ['BIRDDOG_LOOK_MS', 'BIRDDOG_POLL_MS'],
  ['BIRDDOG_ALARM_AFTER_MS', 'BIRDDOG_INCIDENT_AFTER_MS'],
  ['BIRDDOG_ALARM_WEBHOOK', 'BIRDDOG_RECEIVERS'],
  ['BIRDDOG_ALARM_EVENTS', 'BIRDDOG_RECEIVERS'],
]);

/** Declares a required setting. */
export const required = <T>(read: Reader<T>, says: string): Setting<T> => ({ read, says });
/** Declares an optional setting with its default. */
export const optional = <T>(read: Reader<T>, fallback: T, says: string): Setting<T> => ({
  read,
  fallback,
  says,
});

/**
 * Reads a table of settings, keyed by environment variable. Rejects invalid values and renamed variables.
 * Throws SettingsError listing every fault.
 */
export function readSettings<S extends Record<string, Setting<unknown>>>(env: Env, table: S): Settings<S> {
  const faults: string[] = [];
  for (const [old, name] of RENAMED) {
    if (env[old] !== undefined) faults.push(`${old} was renamed; set ${name} instead`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const text = env[name];
    if (text === undefined || text === '') {
      if ('fallback' in setting) values[name] = setting.fallback;
      else faults.push(`${name} is required`);
      continue;
    }
    try {
      values[name] = setting.read(text);
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return values as Settings<S>;
}

export const text: Reader<string> = (value) => value;

/** Accepts a whole number from `low` to `high`. */
export const wholeNumber =
  (low: number, high: number): Reader<number> =>
  (value) => {
    const number = wholeNumberIn(value, low, high);
    if (number === undefined) {
      throw new Error(`"${value}" is not a whole number from ${low} to ${high}`);
    }
    return number;
  };

/** Accepts a TCP port; 0 picks a free port. */
export const port: Reader<number> = wholeNumber(0, 65_535);

export const yesOrNo: Reader<boolean> = (value) => {
  if (value !== 'true' && value !== 'false') throw new Error(`"${value}" is neither true nor false`);
  return value === 'true';
};

/** Accepts one of a fixed set of words. */
export const oneOf =
  <const T extends string>(...words: readonly T[]): Reader<T> =>
  (value) => {
    const word = words.find((w) => w === value);
    if (word === undefined) throw new Error(`"${value}" is not one of ${words.join(', ')}`);
    return word;
  };

/** Accepts a comma-separated list with at least one entry. */
export const list: Reader<string[]> = (value) => {
  const entries = value.split(',').map((e) => e.trim());
  if (entries.some((e) => e === '')) throw new Error(`"${value}" has an empty entry`);
  return entries;
};

/** Accepts an http or https URL without credentials. Plain HTTP is accepted only for loopback, so that keys are not sent unencrypted. */
export const serviceUrl: Reader<URL> = (value) => {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`"${value}" is not an http or https URL`);
  if (url.username || url.password) throw new Error('the URL must not contain credentials');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new Error(`"${value}" uses plain HTTP to another machine; use https`);
  }
  return url;
};

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '::1', '[::1]']);

/** Returns whether a host name or address is loopback. Only IPv6 addresses may have brackets. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host) || (isIP(host) === 4 && host.startsWith('127.'));
}
