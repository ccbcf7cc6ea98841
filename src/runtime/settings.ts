import { isIP } from 'node:net';
import { wholeNumberIn } from '../domain/whole-number.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Reads one value. Throws Error with a sentence about what is wrong with the text. */
export type Reader<T> = (text: string) => T;
export interface Setting<T> {
  readonly read: Reader<T>;
  /** What it is for, in one sentence: docs/configuration.md is written from it. */
  readonly says: string;
  /** Used where the variable is absent or empty; without it the variable is required. */
  readonly fallback?: T;
}
/** What a table of settings gives. */
export type Settings<S> = { readonly [name in keyof S]: S[name] extends Setting<infer T> ? T : never };

/** The environment is wrong. The message lists every fault, a line each. */
export class SettingsError extends Error {
  constructor(faults: readonly string[]) {
    super(`the environment has mistakes:\n${faults.map((f) => `  ${f}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/** Settings that were renamed, by their old names: docs/changelog.md. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['BIRDDOG_JOURNAL', 'BIRDDOG_LEDGER'],
  ['BIRDDOG_MOST_DELETED_PERCENT', 'BIRDDOG_MAX_DELETE_PERCENT'],
  ['BIRDDOG_LOOK_MS', 'BIRDDOG_POLL_MS'],
  ['BIRDDOG_ALARM_AFTER_MS', 'BIRDDOG_INCIDENT_AFTER_MS'],
]);

/** A setting that must be given. */
export const required = <T>(read: Reader<T>, says: string): Setting<T> => ({ read, says });
/** A setting that may be left out. */
export const optional = <T>(read: Reader<T>, fallback: T, says: string): Setting<T> => ({
  read,
  fallback,
  says,
});

/**
 * Reads a table of settings from the environment, once per process and strictly.
 * Names are environment variables. Throws SettingsError naming every fault.
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
      else faults.push(`${name} is not set`);
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

/** A whole number within bounds. */
export const wholeNumber =
  (low: number, high: number): Reader<number> =>
  (value) => {
    const number = wholeNumberIn(value, low, high);
    if (number === undefined) {
      throw new Error(`"${value}" is not a whole number from ${low} to ${high}`);
    }
    return number;
  };

/** A TCP port; 0 asks for any free one. */
export const port: Reader<number> = wholeNumber(0, 65_535);

export const yesOrNo: Reader<boolean> = (value) => {
  if (value !== 'true' && value !== 'false') throw new Error(`"${value}" is neither true nor false`);
  return value === 'true';
};

/** One of a fixed set of words. */
export const oneOf =
  <const T extends string>(...words: readonly T[]): Reader<T> =>
  (value) => {
    const word = words.find((w) => w === value);
    if (word === undefined) throw new Error(`"${value}" is none of ${words.join(', ')}`);
    return word;
  };

/** A comma-separated list with at least one entry. */
export const list: Reader<string[]> = (value) => {
  const entries = value.split(',').map((e) => e.trim());
  if (entries.some((e) => e === '')) throw new Error(`"${value}" has an empty entry`);
  return entries;
};

/** An http or https address without credentials; plain HTTP only to loopback, so that no key travels in the clear. */
export const serviceUrl: Reader<URL> = (value) => {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`"${value}" is no http or https address`);
  if (url.username || url.password) throw new Error('credentials do not belong into an address');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new Error(`"${value}" is plain HTTP to another machine; use https`);
  }
  return url;
};

/** Whether a host name or address is this machine's loopback. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
