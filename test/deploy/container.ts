import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespace } from './network-namespaces.ts';

/** A user that no password file knows, of a range as OpenShift gives one to a namespace. */
export const USER = 1000680000;
/** The group that owns what is mounted. */
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
  /** Whether the root can be written to by who has the rights; default false. */
  readonly writableRoot?: boolean;
}

/** Makes a folder read-only, and puts what is to be mounted into it; then becomes the user, and can become no other. */
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
 * The command that runs a program as a container would: with the image as a read-only root, an arbitrary user of group 0
 * without any capability, and what is mounted, and nothing else. The process is the program itself, so signals reach it.
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
