import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ofKind } from './kinds.ts';
import { containerOf, containersOf, environmentOf, mountsOf, podOf } from './pod-of.ts';
import { NO_KUBECTL, OVERLAYS, rendered, sharesLedger, usesVault } from './rendered.ts';
import { MAX_HEAP_MIB } from '../../src/http/inspection/child-process.ts';
import { PROCESSES } from '../../src/http/inspection/inspector.ts';
import { readConfig as readMainConfig } from '../../src/main/settings.ts';
import { readConfig as readSidecarConfig } from '../../src/sidecar/settings.ts';

/** Volume types that restricted-v2 and the restricted Pod Security Standard allow. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

describe('the pod of every overlay', { skip: NO_KUBECTL }, () => {
  for (const overlay of OVERLAYS) {
    const pod = NO_KUBECTL ? undefined : podOf(rendered(overlay));
    if (pod === undefined) continue;

    it(`${overlay}: meets restricted-v2 and the restricted Pod Security Standard`, () => {
      for (const name of ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'])
        assert.ok(!(name in pod), name);
      assert.equal(pod.securityContext?.runAsNonRoot, true);
      assert.deepEqual(pod.securityContext?.seccompProfile, { type: 'RuntimeDefault' });
      assert.ok(
        pod.securityContext &&
          !('runAsUser' in pod.securityContext) &&
          !('runAsGroup' in pod.securityContext),
      );
      for (const { name, securityContext, ports = [] } of containersOf(pod)) {
        assert.deepEqual(
          securityContext,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          name,
        );
        for (const port of ports) assert.ok(port.containerPort > 1023 && !('hostPort' in port));
      }
      for (const { name, ...of } of pod.volumes ?? []) {
        assert.equal(Object.keys(of).length, 1, name);
        assert.ok(VOLUMES.includes(Object.keys(of)[0] ?? ''), name);
      }
    });

    it(`${overlay}: sets requests and limits for each container`, () => {
      for (const { name, resources } of containersOf(pod)) {
        for (const bounds of [resources?.requests, resources?.limits]) {
          assert.deepEqual(Object.keys(bounds ?? {}).toSorted(), ['cpu', 'memory'], name);
        }
      }
    });

    it(`${overlay}: has enough memory for the servers and the processes that inspect large bodies`, () => {
      // MiB beside the heap of an inspecting process, and maximum of a server: itself, ledger, bodies, documents, plan.
      const [beside, server] = [96, 212 + 128 + 64 + 256 + 234];
      for (const { name, resources } of containersOf(pod).filter(({ args }) =>
        /serve|sidecar/.test(`${args}`),
      )) {
        const needed = PROCESSES.maxConcurrent * (MAX_HEAP_MIB + beside) + server;
        assert.ok(mebibytes(resources?.limits?.['memory']) >= needed, `${name}: ${needed}`);
      }
    });

    it(`${overlay}: writes only into size-limited memory or a separate volume`, () => {
      for (const { name, emptyDir } of pod.volumes ?? []) {
        if (!emptyDir) continue;
        assert.equal(emptyDir.medium, 'Memory', name);
        const limit = mebibytes(emptyDir.sizeLimit);
        for (const container of containersOf(pod)) {
          const writes = container.volumeMounts?.some((m) => m.name === name && !m.readOnly) ?? false;
          // Files in memory count against the container's memory limit.
          if (writes) assert.ok(limit <= mebibytes(container.resources?.limits?.['memory']) / 2, name);
        }
      }
      for (const { name, volumeMounts = [] } of containersOf(pod)) {
        assert.ok(
          volumeMounts.every((m) => !('subPath' in m)),
          `${name}: subPath mounts are never updated`,
        );
        assert.ok(
          volumeMounts.some((m) => m.mountPath === '/tmp' && !m.readOnly),
          `${name} has a /tmp`,
        );
      }
    });

    it(`${overlay}: mounts only its own secrets into each container, read-only`, () => {
      const writers = pod.containers.some((c) => c.name === 'watch')
        ? ['init writes', 'watch writes']
        : ['init writes'];
      const expected = (reader: string) => [...writers, reader].toSorted();
      assert.deepEqual(mountsOf(pod, 'secrets-main').toSorted(), expected('birddog'));
      assert.deepEqual(mountsOf(pod, 'secrets-sidecar').toSorted(), expected('sidecar'));
      for (const [kind, reader] of [
        ['main', 'birddog'],
        ['sidecar', 'sidecar'],
      ] as const) {
        if (!usesVault(overlay)) assert.deepEqual(mountsOf(pod, `keys-${kind}`), [reader]);
        if (overlay.includes('vault-injector'))
          assert.deepEqual(mountsOf(pod, `keys-${kind}`).toSorted(), ['init writes', reader].toSorted());
        const ledger = sharesLedger(overlay) ? [] : [`${reader} writes`];
        assert.deepEqual(mountsOf(pod, `ledger-${kind}`), ledger);
        assert.deepEqual(mountsOf(pod, `tmp-${kind}`), [`${reader} writes`]);
      }
      assert.deepEqual(mountsOf(pod, 'tls'), ['birddog']);
    });

    it(`${overlay}: mounts a service account token only into containers that log in to Vault`, () => {
      assert.equal(pod.automountServiceAccountToken, false);
      assert.equal(ofKind(rendered(overlay), 'ServiceAccount')[0]?.automountServiceAccountToken, false);
      const sources = pod.volumes?.find((v) => v.name === 'vault-token')?.projected?.sources;
      const token = { path: 'token', audience: 'vault', expirationSeconds: 3600 };
      assert.deepEqual(sources, usesVault(overlay) ? [{ serviceAccountToken: token }] : undefined);
      const asks = containersOf(pod).filter(
        (c) => c.args?.[0] === 'init' && !c.args.includes('--certificates'),
      );
      assert.deepEqual(
        mountsOf(pod, 'vault-token'),
        asks.map((c) => c.name),
      );
    });

    it(`${overlay}: probes the ports that the processes serve, and the sidecar only for liveness`, () => {
      for (const container of containersOf(pod)) {
        const { name, livenessProbe, readinessProbe, startupProbe } = container;
        const runsOnce = name === 'init';
        assert.equal(startupProbe, undefined, name);
        assert.deepEqual(
          readinessProbe?.httpGet,
          name === 'birddog' ? { path: '/readyz', port: 'ops' } : undefined,
          name,
        );
        const ops = { birddog: 'ops', sidecar: 'sidecar-ops', watch: 'watch-ops' }[name];
        assert.deepEqual(
          livenessProbe?.httpGet,
          runsOnce ? undefined : { path: '/healthz', port: ops },
          name,
        );
        if (!runsOnce)
          assert.ok(
            container.ports?.some((port) => port.name === ops),
            name,
          );
      }
      const { failureThreshold = 0, periodSeconds = 0 } = containerOf(pod, 'sidecar').livenessProbe ?? {};
      assert.ok(failureThreshold * periodSeconds > 600, 'the kubelet has reset its restart backoff by then');
    });

    it(`${overlay}: has time to finish requests in progress, Birddog before the sidecar`, () => {
      const delay = (name: string) =>
        Number(containerOf(pod, name).lifecycle?.preStop?.exec?.command?.[1] ?? 0);
      const objects = rendered(overlay);
      const stopped =
        delay('birddog') + readMainConfig(environmentOf(objects, 'birddog')).BIRDDOG_DRAIN_MS / 1000;
      const drain = readSidecarConfig(environmentOf(objects, 'sidecar')).BIRDDOG_DRAIN_MS / 1000;
      const isNative = pod.initContainers?.some((c) => c.name === 'sidecar') ?? false;
      const all = (isNative ? stopped : delay('sidecar')) + drain;
      assert.ok((pod.terminationGracePeriodSeconds ?? 0) >= all, `${all} s`);
      if (isNative) assert.equal(containerOf(pod, 'sidecar').lifecycle, undefined);
      else assert.ok(delay('sidecar') >= stopped);
    });
  }

  it('has one replica and stops before its successor starts, unless the replicas share one ledger', () => {
    for (const overlay of OVERLAYS) {
      const [deployment] = ofKind(rendered(overlay), 'Deployment');
      const [replicas, strategy] = sharesLedger(overlay)
        ? [2, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }]
        : [1, { type: 'Recreate' }];
      assert.equal(deployment?.spec?.replicas, replicas, overlay);
      assert.deepEqual(deployment?.spec?.strategy, strategy, overlay);
      assert.deepEqual(deployment?.spec?.selector.matchLabels, deployment?.spec?.template.metadata?.labels);
    }
  });

  it('spreads replicas over zones and nodes where it can', () => {
    for (const overlay of OVERLAYS) {
      const { topologySpreadConstraints: spread = [] } = podOf(rendered(overlay));
      assert.deepEqual(
        spread.map(({ topologyKey, whenUnsatisfiable }) => [topologyKey, whenUnsatisfiable]),
        sharesLedger(overlay)
          ? ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((key) => [key, 'ScheduleAnyway'])
          : [],
        overlay,
      );
      const labels = ofKind(rendered(overlay), 'Deployment')[0]?.spec?.selector.matchLabels;
      for (const { labelSelector, maxSkew } of spread)
        assert.deepEqual([labelSelector?.matchLabels, maxSkew], [labels, 1]);
    }
  });

  it('lets the platform decide whether the agent of the Vault injector has a security context', () => {
    for (const overlay of OVERLAYS) {
      const [deployment] = ofKind(rendered(overlay), 'Deployment');
      const { annotations = {} } = deployment?.spec?.template.metadata ?? {};
      const expected = { openshift: 'false', kubernetes: 'true' }[overlay.split('+')[0] ?? ''];
      assert.equal(annotations['vault.hashicorp.com/agent-set-security-context'], expected, overlay);
    }
  });

  it('writes the version of each reference to a field, which a server would add', () => {
    for (const overlay of OVERLAYS) {
      const variables = containersOf(podOf(rendered(overlay))).flatMap(({ env = [] }) => env);
      const references = variables.flatMap(({ valueFrom }) => valueFrom?.fieldRef ?? []);
      assert.deepEqual(
        references.map(({ apiVersion }) => apiVersion),
        ['v1'],
        overlay,
      );
    }
  });

  it('starts init, then a native sidecar, then Birddog', () => {
    for (const overlay of OVERLAYS.filter((o) => o.includes('native-sidecar'))) {
      const pod = podOf(rendered(overlay));
      assert.deepEqual(
        pod.initContainers?.map((c) => [c.name, c.restartPolicy]),
        [
          ['init', undefined],
          ['sidecar', 'Always'],
        ],
      );
      assert.ok(pod.containers.every((c) => c.name !== 'sidecar' && c.restartPolicy === undefined));
    }
    for (const overlay of OVERLAYS.filter((o) => !o.includes('native-sidecar')))
      assert.deepEqual(
        podOf(rendered(overlay)).initContainers?.map((c) => c.name),
        ['init'],
      );
  });
});

function mebibytes(quantity: string | undefined): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity ?? '') ?? [];
  assert.ok(number, `${quantity} is not a size`);
  return Number(number) * (unit === 'Gi' ? 1024 : 1);
}
