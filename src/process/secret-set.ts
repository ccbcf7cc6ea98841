import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../domain/secret.ts';

/** How long (ms) what was seen on disk is taken to hold. */
const LOOK_EVERY = 1000;

/** A folder with one secret a file: written by `birddog init`, or a mounted Kubernetes Secret. */
export interface SecretSet {
  /** A secret without its trailing newline. Throws Error naming the file where it is missing or empty. */
  read(name: string): Secret;
  /** Another text whenever a file of the set has changed. Looks at the disk once a second at most. */
  version(): string;
  /** As `version`, but looks now. */
  refresh(): string;
}

/** Opens a folder of secrets; symlinks are followed each time, so that a swapped set is seen. */
export function openSecretSet(folder: string, now: () => number): SecretSet {
  let seen = look(folder);
  let lookedAt = now();
  const refresh = () => {
    seen = look(folder);
    lookedAt = now();
    return seen;
  };
  return {
    read(name) {
      const file = join(folder, name);
      let text: string;
      try {
        text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      } catch (error) {
        throw new Error(`the secret file ${file} cannot be read`, { cause: error });
      }
      if (text === '') throw new Error(`the secret file ${file} is empty`);
      return new Secret(text);
    },
    version: () => (now() - lookedAt >= LOOK_EVERY ? refresh() : seen),
    refresh,
  };
}

/** Names, inodes and times of the files: a swapped symlink leads to other inodes. Empty while the folder is away. */
function look(folder: string): string {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .map((name) => {
        const { ino, mtimeMs, size } = statSync(join(folder, name));
        return `${name}:${ino}:${mtimeMs}:${size}`;
      })
      .join('|');
  } catch {
    return '';
  }
}
