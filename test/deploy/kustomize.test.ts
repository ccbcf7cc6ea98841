import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { load } from 'js-yaml';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readAccessFile } from '../../src/auth/access-file.ts';
import { CHECK_APPLICATION } from '../../src/domain/application.ts';
import { type KubernetesObject, ofKind } from './kinds.ts';
import { containerOf, containersOf, podOf } from './pod-of.ts';
import { DEPLOY, KUBECTLS, NO_KUBECTL, OVERLAYS, rendered, renderedBy } from './rendered.ts';

/** Fields that every release from the oldest on supports (docs/decisions). */
const FIELDS = [
  'apiVersion',
  'kind',
  'bases',
  'resources',
  'configMapGenerator',
  'generatorOptions',
  'images',
  'patchesStrategicMerge',
  'patchesJson6902',
];

const kustomizations = [
  'base',
  ...readdirSync(join(DEPLOY, 'overlays')).map((name) => `overlays/${name}`),
].map((folder) => {
  const written: unknown = load(readFileSync(join(DEPLOY, folder, 'kustomization.yaml'), 'utf8'));
  assert.ok(typeof written === 'object' && written !== null);
  return { folder, written };
});

describe('kustomize', () => {
  it('uses only fields that old and new releases support', () => {
    for (const { folder, written } of kustomizations) {
      for (const field of Object.keys(written)) assert.ok(FIELDS.includes(field), `${folder}: ${field}`);
      assert.ok('apiVersion' in written && written.apiVersion === 'kustomize.config.k8s.io/v1beta1', folder);
    }
  });

  it('lists every file of its folder, and no other', () => {
    for (const { folder, written } of kustomizations) {
      const named = JSON.stringify(written).match(/[\w.-]+\.yaml/g) ?? [];
      const files = readdirSync(join(DEPLOY, folder)).filter(
        (f) => f !== 'kustomization.yaml' && !f.includes('.example.'),
      );
      assert.deepEqual(named.toSorted(), files.toSorted(), folder);
    }
  });

  it('has tests for every overlay', () => {
    const tested = OVERLAYS.flatMap((overlay) => overlay.split('+'));
    assert.deepEqual([...new Set(tested)].toSorted(), readdirSync(join(DEPLOY, 'overlays')).toSorted());
  });
});

it('docs/deployment.md lists every overlay', () => {
  const page = readFileSync(join(DEPLOY, '../docs/deployment.md'), 'utf8');
  const [, table = ''] = /^\| overlay \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const told = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(told.toSorted(), readdirSync(join(DEPLOY, 'overlays')).toSorted());
});

