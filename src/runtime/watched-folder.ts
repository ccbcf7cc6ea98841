import { largest } from '../domain/append.ts';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../domain/secret.ts';
import type { Log } from './log.ts';

/** Gives a secret without its trailing newline. Throws Error naming the file where it is missing or empty. */
export type ReadSecret = (name: string) => Secret;

export interface FollowOptions<T> {
  /** What is read, in a word or two for the log and the metrics. */
  readonly part: string;
  /** One secret a file: written by `birddog init` or the Vault Agent, or a mounted Kubernetes Secret. */
  readonly folder: string;
  /** Makes the value of the files. Throws Error with what is wrong with them. */
  readonly read: (secret: ReadSecret) => T;
  readonly log: Log;
}

/** A value made of files, made anew when they change. What is wrong on disk is refused, and the value before it kept. */
export interface Followed<T> {
  readonly part: string;
  current(): T;
  /** Looks at the files now; true where a new value was taken. */
  look(): boolean;
  /** Is handed each new value before it is taken. Where it throws, the value is refused. */
  onTake(listener: (value: T) => void): void;
  /** Why that which is on disk is refused; undefined while all is well. */
  refused(): string | undefined;
  /** When the newest file of the value in use was written (epoch ms). */
  writtenAt(): number;
}

/** Tries at reading files that are being replaced meanwhile. */
const TRIES = 3;

/** Reads files and follows their changes; symlinks are followed each time. Throws Error where the first reading fails. */
export function follow<T>({ part, folder, read, log }: FollowOptions<T>): Followed<T> {
  const listeners: ((value: T) => void)[] = [];
  let held = readSteadily(folder, read);
  let why: string | undefined;
  /** Whether that was another value than the one in use. */
  const take = () => {
    const next = readSteadily(folder, read);
    const isOther = !hasSameTexts(held, next);
    if (isOther) for (const listener of listeners) listener(next.value);
    held = isOther ? next : { ...next, value: held.value };
    why = undefined;
    return isOther;
  };
  return {
    part,
    current: () => held.value,
    look() {
      // What was refused is tried at each look: it may have been half written, or not have been readable.
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
    onTake: (listener) => void listeners.push(listener),
    refused: () => why,
    writtenAt: () => held.writtenAt,
  };
}

/** Looks at each of them every `ms` milliseconds. */
export function lookEvery(ms: number, followed: readonly Followed<unknown>[]): { close(): void } {
  const timer = setInterval(() => {
    for (const one of followed) one.look();
  }, ms).unref();
  return { close: () => clearInterval(timer) };
}

interface Reading<T> {
  readonly value: T;
  /** By file; those that could not be read are missing. */
  readonly texts: ReadonlyMap<string, Secret>;
  /** By file; the files that were missing too. */
  readonly versions: ReadonlyMap<string, string>;
  readonly writtenAt: number;
}

/** Reads all files of one moment: where one of them changed meanwhile, they are read again. */
function readSteadily<T>(folder: string, read: (secret: ReadSecret) => T): Reading<T> {
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
      if (tries === TRIES) throw new Error(`the files of ${folder} change while they are read`);
    } catch (error) {
      if (tries === TRIES || isSame(versions)) throw error;
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

/** A swapped symlink leads to another inode. Empty while the file is away. */
function versionOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.mtimeMs}:${stat.size}` : '';
}

function newest(files: readonly string[]): number {
  return largest([0, ...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)]);
}
