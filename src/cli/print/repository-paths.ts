import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { LintedFile } from './report.ts';

/**
 * Returns the files with names relative to their repository, as GitHub expects them in annotations and in SARIF. A file in no
 * repository, and standard input, keep their names. `workspace` is GITHUB_WORKSPACE, if set.
 */
export function inRepository(
  files: readonly LintedFile[],
  workspace: string | undefined,
  folder: string,
): LintedFile[] {
  const roots = new Map<string, string | undefined>();
  return files.map((file) => {
    if (file.name === '-') return file;
    const path = resolve(folder, file.name);
    const parent = dirname(path);
    if (!roots.has(parent)) roots.set(parent, rootOf(parent, workspace));
    const root = roots.get(parent);
    return root === undefined ? file : { ...file, name: relative(root, path).split(sep).join('/') };
  });
}

/**
 * Returns the top folder of the repository that a folder is in. Within the workspace, that is the outermost one: a submodule
 * belongs to its parent. A workspace without a repository is the top itself.
 */
function rootOf(folder: string, workspace: string | undefined): string | undefined {
  const isInWorkspace = workspace !== undefined && isAbsolute(workspace) && contains(workspace, folder);
  const tops = foldersUpFrom(folder).filter((one) => existsSync(join(one, '.git')));
  if (!isInWorkspace) return tops[0];
  return tops.findLast((one) => contains(workspace, one)) ?? resolve(workspace);
}

function foldersUpFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpFrom(parent)];
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
