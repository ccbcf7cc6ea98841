import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isEmptyDir } from './volume.ts';

const VOLUMES = '/var/lib/kubelet/pods/3c1f/volumes';
const MOUNTS = `2101 1723 0:412 / / rw,relatime master:800 - overlay overlay rw,lowerdir=/a
2102 2101 0:415 / /proc rw,nosuid - proc proc rw
2110 2101 259:1 ${VOLUMES}/kubernetes.io~empty-dir/ledger-main /run/birddog/ledger rw,noatime - xfs /dev/nvme0n1p1 rw
2111 2101 0:409 / /run/birddog/memory rw,relatime - tmpfs tmpfs rw,size=131072k
2112 2101 259:2 / /run/birddog/claim rw,relatime - ext4 /dev/nvme1n1 rw
2113 2110 259:2 / /run/birddog/ledger/inner\\040claim rw,relatime - ext4 /dev/nvme1n1 rw
2114 2101 259:1 /pods/3c1f/volumes/kubernetes.io~empty-dir/other /run/birddog/ledger-2 rw - xfs /dev/nvme0n1p3 rw
`;

describe('an emptyDir on the disk of the node', () => {
  it('is recognised by the folder of the node that is mounted', () => {
    for (const folder of ['/run/birddog/ledger', '/run/birddog/ledger/sub', '/run/birddog/ledger-2/'])
      assert.ok(isEmptyDir(folder, MOUNTS), folder);
  });

  it('is not a claim, also not one mounted within an emptyDir, nor the container itself', () => {
    for (const folder of ['/run/birddog/claim', '/run/birddog/ledger/inner claim', '/run/birddog', '/tmp'])
      assert.ok(!isEmptyDir(folder, MOUNTS), folder);
    assert.ok(!isEmptyDir('/run/birddog/ledger', ''));
  });
});
