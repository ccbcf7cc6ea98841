import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');

/** Returns the first frame of a stack in the repository as file and function, without the line, so that unrelated edits do not change it. */
export function placeOfStack(stack: string): string {
  for (const line of stack.split('\n').slice(1)) {
    const [, name = '', url = ''] =
      /^\s*at (?:(?:async )?(.*?) \()?(?:file:\/\/)?(\/.*?|node:.*?):\d+:\d+\)?$/.exec(line) ?? [];
    if (url.startsWith(`${ROOT}/`) && !url.includes('/node_modules/'))
      return `${relative(url)} ${name}`.trim();
  }
  return 'an unknown place';
}

/** Returns a frame of a paused process in the same form. */
export function placeOfFrames(
  frames: readonly { readonly url: string; readonly functionName: string }[],
): string {
  const path = (url: string) => (url.startsWith('file:') ? fileURLToPath(url) : url);
  const own = frames.find(({ url }) => path(url).startsWith(`${ROOT}/src/`)) ?? frames[0];
  return own ? `${relative(path(own.url))} ${own.functionName}`.trim() : 'an unknown place';
}

function relative(path: string): string {
  return path.replace(`${ROOT}/`, '').replace(/\?.*/s, '');
}
