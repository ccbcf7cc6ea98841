import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');

/** Returns the first frame of a stack in the repository as file and function, without the line, so that unrelated edits do not change it. */
export function placeOfStack(stack: string): string {
  for (const line of stack.split('\n').slice(1)) {
    const [, name = '', url = ''] =
      /^\s*at (?:(?:async )?(.*?) \()?(?:file:\/\/)?(\/.*?|node:.*?):\d+:\d+\)?$/.exec(line) ?? [];
    if (isInRepository(url)) return `${relative(url)} ${name}`.trim();
  }
  return 'an unknown place';
}

/** Returns a frame of a paused process in the same form: the first in `src`, or else the first in the repository. */
export function placeOfFrames(
  frames: readonly { readonly url: string; readonly functionName: string }[],
): string {
  const placed = frames.map(({ url, functionName }) => ({
    path: url.startsWith('file:') ? fileURLToPath(url) : url,
    functionName,
  }));
  const own =
    placed.find(({ path }) => path.startsWith(`${ROOT}/src/`)) ??
    placed.find(({ path }) => isInRepository(path)) ??
    placed[0];
  return own ? `${relative(own.path)} ${own.functionName}`.trim() : 'an unknown place';
}

function isInRepository(path: string): boolean {
  return path.startsWith(`${ROOT}/`) && !path.includes('/node_modules/');
}

function relative(path: string): string {
  return path.replace(`${ROOT}/`, '').replace(/\?.*/s, '');
}
