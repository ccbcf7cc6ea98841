import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Pod, startPod } from '../acceptance/pod.ts';
import { DEPLOY, parsed } from '../deploy/rendered.ts';
import {
  type ControlPlane,
  execute,
  KUBECTL,
  skipCluster,
  startControlPlane,
  until,
} from './control-plane.ts';
import { CUSTOM_RESOURCES } from './custom-resources.ts';
import { startNode, type StandInNode } from './node.ts';

type Json = ReturnType<typeof JSON.parse>;
/** Nothing listens there, so the check fails. */
const NOWHERE = 'http://127.0.0.1:9';
const DOCUMENTED_ROLE = /^```yaml\n(apiVersion: rbac\..*?)^```$/ms;

/** Every kind that the manifests of these tests contain. */
const KINDS = 'configmaps,services,serviceaccounts,deployments,networkpolicies,poddisruptionbudgets,routes';

interface Own {
  readonly tag?: string;
  /** A patch of the Deployment. */
  readonly deployment?: Json;
  /** Number of additional rules in the access file. */
  readonly rules?: number;
}

describe('deploy.sh, against a real control plane', { skip: skipCluster(), timeout: 600_000 }, () => {
  let plane: ControlPlane;
  let node: StandInNode;
  let pod: Pod;
  let folder: string;
  let namespace: string;
  let kubeconfig: string;
  let count = 0;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deployments-'));
    [plane, pod] = await Promise.all([startControlPlane({ controllers: true }), startPod()]);
    for (const body of CUSTOM_RESOURCES)
      await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body);
    node = await startNode(plane);
  });
  after(async () => {
    await node?.stop();
    await plane?.stop();
    await pod?.stop();
    rmSync(folder, { recursive: true });
  });
  /** Each test has its own namespace, and a deployer with the permissions of docs/deployment.md. */
  beforeEach(async () => {
    node.fate = () => 'ready';
    count += 1;
    namespace = `d${count}`;
    kubeconfig = await makeNamespace(namespace);
  });

  async function create(path: string, body: unknown): Promise<Json> {
    const answer = await plane.request('POST', path, { body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }
  async function makeNamespace(name: string): Promise<string> {
    await create('/api/v1/namespaces', { metadata: { name } });
    const core = `/api/v1/namespaces/${name}`;
    await create(`${core}/secrets`, { metadata: { name: 'birddog-tls' } });
    await create(`${core}/serviceaccounts`, { metadata: { name: 'deployer' } });
    const page = readFileSync(join(DEPLOY, '../docs/deployment.md'), 'utf8');
    const [role] = parsed(DOCUMENTED_ROLE.exec(page)?.[1] ?? '');
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}`;
    await create(`${rbac}/roles`, role);
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'birddog-deployer' };
    const subjects = [{ kind: 'ServiceAccount', name: 'deployer', namespace: name }];
    await create(`${rbac}/rolebindings`, { metadata: { name: 'deployer' }, roleRef, subjects });
    const { status } = await create(`${core}/serviceaccounts/deployer/token`, { spec: {} });
    return plane.kubeconfig(name, status.token);
  }

  /** Writes an overlay of an organisation. */
  function own({ tag = '1.0.0', deployment, rules = 0 }: Own = {}): string {
    const path = mkdtempSync(join(folder, 'own-'));
    const named = (kind: string, name: string) => ({ kind, metadata: { name } });
    const settings = {
      main: ['LEANIX_URL', 'SERVICENOW_URL', 'BIRDDOG_OIDC_ISSUER'].map(
        (key) => `${key}=https://${tag}.test`,
      ),
      init: ['VAULT_ADDR=https://vault.test:8200'],
    };
    const rule = { groups: ['operations'], applications: ['birddog-check'], may: ['write'] };
    const access = JSON.stringify({ rules: Array.from({ length: rules + 1 }, () => rule) }, undefined, 1);
    const patches = [
      { apiVersion: 'v1', ...named('ConfigMap', 'birddog-access'), data: { 'access.yaml': access } },
      { apiVersion: 'apps/v1', ...named('Deployment', 'birddog'), ...deployment },
    ];
    const files = patches.map((patch, at) => {
      writeFileSync(join(path, `patch-${at}.yaml`), JSON.stringify(patch));
      return `patch-${at}.yaml`;
    });
    const kustomization = [
      'apiVersion: kustomize.config.k8s.io/v1beta1',
      'kind: Kustomization',
      'bases:',
      '  - ../../base',
      `configMapGenerator: ${JSON.stringify(
        Object.entries(settings).map(([name, literals]) => ({
          name: `birddog-${name}`,
          behavior: 'merge',
          literals,
        })),
      )}`,
      `images: ${JSON.stringify([{ name: 'birddog', newName: 'images.test/birddog', newTag: tag }])}`,
      `patchesStrategicMerge: ${JSON.stringify(files)}`,
    ];
    writeFileSync(join(path, 'kustomization.yaml'), kustomization.join('\n'));
    return path;
  }

  interface Run {
    readonly url?: string;
    readonly timeout?: number;
    readonly args?: readonly string[];
    readonly watch?: (piece: string) => void;
    readonly kubectl?: string;
  }
  /** Runs the script as the deployer. Default: in the namespace of its context, with a check that succeeds. */
  async function deploy(overlay: string, run: Run = {}) {
    const { url = pod.birddogUrl, timeout = 60, args = [], watch, kubectl = KUBECTL } = run;
    const options = ['--yes', '--timeout', `${timeout}`, '--url', url, ...args, overlay];
    const env = { KUBECONFIG: kubeconfig, KUBECTL: kubectl, BIRDDOG_TOKEN: 'any', HOME: folder };
    const { status, out } = await execute(join(DEPLOY, 'deploy.sh'), options, env, watch);
    return { status, out: out.replaceAll(/^(# Warning|[-+ @]).*\n/gm, '') };
  }
  /** Returns the container names, image and volumes of what the Deployment says, and the images of its pods. */
  async function state() {
    const { body } = await plane.request('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/birddog`);
    const pods = await plane.request('GET', `/api/v1/namespaces/${namespace}/pods`);
    const { containers, volumes } = body.spec.template.spec;
    return {
      spec: body.spec,
      labels: body.metadata.labels,
      containers: containers.map((c: Json) => c.name),
      volumes: volumes.map((v: Json) => v.name),
      running: pods.body.items
        .filter((p: Json) => p.metadata.deletionTimestamp === undefined && p.status.phase === 'Running')
        .map((p: Json) => p.spec.containers[0].image),
    };
  }

  const accessRules = async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps/birddog-access`;
    return (await plane.request('GET', path)).body.data;
  };

  it('deploys, finds nothing to change, and rolls back settings, policies and all fields of the Deployment', async () => {
    const first = await deploy(`openshift+watch+${own()}`);
    assert.equal(first.status, 0, first.out);
    assert.match(first.out, /deployed: revision 1/);
    const again = await deploy(`openshift+watch+${own()}`);
    assert.equal(again.status, 0, again.out);
    assert.match(again.out, /no changes: the cluster matches/);
    const previous = await state();

    const rules = await accessRules();
    const otherRules = await deploy(`openshift+watch+${own({ rules: 1 })}`, { url: NOWHERE });
    assert.equal(otherRules.status, 2, otherRules.out);
    assert.deepEqual([await accessRules(), await state()], [rules, previous]);

    const spec = { revisionHistoryLimit: 2, progressDeadlineSeconds: 60 };
    const deployment = { metadata: { name: 'birddog', labels: { extra: 'label' } }, spec };
    const failing = await deploy(`openshift+${own({ tag: '2.0.0', deployment })}`, { url: NOWHERE });
    assert.equal(failing.status, 2, failing.out);
    assert.match(failing.out, /rolled back to the previous state, which is now revision 3/);
    assert.deepEqual(await state(), previous);

    const withoutWatch = await deploy(`openshift+${own()}`);
    assert.equal(withoutWatch.status, 0, withoutWatch.out);
    const { containers, volumes } = await state();
    assert.deepEqual(containers, ['birddog', 'sidecar']);
    assert.ok(!volumes.includes('tmp-watch'));
  });

  it('says that it rolled back only if the old pod runs, even if the controllers are late', async () => {
    assert.equal((await deploy(`openshift+${own()}`)).status, 0);
    plane.signalControllers('SIGSTOP');
    // They continue when the script waits a second time, after the rollback.
    let waits = 0;
    const watch = (piece: string) => {
      waits += piece.split('Waiting for deployment spec update to be observed').length - 1;
      if (waits === 2) plane.signalControllers('SIGCONT');
    };
    const late = await deploy(`openshift+${own({ tag: '2.0.0' })}`, { timeout: 5, watch });
    assert.match(late.out, /did not become ready within 5 s/);
    const runsOld = async () => `${(await state()).running}` === 'images.test/birddog:1.0.0';
    if (late.status === 2) assert.ok(await runsOld(), late.out);
    else assert.equal(late.status, 3, late.out);
    await until(runsOld);
  });

  it('leaves alone what another deployment applied meanwhile', async () => {
    assert.equal((await deploy(`openshift+${own()}`)).status, 0);
    node.fate = (candidate) =>
      candidate.spec.containers[0].image.endsWith(':2.0.0') ? 'init fails' : 'ready';
    let second: ReturnType<typeof deploy> | undefined;
    const watch = (piece: string) => {
      if (piece.includes('Waiting for deployment')) second ??= deploy(`openshift+${own({ tag: '3.0.0' })}`);
    };
    const first = await deploy(`openshift+${own({ tag: '2.0.0' })}`, { watch });
    const { status, out } = (await second) ?? assert.fail(first.out);
    assert.equal(status, 0, out);
    assert.equal(first.status, 3, first.out);
    assert.match(first.out, /another deployment changed the objects meanwhile/);
    assert.deepEqual((await state()).running, ['images.test/birddog:3.0.0']);
  });

  it('shows the log of the init container that fails, and how to delete what a first deployment created', async () => {
    node.fate = () => 'init fails';
    const other = `other-${namespace}`;
    const elsewhere = await makeNamespace(other);
    kubeconfig = elsewhere;
    const inOther = await deploy(`openshift+${own()}`, { timeout: 3 });
    assert.equal(inOther.status, 3, inOther.out);
    assert.match(inOther.out, /last words of init/);
    assert.match(
      inOther.out,
      /container "birddog" in pod "birddog-\S+" is waiting to start: PodInitializing/,
    );

    kubeconfig = plane.kubeconfig('default');
    const here = await deploy(`openshift+${own()}`, { timeout: 3, args: ['-n', namespace] });
    assert.equal(here.status, 3, here.out);
    const [, command = ''] = /To delete them: (.*)/.exec(here.out) ?? [];
    assert.match(command, new RegExp(`--context here --namespace ${namespace} delete `));
    const deleted = await execute('sh', ['-c', command], {
      KUBECONFIG: plane.kubeconfig(other),
      HOME: folder,
    });
    assert.equal(deleted.status, 0, deleted.out);
    const names = async (of: string) =>
      plane.kubectl('get', '-n', of, '-o', 'name', '-l', 'app.kubernetes.io/name=birddog', KINDS);
    assert.equal(await names(namespace), '');
    assert.match(await names(other), /deployment\.apps\/birddog\n/);
  });

  it('shows why no pod was created, or why its containers do not start', async () => {
    const quota = { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } };
    await create(`/api/v1/namespaces/${namespace}/resourcequotas`, quota);
    await until(async () => {
      const { body } = await plane.request('GET', `/api/v1/namespaces/${namespace}/resourcequotas/none`);
      return body.status?.hard !== undefined;
    });
    const full = await deploy(`openshift+${own()}`, { timeout: 2 });
    assert.equal(full.status, 3, full.out);
    assert.match(full.out, /ReplicaFailure=True FailedCreate: .*exceeded quota/);

    await plane.request('DELETE', `/api/v1/namespaces/${namespace}/resourcequotas/none`);
    await plane.request('DELETE', `/api/v1/namespaces/${namespace}/secrets/birddog-tls`);
    const missing = await deploy(`openshift+${own({ tag: '2.0.0' })}`, { timeout: 3 });
    assert.equal(missing.status, 3, missing.out);
    assert.match(
      missing.out,
      /FailedMount +MountVolume.SetUp failed for volume "tls" : secret "birddog-tls" not/,
    );
  });

  it('shows pods and logs after the progress deadline too, which does not end the wait of the next deployment', async () => {
    node.fate = () => 'init fails';
    const deployment = { spec: { progressDeadlineSeconds: 1 } };
    const broken = own({ deployment });
    assert.equal((await deploy(`openshift+${broken}`, { timeout: 3 })).status, 3);
    const unchanged = await deploy(`openshift+${broken}`);
    assert.equal(unchanged.status, 3, unchanged.out);
    assert.match(unchanged.out, /exceeded its progress deadline[^]*last words of init/);

    node.fate = (candidate) =>
      candidate.spec.containers[0].image.endsWith(':2.0.0') ? 'ready' : 'init fails';
    const repaired = await deploy(`openshift+${own({ tag: '2.0.0', deployment })}`);
    assert.equal(repaired.status, 0, repaired.out);
  });

  it('rejects an access file that is too large for the annotation before it changes anything', async () => {
    const large = await deploy(`openshift+${own({ rules: 3400 })}`);
    assert.equal(large.status, 1, large.out.slice(-1000));
    assert.match(large.out, /"birddog-access" is invalid: metadata\.annotations: Too long/);
    assert.match(large.out, /the cluster rejects the objects; nothing was changed/);
    assert.doesNotMatch(await plane.kubectl('get', '-n', namespace, '-o', 'name', KINDS), /birddog/);
  });

  it('says that it cannot restore what was applied by another tool', async () => {
    const overlay = `openshift+${own()}`;
    const { out: yaml } = await execute('sh', ['-c', `"${DEPLOY}/render.sh" ${overlay} 2>/dev/null`], {
      KUBECTL,
    });
    const file = join(folder, 'server-side.yaml');
    writeFileSync(file, yaml);
    await plane.kubectl('apply', '--server-side', '--field-manager=argocd', '-n', namespace, '-f', file);
    const failing = await deploy(`openshift+${own({ tag: '2.0.0' })}`, { url: NOWHERE, timeout: 20 });
    assert.equal(failing.status, 3, failing.out);
    assert.match(failing.out, /not created with apply and cannot be restored: .*deployment\.apps\/birddog/);
  });

  const old = process.env['DEBIAN_KUBECTL'];
  it('deploys and rolls back with an old kubectl', {
    skip: old === undefined && 'no old kubectl',
  }, async () => {
    const kubectl = old ?? '';
    assert.equal((await deploy(`openshift+${own()}`, { kubectl })).status, 0);
    const previous = await state();
    node.fate = (candidate) =>
      candidate.spec.containers[0].image.endsWith(':2.0.0') ? 'init fails' : 'ready';
    const failing = await deploy(`openshift+watch+${own({ tag: '2.0.0' })}`, { kubectl, timeout: 3 });
    assert.equal(failing.status, 2, failing.out);
    assert.match(failing.out, /last words of init/);
    assert.deepEqual(await state(), previous);
  });
});
