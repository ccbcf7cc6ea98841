import assert from 'node:assert/strict';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { type KubernetesObject, ofKind } from './kinds.ts';

/** Returns the pod of the only Deployment. */
export function podOf(objects: readonly KubernetesObject[]): PodSpec {
  const [deployment, ...others] = ofKind(objects, 'Deployment');
  assert.equal(others.length, 0);
  assert.ok(deployment?.spec?.template.spec);
  return deployment.spec.template.spec;
}

/** Returns all containers of a pod, init containers first. */
export function containersOf(pod: PodSpec): Container[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}

/** Returns a container by name. */
export function containerOf(pod: PodSpec, name: string): Container {
  const found = containersOf(pod).find((container) => container.name === name);
  assert.ok(found, `there is no container ${name}`);
  return found;
}

/** Returns the containers that mount a volume, and whether they may write to it. */
export function mountsOf(pod: PodSpec, volume: string): string[] {
  return containersOf(pod).flatMap(({ name, volumeMounts = [] }) =>
    volumeMounts.filter((m) => m.name === volume).map((m) => `${name}${m.readOnly ? '' : ' writes'}`),
  );
}

/** Returns the environment of a container: its ConfigMaps, then its variables, with `$(NAME)` replaced by earlier ones. */
export function environmentOf(
  objects: readonly KubernetesObject[],
  name: string,
  fields: Readonly<Record<string, string>> = { 'metadata.namespace': 'operations' },
): Record<string, string> {
  const { envFrom = [], env = [] } = containerOf(podOf(objects), name);
  const environment: Record<string, string> = {};
  for (const { configMapRef } of envFrom) {
    const map = ofKind(objects, 'ConfigMap').find((m) => m.metadata?.name === configMapRef?.name);
    assert.ok(map?.data, `there is no ConfigMap ${configMapRef?.name}`);
    Object.assign(environment, map.data);
  }
  for (const variable of env) {
    const value = variable.value ?? fields[variable.valueFrom?.fieldRef?.fieldPath ?? ''];
    assert.ok(value !== undefined, `${variable.name} has no value`);
    environment[variable.name] = value.replaceAll(/\$\((\w+)\)/g, (_all, other: string) => {
      assert.ok(other in environment, `${variable.name} names ${other}, which is not set before it`);
      return environment[other] ?? '';
    });
  }
  return environment;
}
