import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { API_VERSIONS, type Kind } from '../deploy/kinds.ts';
import { podOf } from '../deploy/pod-of.ts';
import { DEPLOY, OVERLAYS, parsed } from '../deploy/rendered.ts';
import { type ControlPlane, execute, KUBECTL, skipCluster, startControlPlane } from './control-plane.ts';
import { CUSTOM_RESOURCES } from './custom-resources.ts';

const PLATFORMS = ['openshift', 'kubernetes'];
const RENDER = join(DEPLOY, 'render.sh');
/** Overlays that cannot be combined: two platforms, and the pairs that render.sh rejects. */
const APART = [PLATFORMS, ...readFileSync(RENDER, 'utf8').matchAll(/(?<=^refuse_both )(\S+) (\S+)/gm)];
/** Types of lists from kubectl itself: the download of the server's would take a second each time. The diff uses those. */
const STRICTLY = ['--validate=strict', '--openapi-patch=false'];
type Json = ReturnType<typeof JSON.parse>;

/** Every overlay, every pair in the order in which they can be combined, and the larger sets of the other tests. */
function combinations(): string[] {
  const overlays = readdirSync(join(DEPLOY, 'overlays')).toSorted((a, b) => rank(a) - rank(b));
  const pairs = overlays.flatMap((first, at) =>
    overlays
      .slice(at + 1)
      .filter((second) => !APART.some((pair) => pair.includes(first) && pair.includes(second)))
      .map((second) => `${first}+${second}`),
  );
  return [...new Set([...overlays, ...pairs, ...OVERLAYS])];
}
/** Platforms first, native-sidecar last. */
const rank = (overlay: string) => (PLATFORMS.includes(overlay) ? 0 : overlay === 'native-sidecar' ? 2 : 1);

describe('the manifests, on a real API server', { skip: skipCluster(), timeout: 600_000 }, () => {
  let plane: ControlPlane;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'manifests-'));
    plane = await startControlPlane({ controllers: false });
    for (const definition of CUSTOM_RESOURCES)
      await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    for (const name of ['one', 'fresh']) await makeNamespace(name);
  });
  after(async () => {
    await plane?.stop();
    rmSync(folder, { recursive: true });
  });

  async function create(path: string, body: unknown): Promise<Json> {
    const answer = await plane.request('POST', path, { body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }
  async function makeNamespace(name: string): Promise<void> {
    const levels = ['enforce', 'warn', 'audit'].map((mode) => [
      `pod-security.kubernetes.io/${mode}`,
      'restricted',
    ]);
    await create('/api/v1/namespaces', { metadata: { name, labels: Object.fromEntries(levels) } });
    // The controllers that do not run here would create it.
    await create(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
  }
  const render = async (overlay: string) => {
    const { status, out } = await execute('sh', ['-c', `"${DEPLOY}/render.sh" ${overlay} 2>/dev/null`], {
      KUBECTL,
    });
    assert.equal(status, 0, `${overlay}: ${out}`);
    const file = join(folder, 'rendered.yaml');
    writeFileSync(file, out);
    return { file, objects: parsed(out) };
  };

  let previous = 'nothing';
  for (const overlay of combinations()) {
    it(`accepts ${overlay} after another combination, without a warning, a difference or a conflict`, async () => {
      const { file, objects } = await render(overlay);
      const applied = await plane.kubectl('apply', ...STRICTLY, '-n', 'one', '-f', file);
      assert.doesNotMatch(applied, /^Warning/m);
      // Fails if there is a difference.
      assert.equal(await plane.kubectl('diff', '-n', 'one', '-f', file), '');
      for (const object of objects) {
        const path = `${pathOf('one', object.kind)}/${object.metadata?.name}?dryRun=All&fieldManager=argocd`;
        const type = 'application/apply-patch+yaml';
        const { status, body } = await plane.request('PATCH', path, { body: object, type });
        assert.equal(status, 200, `as a second manager: ${JSON.stringify(body)}`);
      }
      const pod = { metadata: { name: 'bare' }, spec: podOf(objects) };
      await create('/api/v1/namespaces/one/pods?dryRun=All', pod);

      const deployment = objects.find(({ kind }) => kind === 'Deployment');
      const fresh = await create(`${pathOf('fresh', 'Deployment')}?dryRun=All`, deployment);
      const { body } = await plane.request('GET', `${pathOf('one', 'Deployment')}/birddog`);
      assert.deepEqual(sorted(body.spec), sorted(fresh.spec), `after ${previous}`);
      previous = overlay;
    });
  }

  it('rejects an unknown field, and warns of a pod that the restricted standard forbids', async () => {
    const { objects } = await render('openshift');
    const broken = (change: (pod: object) => void) => {
      const copies = structuredClone(objects);
      change(podOf(copies));
      const file = join(folder, 'broken.yaml');
      writeFileSync(file, copies.map((object) => JSON.stringify(object)).join('\n'));
      return plane.kubectl('apply', '--dry-run=server', '--validate=strict', '-n', 'one', '-f', file);
    };
    await assert.rejects(
      broken((pod) => Object.assign(pod, { hostNetwrok: true })),
      /unknown field "spec\.template\.spec\.hostNetwrok"/,
    );
    const warned = await broken((pod) => Object.assign(pod, { securityContext: { runAsNonRoot: false } }));
    assert.match(warned, /^Warning: would violate PodSecurity "restricted/m);
  });

  it('gives the service account no permission, and its token to Vault only', async () => {
    await create('/api/v1/namespaces/fresh/serviceaccounts', { metadata: { name: 'birddog' } });
    const account = '/api/v1/namespaces/fresh/serviceaccounts/birddog/token';
    const tokenFor = async (audience?: string) => {
      const spec = { audiences: audience === undefined ? [] : [audience], expirationSeconds: 3600 };
      return (await create(account, { spec })).status.token;
    };
    const rules = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const allowed = await plane.request('POST', rules, {
      body: { spec: { namespace: 'fresh' } },
      token: await tokenFor(),
    });
    const resources = allowed.body.status.resourceRules.flatMap((rule: Json) => rule.resources);
    assert.deepEqual(
      resources.filter((resource: string) => !/^selfsubject\w*reviews$/.test(resource)),
      [],
    );

    const token = await tokenFor('vault');
    assert.equal((await plane.request('GET', '/api/v1/namespaces', { token })).status, 401);
    const review = async (audiences?: string[]) => {
      const body = { spec: { token, ...(audiences && { audiences }) } };
      return (await create('/apis/authentication.k8s.io/v1/tokenreviews', body)).status;
    };
    assert.equal((await review(['vault'])).authenticated, true);
    assert.match((await review()).error, /token audiences \["vault"\] is invalid for the target audiences/);
  });
});

/** Returns the path of the objects of a kind in a namespace. */
function pathOf(namespace: string, kind: Kind): string {
  const version = API_VERSIONS[kind];
  const plural = kind.toLowerCase().replace(/y$/, 'ie').replace(/ss$/, 'sse');
  return `${version === 'v1' ? '/api' : '/apis'}/${version}/namespaces/${namespace}/${plural}s`;
}

/** Returns a value with every list of named things in the order of their names: appended ones may come first or last. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) {
    const name = (item: Json) => `${item?.name ?? item?.mountPath ?? item?.containerPort ?? ''}`;
    return value.map(sorted).toSorted((a, b) => name(a).localeCompare(name(b)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member)]));
}
