import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from '../domain/secret.ts';

/** Files by name. */
export type SecretFiles = ReadonlyMap<string, Secret>;

/** The name under which the newest set is read. */
const CURRENT = 'current';
/** All containers of a pod run as one user; its group is for a pod that sets one. */
const MODES = { folder: 0o750, file: 0o440 };

/**
 * Writes a set of secret files into a folder of its own below `folder`, then swaps the symlink `current` to it in one
 * step: a reader sees the old set or the new one, never half of one. Of older sets the last one stays, for who reads it now.
 */
export async function writeSet(folder: string, files: SecretFiles, now: number): Promise<void> {
  const name = `set-${now}-${randomBytes(4).toString('hex')}`;
  const before = await readlink(join(folder, CURRENT)).catch(() => undefined);
  await mkdir(join(folder, name), { recursive: true, mode: MODES.folder });
  for (const [file, secret] of files) await writeDurably(join(folder, name, file), secret);
  const next = join(folder, `.${name}`);
  await symlink(name, next);
  await rename(next, join(folder, CURRENT));
  for (const old of await readdir(folder)) {
    if (/^\.?set-/.test(old) && old !== name && old !== before)
      await rm(join(folder, old), { recursive: true, force: true });
  }
}

async function writeDurably(path: string, secret: Secret): Promise<void> {
  const file = await open(path, 'wx', MODES.file);
  try {
    await file.writeFile(secret.reveal());
    await file.sync();
  } finally {
    await file.close();
  }
}