describe('every installed kustomize release', { skip: NO_KUBECTL }, () => {
  it('includes an old and a new release in CI', {
    skip: process.env['CI'] !== 'true' && 'only CI must have both',
  }, () => {
    const minors = KUBECTLS.map(({ version }) => Number(/^v1\.(\d+)/.exec(version)?.[1]));
    assert.ok(
      minors.some((minor) => minor <= 20),
      `no release is as old as Debian's: ${minors.join(' ')}`,
    );
  });

  for (const { path, version } of KUBECTLS.slice(1)) {
    it(`${version} renders the same as ${KUBECTLS[0]?.version}`, () => {
      for (const overlay of OVERLAYS) {
        assert.deepEqual(inOrder(renderedBy(path, overlay)), inOrder(rendered(overlay)), overlay);
      }
    });
  }

  for (const { path, version } of KUBECTLS) {
    it(`${version} applies a custom overlay: image, settings, host, access`, async (t) => {
      const [objects, before] = [
        renderedBy(path, `openshift+watch+native-sidecar+${ownOverlay(t)}`),
        rendered('openshift'),
      ];
      for (const { image } of containersOf(podOf(objects))) assert.equal(image, 'images.test/birddog:1.2.3');
      for (const all of [objects, before]) {
        const access = ofKind(all, 'ConfigMap').find((m) => m.metadata?.name === 'birddog-access');
        const rules = await readAccessFile(Buffer.from(access?.data?.['access.yaml'] ?? ''));
        const forTheCheck = rules.find((rule) => rule.applications.includes(CHECK_APPLICATION));
        assert.deepEqual(forTheCheck?.may, ['write'], 'the check after a deployment is authorized');
      }
      const settings = (all: KubernetesObject[], name: string) =>
        ofKind(all, 'ConfigMap').find((m) => m.metadata?.name?.startsWith(`birddog-${name}-`));
      assert.equal(settings(objects, 'main')?.data?.['LEANIX_URL'], 'https://company.leanix.net');
      assert.equal(settings(objects, 'sidecar')?.data?.['DATADOG_SITE'], 'datadoghq.eu');
      assert.equal(settings(objects, 'init')?.data?.['VAULT_ROLE'], 'birddog');
      assert.equal(ofKind(objects, 'Route')[0]?.spec.host, 'birddog.company.test');
      assert.notEqual(
        settings(objects, 'main')?.metadata?.name,
        settings(before, 'main')?.metadata?.name,
        'changed settings get a new name, which starts a new pod',
      );
      const maps = { init: 'init', watch: 'init', birddog: 'main', sidecar: 'sidecar' };
      for (const [container, map] of Object.entries(maps)) {
        const { envFrom } = containerOf(podOf(objects), container);
        assert.equal(envFrom?.[0]?.configMapRef?.name, settings(objects, map)?.metadata?.name, container);
      }
    });
  }

  it('renders objects that deploy.sh refuses with example values and accepts without', (t) => {
    const calls = join(mkdtempSync(join(tmpdir(), 'calls-')), 'calls');
    t.after(() => rmSync(dirname(calls), { recursive: true }));
    const deploy = (overlay: string) => {
      const yaml = execFileSync(join(DEPLOY, 'render.sh'), [overlay], { encoding: 'utf8', stdio: 'pipe' });
      writeFileSync(`${calls}.rendered`, yaml);
      rmSync(`${calls}.steps`, { force: true });
      const KUBECTL = join(import.meta.dirname, 'stand-in-kubectl.sh');
      const env = {
        ...process.env,
        KUBECTL,
        CALLS: calls,
        RENDERED: `${calls}.rendered`,
        BIRDDOG_TOKEN: 'x',
      };
      return spawnSync(join(DEPLOY, 'deploy.sh'), ['--yes', overlay], { encoding: 'utf8', env });
    };
    const refused = deploy('openshift');
    assert.equal(refused.status, 1);
    for (const example of ['leanix.example', 'operations.example', 'image: birddog'])
      assert.ok(refused.stderr.includes(example), example);
    const taken = deploy(`openshift+watch+${ownOverlay(t)}`);
    assert.equal(taken.status, 0, taken.stderr);
  });

  it('rejects two overlays that cannot be combined', () => {
    for (const both of ['openshift+watch+vault-injector', 'vault-injector+monitoring+watch'])
      assert.throws(() => renderedBy('kubectl', both), /watch and vault-injector cannot be combined/);
    for (const other of ['watch', 'vault-injector'])
      assert.throws(
        () => renderedBy('kubectl', `kubernetes+secret+${other}`),
        new RegExp(`${other} and secret cannot be combined: both provide the keys`),
      );
  });

  it('rejects persistent with postgresql', () => {
    assert.throws(() => renderedBy('kubectl', 'postgresql+persistent'), /both provide the ledger/);
  });

  it('rejects a patch of the sidecar after native-sidecar has moved it, also one in your own overlay', (t) => {
    const own = ownOverlay(t);
    const resources = { limits: { memory: '3Gi' } };
    const patchContainers = (...containers: { name: string; resources?: typeof resources }[]) => {
      const patch = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'birddog' } };
      const spec = { template: { spec: { containers } } };
      writeFileSync(join(own, 'access.yaml'), JSON.stringify({ ...patch, spec }));
    };
    patchContainers({ name: 'birddog' }, { name: 'sidecar', resources });
    for (const { path } of KUBECTLS) {
      for (const late of ['vault-injector', 'postgresql', own])
        assert.throws(
          () => renderedBy(path, `openshift+native-sidecar+${late}`),
          /two containers named sidecar: native-sidecar must come after/,
        );
      const pod = podOf(renderedBy(path, `openshift+${own}+native-sidecar`));
      assert.deepEqual(containerOf(pod, 'sidecar').resources?.limits?.['memory'], '3Gi');
    }
    patchContainers({ name: 'sidecar', resources });
    assert.throws(
      () => renderedBy('kubectl', `openshift+${own}+native-sidecar`),
      /native-sidecar needs birddog and sidecar as the first containers, in this order/,
    );
  });

  it('gives the sidecar its own image with the patch of docs/deployment.md', (t) => {
    const own = ownOverlay(t);
    const file = join(own, 'kustomization.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('patchesStrategicMerge:\n', '$&  - sidecar-image.yaml\n'));
    for (const { path } of KUBECTLS)
      for (const last of ['', '+native-sidecar']) {
        const containers = containersOf(podOf(renderedBy(path, `openshift+watch+${own}${last}`)));
        const images = containers.map(({ name, image }) => [
          name,
          image?.replace('images.test/birddog:', ''),
        ]);
        assert.deepEqual(images.toSorted(), [
          ['birddog', '1.2.3'],
          ['init', '1.2.3'],
          ['sidecar', '1.2.4'],
          ['watch', '1.2.3'],
        ]);
      }
  });

  it('rejects several replicas without a shared ledger', (t) => {
    const own = ownOverlay(t);
    const replicas = (count: number) => {
      const patch = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'birddog' } };
      writeFileSync(join(own, 'access.yaml'), JSON.stringify({ ...patch, spec: { replicas: count } }));
    };
    replicas(3);
    assert.throws(() => renderedBy('kubectl', `openshift+${own}`), /3 replicas need one shared ledger/);
    const [deployment] = ofKind(renderedBy('kubectl', `openshift+postgresql+${own}`), 'Deployment');
    assert.equal(deployment?.spec?.replicas, 3);
    replicas(1);
    renderedBy('kubectl', `openshift+${own}`);
  });

  it('rejects an overlay that does not exist, and one that cannot be combined with others', (t) => {
    assert.throws(() => renderedBy('kubectl', 'nope'), /overlay "nope" not found/);
    const own = ownOverlay(t);
    writeFileSync(join(own, 'kustomization.yaml'), 'bases:\n  - ../elsewhere\n');
    assert.throws(() => renderedBy('kubectl', `openshift+${own}`), /must contain the line "- ..\/..\/base"/);
  });
});

