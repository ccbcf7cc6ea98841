import { execFileSync, spawnSync } from 'node:child_process';
import { loadAll } from 'js-yaml';
import { join } from 'node:path';
import type { KubernetesObject } from './kinds.ts';

export const DEPLOY = join(import.meta.dirname, '../../deploy');

/** An installed kubectl and its version. */
export interface Kubectl {
  readonly path: string;
  readonly version: string;
}

/** The installed releases: Debian's old one (`DEBIAN_KUBECTL`), and the one on the PATH. */
export const KUBECTLS: readonly Kubectl[] = [process.env['DEBIAN_KUBECTL'], 'kubectl']
  .flatMap((path) => (path === undefined ? [] : releaseOf(path)))
  .filter(({ version }, at, all) => all.findIndex((other) => other.version === version) === at);

function releaseOf(path: string): Kubectl[] {
  const { status, stdout } = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return status === 0 ? [{ path, version: JSON.parse(stdout).clientVersion.gitVersion }] : [];
}

/** The reason to skip rendering, or false. CI requires an old and a new release. */
export const NO_KUBECTL =
  KUBECTLS.length === 0 && process.env['CI'] !== 'true' ? 'no kubectl is on the PATH' : false;

/** Every single overlay, and useful combinations. */
export const OVERLAYS = [
  'openshift',
  'kubernetes',
  'native-sidecar',
  'vault-injector',
  'secret',
  'monitoring',
  'datadog-agent',
  'persistent',
  'postgresql',
  'watch',
  'openshift+watch+monitoring+persistent+native-sidecar',
  'openshift+vault-injector+native-sidecar',
  'kubernetes+watch+monitoring+persistent',
  'openshift+watch+datadog-agent+persistent',
  'openshift+watch+monitoring+postgresql+native-sidecar',
  'kubernetes+vault-injector+postgresql',
  'kubernetes+secret+monitoring+persistent',
  'openshift+secret+postgresql+native-sidecar',
] as const;

/** Returns whether the keys of an overlay come from Vault, through init or the injector. */
export const usesVault = (overlay: string): boolean => !overlay.split('+').includes('secret');

/** Returns whether the replicas of an overlay share one ledger. */
export const sharesLedger = (overlay: string): boolean => overlay.includes('postgresql');

const cache = new Map<string, KubernetesObject[]>();

/** Renders an overlay, or several joined by `+`, with the first installed release. */
export function rendered(overlay: string): KubernetesObject[] {
  const objects = cache.get(overlay) ?? renderedBy(KUBECTLS[0]?.path ?? 'kubectl', overlay);
  cache.set(overlay, objects);
  return objects;
}

/** Renders an overlay with the given release. Throws Error if rendering fails. */
export function renderedBy(kubectl: string, overlay: string): KubernetesObject[] {
  const yaml = execFileSync(join(DEPLOY, 'render.sh'), [overlay], {
    encoding: 'utf8',
    env: { ...process.env, KUBECTL: kubectl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return parsed(yaml);
}

/** Parses objects from YAML. The schema test checks their types. */
export function parsed(yaml: string): KubernetesObject[] {
  return JSON.parse(JSON.stringify(loadAll(yaml)));
}
