import { execFileSync, spawnSync } from 'node:child_process';
import { loadAll } from 'js-yaml';
import { join } from 'node:path';
import type { KubernetesObject } from './kinds.ts';

export const DEPLOY = join(import.meta.dirname, '../../deploy');

/** A program that renders overlays, and its release. */
export interface Kubectl {
  readonly path: string;
  readonly version: string;
}

/** The releases at hand: Debian's old one, where `DEBIAN_KUBECTL` names it, and what is on the PATH. */
export const KUBECTLS: readonly Kubectl[] = [process.env['DEBIAN_KUBECTL'], 'kubectl']
  .flatMap((path) => (path === undefined ? [] : releaseOf(path)))
  .filter(({ version }, at, all) => all.findIndex((other) => other.version === version) === at);

function releaseOf(path: string): Kubectl[] {
  const { status, stdout } = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return status === 0 ? [{ path, version: JSON.parse(stdout).clientVersion.gitVersion }] : [];
}

/** Why nothing can be rendered here, or false. In CI there must be both an old and a new release. */
export const NO_KUBECTL =
  KUBECTLS.length === 0 && process.env['CI'] !== 'true' ? 'no kubectl is on the PATH' : false;

/** Every overlay alone, and combinations that go together. */
export const OVERLAYS = [
  'openshift',
  'kubernetes',
  'native-sidecar',
  'vault-injector',
  'monitoring',
  'persistent',
  'watch',
  'openshift+watch+monitoring+persistent+native-sidecar',
  'openshift+vault-injector+native-sidecar',
  'kubernetes+watch+monitoring+persistent',
] as const;

const kept = new Map<string, KubernetesObject[]>();

/** The objects of an overlay, or of several joined by `+`, as the first release at hand renders them. */
export function rendered(overlay: string): KubernetesObject[] {
  const objects = kept.get(overlay) ?? renderedBy(KUBECTLS[0]?.path ?? 'kubectl', overlay);
  kept.set(overlay, objects);
  return objects;
}

/** The same as one release renders them. Throws Error where it does not. */
export function renderedBy(kubectl: string, overlay: string): KubernetesObject[] {
  const yaml = execFileSync(join(DEPLOY, 'render.sh'), [overlay], {
    encoding: 'utf8',
    env: { ...process.env, KUBECTL: kubectl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return parsed(yaml);
}

/** The objects of a text in YAML. Of which shape they are, the schemas say. */
export function parsed(yaml: string): KubernetesObject[] {
  return JSON.parse(JSON.stringify(loadAll(yaml)));
}
