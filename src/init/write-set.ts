import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../domain/secret.ts';

/** Files by name. */
export type SecretFiles = ReadonlyMap<string, Secret>;

/** A set on disk. */
export interface SetOnDisk {
  readonly files: SecretFiles;
  /** When the content of each file last changed (epoch ms). */
  readonly writtenAt: ReadonlyMap<string, number>;
}

/** The symlink to the newest set. */
const CURRENT = 'current';
/** All containers of a pod run as the same user. Group access is for pods that set an fsGroup. */
const MODES = { folder: 0o750, file: 0o440 };

/** Reads the newest set below `folder`. Returns a set without files if none exists. */
export function readSet(folder: string): SetOnDisk {
  const files = new Map<string, Secret>();
  const writtenAt = new Map<string, number>();
  const at = join(folder, CURRENT);
  for (const name of existsSync(at) ? readdirSync(at) : []) {
    const file = join(at, name);
    files.set(name, new Secret(readFileSync(file, 'utf8')));
    writtenAt.set(name, statSync(file).mtimeMs);
  }
  return { files, writtenAt };
}

/** Returns whether two sets have the same files with the same contents. */
export function isSameSet(one: SecretFiles, other: SecretFiles): boolean {
  return (
    one.size === other.size &&
    [...one].every(([name, secret]) => other.get(name)?.reveal() === secret.reveal())
  );
}

/**
 * Writes a set into a new folder below `folder`, then replaces the symlink `current` atomically: a reader sees the old set or
 * the new one, never a mixture. Keeps the previous set for current readers and deletes older ones. An unchanged file keeps its
 * modification time, which is the age of the key.
 */
export async function writeSet(folder: string, files: SecretFiles, now: number): Promise<void> {
  const name = `set-${now}-${randomBytes(4).toString('hex')}`;
  const before = await readlink(join(folder, CURRENT)).catch(() => undefined);
  const set = readSet(folder);
  await mkdir(join(folder, name), { recursive: true, mode: MODES.folder });
  for (const [file, secret] of files) {
    const isKept = set.files.get(file)?.reveal() === secret.reveal();
    const since = isKept ? set.writtenAt.get(file) : undefined;
    await writeDurably(join(folder, name, file), secret, since ?? now);
  }
  const next = join(folder, `.${name}`);
  await symlink(name, next);
  await rename(next, join(folder, CURRENT));
  for (const old of await readdir(folder)) {
    if (/^\.?set-/.test(old) && old !== name && old !== before)
      await rm(join(folder, old), { recursive: true, force: true });
  }
}

async function writeDurably(path: string, secret: Secret, writtenAt: number): Promise<void> {
  const file = await open(path, 'wx', MODES.file);
  try {
    await file.writeFile(secret.reveal());
    await file.utimes(writtenAt / 1000, writtenAt / 1000);
    await file.sync();
  } finally {
    await file.close();
  }
}
