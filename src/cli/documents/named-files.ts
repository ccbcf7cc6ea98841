import { append } from '../../domain/append.ts';
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError, hasFormatExtension } from './text-files.ts';

/**
 * Returns the files of an argument: the file itself or, for a folder, all files in it with a known extension, at any
 * depth. Skips hidden files and node_modules. Throws FileError if a folder has no such file.
 */
export async function filesNamed(name: string): Promise<string[]> {
  if (name === '-' || !(await isFolder(name))) return [name];
  const files = await filesIn(name);
  if (files.length === 0)
    throw new FileError('this folder has no file that ends in .yaml, .yml, .json or .toml');
  return files;
}

/** Returns false for a name that cannot be inspected; reading it will report why. */
async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory();
  } catch {
    return false;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.filter(isIncluded).sort(byName)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) append(files, await filesIn(path));
    else if (hasFormatExtension(path)) files.push(path);
  }
  return files;
}

function isIncluded({ name }: Dirent): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