/** Writes the overlay of docs/deployment.md into a temporary folder. */
function ownOverlay(t: TestContext): string {
  const page = readFileSync(join(DEPLOY, '../docs/deployment.md'), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'overlay-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [, name, text] of page.matchAll(/^`ours\/([\w.-]+)`:\n\n```yaml\n(.*?)^```$/gms)) {
    if (name && text) writeFileSync(join(folder, name), text);
  }
  assert.ok(existsSync(join(folder, 'kustomization.yaml')), 'docs/deployment.md shows one');
  return folder;
}

/** Normalises what may differ: order of objects, volumes, mounts and variables, hashes in names, and empty fields. */
function inOrder(objects: KubernetesObject[]): unknown[] {
  const plain: KubernetesObject[] = JSON.parse(
    JSON.stringify(objects)
      .replaceAll(/(birddog-(?:main|sidecar|init))-\w{10}/g, '$1')
      .replaceAll(/"(?:annotations|labels)":\{\},/g, ''),
  );
  const pod = podOf(plain);
  const lists = [pod.volumes, ...containersOf(pod).flatMap((c) => [c.env, c.volumeMounts])];
  for (const list of lists) list?.sort((a, b) => a.name.localeCompare(b.name));
  const text = (object: KubernetesObject) => `${object.kind} ${object.metadata?.name}`;
  return plain.sort((a, b) => text(a).localeCompare(text(b)));
}
