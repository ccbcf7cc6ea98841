import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A tracked file: its path from the top of the repository, and its text. */
export interface TrackedFile {
  readonly path: string;
  readonly text: string;
}

/** Returns what git tracks or would track, without binary files. */
export function trackedFiles(): TrackedFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed.split('\0').flatMap((path) => {
    const text = path === '' ? undefined : readText(path);
    return text === undefined || text.includes('\0') ? [] : [{ path, text }];
  });
}

/** Returns undefined for a file that is deleted but not yet committed as such, and for a link to a folder. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
