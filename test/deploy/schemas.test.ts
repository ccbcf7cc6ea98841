import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { API_VERSIONS, type KubernetesObject, ofKind } from './kinds.ts';
import { containersOf, podOf } from './pod-of.ts';
import { DEPLOY, NO_KUBECTL, OVERLAYS, parsed, rendered } from './rendered.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/**
 * Returns the compiler's errors for objects written as literals of the Kubernetes types: unknown fields, wrong types and
 * missing required fields.
 */
function faultsOf(objects: readonly KubernetesObject[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'schemas-'));
  try {
    const lines = objects.map(
      (object, at) =>
        `export const object${at}: Kinds['${object.kind}'] & {kind: '${object.kind}'} = ${JSON.stringify(object, null, 1)};`,
    );
    const kinds = join(import.meta.dirname, 'kinds.ts');
    writeFileSync(
      join(folder, 'objects.mts'),
      [`import type { Kinds } from ${JSON.stringify(kinds)};`, ...lines].join('\n'),
    );
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { types: [], exactOptionalPropertyTypes: false },
      include: [join(folder, 'objects.mts')],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(process.execPath, [TSC, '--project', folder], { encoding: 'utf8' });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Allowed values of fields whose type in the schemas is any string. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  restartPolicy: ['Always'],
  medium: ['Memory'],
  protocol: ['TCP', 'UDP'],
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  unhealthyPodEvictionPolicy: ['AlwaysAllow', 'IfHealthyBudget'],
  fsGroupChangePolicy: ['Always', 'OnRootMismatch'],
  pathType: ['Exact', 'Prefix', 'ImplementationSpecific'],
  drop: ['ALL'],
  policyTypes: ['Ingress', 'Egress'],
  accessModes: ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany', 'ReadWriteMany'],
};

function wrongWords(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const words = WORDS[name];
    const said: unknown[] = Array.isArray(member) ? member : [member];
    const wrong = words ? said.filter((word) => !words.some((w) => w === word)) : [];
    return [...wrong.map((word) => `${at}/${name}: ${word}`), ...wrongWords(member, `${at}/${name}`)];
  });
}

describe('manifests and the Kubernetes schemas', { skip: NO_KUBECTL }, () => {
  it('agree for every overlay', () => {
    const example = readFileSync(join(DEPLOY, 'overlays/openshift/egress-firewall.example.yaml'), 'utf8');
    const objects = [...OVERLAYS.flatMap((overlay) => rendered(overlay)), ...parsed(example)];
    assert.equal(faultsOf(objects), '');
    assert.deepEqual(wrongWords(objects), []);
    for (const { kind, apiVersion } of objects) assert.equal(apiVersion, API_VERSIONS[kind]);
  });

  const mistakes: readonly [what: string, break_: (object: KubernetesObject) => void, says: RegExp][] = [
    ['an unknown field', (o) => Object.assign(podOf([o]), { hostNetwrok: true }), /hostNetwrok/],
    [
      'a field of the wrong type',
      (o) => Object.assign(podOf([o]), { automountServiceAccountToken: 'no' }),
      /string/,
    ],
    [
      'a container without its name',
      (o) => Reflect.deleteProperty(podOf([o]).containers[0] ?? {}, 'name'),
      /name/,
    ],
  ];
  for (const [what, break_, says] of mistakes) {
    it(`disagree about ${what}`, () => {
      const [deployment] = structuredClone(rendered('openshift').filter((o) => o.kind === 'Deployment'));
      assert.ok(deployment);
      break_(deployment);
      assert.match(faultsOf([deployment]), says);
    });
  }

  it('have unique names for objects, containers and variables', () => {
    for (const overlay of OVERLAYS) {
      const objects = rendered(overlay);
      const pod = podOf(objects);
      for (const names of [
        objects.map(({ kind, metadata }) => `${kind} ${metadata?.name}`),
        containersOf(pod).map((c) => c.name),
        pod.volumes?.map((v) => v.name) ?? [],
        ...containersOf(pod).map((c) => (c.env ?? []).map((e) => e.name)),
        ...containersOf(pod).map((c) => (c.volumeMounts ?? []).map((m) => m.mountPath)),
        containersOf(pod).flatMap((c) => (c.ports ?? []).map((p) => `${p.name}`)),
        containersOf(pod).flatMap((c) => (c.ports ?? []).map((p) => `${p.containerPort}`)),
      ])
        assert.equal(new Set(names).size, names.length, `${overlay}: ${names.join(' ')}`);
    }
  });

  it('have a label by which all of them can be selected', () => {
    for (const overlay of OVERLAYS) {
      for (const { kind, metadata } of rendered(overlay)) {
        const name = metadata?.labels?.['app.kubernetes.io/name'];
        const expected = metadata?.name?.endsWith('-metrics') ? 'birddog-metrics' : 'birddog';
        assert.equal(name, expected, `${overlay}: ${kind} ${metadata?.name}`);
      }
    }
  });

  it('contain every object that they refer to', () => {
    for (const overlay of OVERLAYS) {
      const objects = rendered(overlay);
      const pod = podOf(objects);
      const volumes = pod.volumes?.map((v) => v.name) ?? [];
      const mounted = containersOf(pod).flatMap((c) => (c.volumeMounts ?? []).map((m) => m.name));
      // The injector's agent mounts this volume, as an annotation configures.
      const lent = overlay.includes('vault-injector') ? ['vault-token'] : [];
      assert.deepEqual([...new Set([...mounted, ...lent])].toSorted(), volumes.toSorted(), overlay);
      const maps = ofKind(objects, 'ConfigMap').map((m) => m.metadata?.name);
      for (const { configMap } of pod.volumes ?? []) if (configMap) assert.ok(maps.includes(configMap.name));
      assert.deepEqual(
        ofKind(objects, 'ServiceAccount').map((a) => a.metadata?.name),
        [pod.serviceAccountName],
      );
    }
  });
});
