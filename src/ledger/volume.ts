import { readFileSync, statfsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The type of a file system in memory, as statfs(2) names it. */
const TMPFS = 0x01021994;
/** The folder of the node in which the kubelet makes the volumes of type emptyDir. */
const EMPTY_DIR = '/kubernetes.io~empty-dir/';
const MOUNTS = '/proc/self/mountinfo';

/** Returns whether a folder is in a volume that is lost with the pod: one of memory, or an emptyDir on the node's disk. */
export function isLostWithPod(folder: string): boolean {
  return isMemoryVolume(folder) || isEmptyDir(folder, mounts());
}

/** Returns whether a folder is the root of a mounted file system in memory, such as a pod's volume. */
export function isMemoryVolume(folder: string): boolean {
  try {
    const isMounted = statSync(folder).dev !== statSync(join(folder, '..')).dev;
    return isMounted && statfsSync(folder).type === TMPFS;
  } catch {
    return false;
  }
}

/**
 * Returns whether a folder is in an emptyDir. `mountinfo` is the text of that file of proc(5), whose lines contain the folder of
 * the node that is mounted, unless the container runs in a virtual machine.
 */
export function isEmptyDir(folder: string, mountinfo: string): boolean {
  const place = `${resolve(folder)}/`;
  let deepest = { point: '', root: '' };
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', point = ''] = line.split(' ').map(unescaped);
    const isAbove = point !== '' && place.startsWith(point.endsWith('/') ? point : `${point}/`);
    // Of two mounts at one point, the later one is seen.
    if (isAbove && point.length >= deepest.point.length) deepest = { point, root };
  }
  return deepest.root.includes(EMPTY_DIR);
}

function mounts(): string {
  try {
    return readFileSync(MOUNTS, 'utf8');
  } catch {
    return '';
  }
}

/** Decodes the octal escapes of spaces and backslashes. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
