import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespace } from './network-namespaces.ts';

/** A user ID without an entry in the password file, from a range as OpenShift assigns to a namespace. */
export const USER = 1000680000;
/** The group that owns mounted files. */
export const FS_GROUP = 1000690000;

export interface Mount {
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface ContainerOptions {
  readonly image: string;
  /** The network namespace of its pod. */
  readonly network: string;
  readonly mounts: readonly Mount[];
  readonly args: readonly string[];
  /** True for a writable root. Default: false. */
  readonly writableRoot?: boolean;
}

/** Makes the root read-only, adds the mounts, then drops to the user without a way back. */
const ENTER = `
set -eu
root=$1 writable=$2 user=$3 group=$4
shift 4
mount --bind "$root" "$root"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
  mount --bind "$2" "$root$3"
  [ "$1" != ro ] || mount -o remount,bind,ro "$root$3"
  shift 3
done
shift
[ "$writable" = true ] || mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec=+$user:+0 --groups=+$group "$root" "$@"
`;

/**
 * Returns the command that runs a program as in a container: the image as a read-only root, an arbitrary user of group 0
 * without capabilities, and only the mounts. The process is the program itself, so signals reach it.
 */
export function containerCommand(options: ContainerOptions): string[] {
  const { image, network, mounts, args, writableRoot = false } = options;
  for (const path of ['/proc', '/dev', ...mounts.map((mount) => mount.path)])
    mkdirSync(join(image, path), { recursive: true });
  const told = [image, `${writableRoot}`, `${USER}`, `${FS_GROUP}`];
  return inNamespace(
    network,
    'unshare',
    '--mount',
    'sh',
    '-c',
    ENTER,
    'enter',
    ...told,
    ...mounts.flatMap(({ readOnly, source, path }) => [readOnly ? 'ro' : 'rw', source, path]),
    '--',
    ...args,
  );
}
