import { largest } from '../domain/append.ts';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../domain/secret.ts';
import type { Log } from './log.ts';

/** Reads a secret without its trailing newline. Throws Error naming the file if it is missing or empty. */
export type ReadSecret = (name: string) => Secret;

export interface WatchOptions<T> {
  /** Name of the secrets in the log and the metrics. */
  readonly part: string;
  /** Contains one secret per file: written by `birddog init` or the Vault Agent, or a mounted Kubernetes Secret. */
  readonly folder: string;
  /** Builds the value from the files. Throws Error if they are invalid. */
  readonly read: (secret: ReadSecret) => T;
  readonly log: Log;
}

/** A value built from the files of a folder and rebuilt when they change. Invalid files are rejected and the previous value kept. */
export interface WatchedFolder<T> {
  readonly part: string;
  current(): T;
  /** Checks the files now. Returns whether there is a new value. */
  poll(): boolean;
  /** Calls the listener with each new value before it is used. If the listener throws, the value is rejected. */
  onChange(listener: (value: T) => void): void;
  /** Returns why the files on disk are rejected; undefined if they are valid. */
  refused(): string | undefined;
  /** Returns when the newest file of the current value was written (epoch ms). */
  writtenAt(): number;
}

/** Attempts to read files that are replaced at the same time. */
const MAX_ATTEMPTS = 3;

/** Reads the files of a folder; `poll` checks them for changes. Symlinks are resolved each time. Throws Error if the first read fails. */
export function watchFolder<T>({ part, folder, read, log }: WatchOptions<T>): WatchedFolder<T> {
  const listeners: ((value: T) => void)[] = [];
  let held = readConsistently(folder, read);
  let why: string | undefined;
  /** Reads the files and returns whether their contents changed. */
  const take = () => {
    const next = readConsistently(folder, read);
    const isOther = !hasSameTexts(held, next);
    if (isOther) for (const listener of listeners) listener(next.value);
    held = isOther ? next : { ...next, value: held.value };
    why = undefined;
    return isOther;
  };
  return {
    part,
    current: () => held.value,
    poll() {
      // Rejected files are read at each poll: they may have been incomplete or unreadable before.
      if (why === undefined && isSame(held.versions)) return false;
      try {
        const isOther = take();
        if (isOther) log.info('secrets reloaded', { part, folder });
        return isOther;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== why)
          log.error('secrets not reloaded, previous secrets stay in use', { part, folder, reason });
        why = reason;
        return false;
      }
    },
    onChange: (listener) => void listeners.push(listener),
    refused: () => why,
    writtenAt: () => held.writtenAt,
  };
}

/** Polls the folders every `ms` milliseconds. */
export function pollFolders(ms: number, followed: readonly WatchedFolder<unknown>[]): { close(): void } {
  const timer = setInterval(() => {
    for (const one of followed) one.poll();
  }, ms).unref();
  return { close: () => clearInterval(timer) };
}

interface Reading<T> {
  readonly value: T;
  /** Contents of the files that could be read, by path. */
  readonly texts: ReadonlyMap<string, Secret>;
  /** Versions of all files, also of missing ones, by path. */
  readonly versions: ReadonlyMap<string, string>;
  readonly writtenAt: number;
}

/** Reads all files consistently: if one changes during the read, reads them again. */
function readConsistently<T>(folder: string, read: (secret: ReadSecret) => T): Reading<T> {
  for (let tries = 1; ; tries += 1) {
    const versions = new Map<string, string>();
    const texts = new Map<string, Secret>();
    try {
      const value = read((name) => {
        const file = join(folder, name);
        versions.set(file, versionOf(file));
        const text = readSecret(file);
        texts.set(file, text);
        return text;
      });
      if (isSame(versions)) return { value, texts, versions, writtenAt: newest([...versions.keys()]) };
      if (tries === MAX_ATTEMPTS) throw new Error(`the files of ${folder} change while they are read`);
    } catch (error) {
      if (tries === MAX_ATTEMPTS || isSame(versions)) throw error;
    }
  }
}

function readSecret(file: string): Secret {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`the secret file ${file} cannot be read`, { cause: error });
  }
  if (text === '') throw new Error(`the secret file ${file} is empty`);
  return new Secret(text);
}

function isSame(versions: ReadonlyMap<string, string>): boolean {
  return [...versions].every(([file, version]) => versionOf(file) === version);
}

function hasSameTexts({ texts }: Reading<unknown>, other: Reading<unknown>): boolean {
  return (
    texts.size === other.texts.size &&
    [...texts].every(([file, text]) => other.texts.get(file)?.reveal() === text.reveal())
  );
}

/** Returns inode, modification time and size; empty if the file does not exist. A swapped symlink changes the inode. */
function versionOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.mtimeMs}:${stat.size}` : '';
}

function newest(files: readonly string[]): number {
  return largest([0, ...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)]);
}
