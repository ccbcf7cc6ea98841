import { append } from '../../domain/append.ts';
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError, isFormatNamed } from './text-files.ts';

/**
 * The files that a name means: itself, or of a folder all files in it, at any depth, whose names say a format. What
 * begins with a dot and what npm installs is left out. Throws FileError where a folder has none.
 */
export async function filesNamed(name: string): Promise<string[]> {
  if (name === '-' || !(await isFolder(name))) return [name];
  const files = await filesIn(name);
  if (files.length === 0) throw new FileError('no file in this folder is named .yaml, .yml, .json or .toml');
  return files;
}

/** What cannot be looked at is no folder: reading it will tell why. */
async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory();
  } catch {
    return false;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter(isLookedAt).sort(byName)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) append(found, await filesIn(path));
    else if (isFormatNamed(path)) found.push(path);
  }
  return found;
}

function isLookedAt({ name }: Dirent): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
