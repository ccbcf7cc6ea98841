import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { DEPLOY } from './rendered.ts';

const STAND_IN = join(import.meta.dirname, 'stand-in-kubectl.sh');
const TOKEN = 'birddog_hunter2';
const CHECK =
  `exec -i deployment/birddog -c birddog -- sh -c IFS= read -r BIRDDOG_TOKEN; export BIRDDOG_TOKEN; ` +
  `exec birddog check --url "$BIRDDOG_URL" "$@" --json check`;

interface Cluster {
  /** The revision before the deployment; undefined for a first deployment. */
  readonly revision?: string;
  /** Exit status of `diff`; default 1 (there is a difference). */
  readonly differs?: number;
  /** Calls that fail, such as `apply:1`. */
  readonly fails?: string;
  readonly rendered?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Input typed at a terminal; undefined for no terminal. */
  readonly typed?: string;
}

/** Runs the script against a fake cluster. */
function deploy(t: TestContext, cluster: Cluster, args: readonly string[] = ['--yes', 'openshift']) {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const calls = join(folder, 'calls');
  writeFileSync(join(folder, 'rendered.yaml'), cluster.rendered ?? 'new: all\n');
  const env = {
    PATH: '/usr/bin:/bin',
    TMPDIR: folder,
    CALLS: calls,
    RENDERED: join(folder, 'rendered.yaml'),
    KUBECTL: STAND_IN,
    BIRDDOG_TOKEN: TOKEN,
    REVISION: cluster.revision ?? '',
    DIFFERS: String(cluster.differs ?? 1),
    FAILS: cluster.fails ?? '',
    ...cluster.env,
  };
  const script = join(DEPLOY, 'deploy.sh');
  const { status, stdout, stderr } =
    cluster.typed === undefined
      ? spawnSync(script, args, { env, encoding: 'utf8' })
      : spawnSync('script', ['-qec', `'${script}' ${args.join(' ')}`, '/dev/null'], {
          env,
          encoding: 'utf8',
          input: cluster.typed,
        });
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return {
    status,
    out: stdout + stderr,
    calls: read(calls)
      .trim()
      .split('\n')
      .map((call) =>
        call
          .replaceAll(/\S*\/(new|before)(\/objects)?(\.yaml)?(?= |$)/g, '$1')
          .replace(/kustomize .*/, 'kustomize'),
      )
      .map((call) => call.replace(/(-o (jsonpath|custom-columns)=\S*).*/, '$1')),
    applied: read(`${calls}.applied`),
    stdin: read(`${calls}.stdin`),
    leftovers: readdirSync(folder).filter((name) => name.startsWith('tmp')),
  };
}

const REVISION = String.raw`get deployment/birddog -o jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}`;
const WAIT = 'rollout status deployment/birddog --timeout=300s';
const EXISTING = 'get -f new --ignore-not-found -o name';
const CONTAINERS =
  'get deployment/birddog --ignore-not-found -o jsonpath={.spec.template.spec.containers[*].name}';
const LAST_APPLIED = 'get -f new --ignore-not-found -o jsonpath={range';
const SAVE_STATE = [EXISTING, LAST_APPLIED, CONTAINERS];
const APPLY = ['diff -f new', 'apply --dry-run=server -f new', 'apply -f new', LAST_APPLIED];
const LOGS = ['init', 'birddog', 'sidecar'].map((name) => `logs birddog-b6 -c ${name} --tail=20`);
const DELETE_COMMAND = [
  'get -f new --ignore-not-found --no-headers -o custom-columns=NAMESPACE:.metadata.namespace',
  'config current-context',
];

describe('deploy.sh', () => {
  it('renders, saves the current state, shows the difference, applies, waits and checks, in this order', (t) => {
    const { status, calls, out, applied, stdin, leftovers } = deploy(t, { revision: '7' });
    assert.equal(status, 0, out);
    assert.deepEqual(calls, ['kustomize', ...SAVE_STATE, ...APPLY, WAIT, CHECK, LAST_APPLIED, REVISION]);
    assert.equal(applied, 'applied: new: all\n');
    assert.match(out, /what is new[^]*deployed: revision 8/);
    assert.equal(stdin, `${TOKEN}\n`, 'the token is passed through standard input');
    assert.ok(!`${calls.join('\n')}${out}`.includes(TOKEN), 'the token is in no argument and no output');
    assert.deepEqual(leftovers, []);
  });

  it('passes the given cluster and namespace to every call', (t) => {
    const args = '--context east -n operations --timeout 60 --write --yes openshift';
    const { calls } = deploy(t, { revision: '7', fails: 'status:1' }, args.split(' '));
    const [, ...toCluster] = calls;
    for (const call of toCluster) assert.ok(call.startsWith('--context east --namespace operations '), call);
    assert.ok(toCluster.some((call) => call.endsWith('rollout status deployment/birddog --timeout=60s')));
    const checked = deploy(t, { revision: '7' }, ['--write', '--yes', 'openshift']);
    assert.ok(checked.calls.includes(`${CHECK} --write`));
  });

  const failing: readonly [what: string, fails: string, after: readonly string[], says: RegExp][] = [
    ['the pod does not become ready', 'status:1', [WAIT], /did not become ready within 300 s/],
    ['the check fails', 'exec:1', [WAIT, CHECK], /check after the deployment failed/],
    ['the apply fails part-way', 'apply:1', [], /some objects could not be applied/],
  ];
  for (const [what, fails, after, says] of failing) {
    it(`restores every object, the Deployment included, and waits for its pod, if ${what}`, (t) => {
      const { status, calls, out, applied } = deploy(t, { revision: '7', fails });
      assert.equal(status, 2, out);
      const expected = [...after, ...LOGS, EXISTING, 'apply -f before', WAIT, REVISION, ...DELETE_COMMAND];
      const changes = calls.slice(calls.indexOf('apply -f new') + 1);
      assert.deepEqual(
        changes.filter((call) => !/^get (\S+ .*-o jsonpath=\{range|events|pods)/.test(call)),
        expected,
      );
      assert.match(out, says);
      assert.match(out, /rolled back to the previous state, which is now revision 9/);
      const restored = ['service', 'networkpolicy.networking.k8s.io', 'deployment.apps'];
      assert.deepEqual(
        [...applied.matchAll(/^applied: \{"before":"(.*)\/birddog/gm)].map(([, kind]) => kind),
        restored,
      );
    });
  }

  it('claims no restored state that it could not restore', (t) => {
    const said: readonly [fails: string, unsaved: string, says: RegExp][] = [
      ['exec:1 status:2', '', /previous state was restored, but its pod did not become ready either/],
      ['exec:1 apply:2', '', /not all objects could be restored/],
      ['exec:1', 'deployment.apps/birddog', /not all objects could be restored: deployment\.apps\/birddog/],
      [
        'exec:1',
        'service/birddog',
        /not created with apply and cannot be restored: service\/birddog\n[^]*not all objects could be/,
      ],
    ];
    for (const [fails, unsaved, says] of said) {
      const { status, out } = deploy(t, { revision: '7', fails, env: { UNSAVED: unsaved } });
      assert.equal(status, 3, out);
      assert.match(out, says);
      assert.doesNotMatch(out, /rolled back to/);
    }
  });

  it('neither rolls back nor reports success if another deployment changed the objects meanwhile', (t) => {
    for (const fails of ['', 'exec:1', 'status:1']) {
      const { status, calls, out } = deploy(t, { revision: '7', fails, env: { OVERTAKEN: '3' } });
      assert.equal(status, 3, out);
      assert.match(out, /another deployment changed the objects meanwhile/);
      assert.doesNotMatch(out, /deployed:|rolled back to/);
      assert.ok(!calls.includes('apply -f before'));
    }
  });

  it('warns of a container that no apply removes', (t) => {
    const warned = deploy(t, { revision: '7', differs: 0, env: { CONTAINERS_NOW: 'birddog watch' } });
    assert.equal(warned.status, 0, warned.out);
    assert.match(warned.out, /the container watch, which was not applied, as after "rollout undo"/);
    assert.doesNotMatch(warned.out, /the container birddog/);
  });

  it('changes nothing if the last applied state cannot be read', (t) => {
    const { status, out, applied } = deploy(t, { revision: '7', fails: 'last-applied:1' });
    assert.equal(status, 1, out);
    assert.match(out, /last-applied fails\n[^]*could not be read from the cluster; nothing was changed/);
    assert.equal(applied, '');
  });

  it('waits again if the progress deadline of the previous rollout ends the wait', (t) => {
    const SAYS = 'error: deployment "birddog" exceeded its progress deadline';
    const stale = deploy(t, { revision: '7', fails: 'status:1', env: { SAYS } });
    assert.equal(stale.status, 0, stale.out);
    assert.equal(stale.calls.filter((call) => call.startsWith('rollout status')).length, 2);
    const args = ['--timeout', '1', '--yes', 'openshift'];
    const over = deploy(t, { revision: '7', fails: 'status:1', env: { SAYS } }, args);
    assert.equal(over.status, 2, over.out);
    assert.match(over.out, /exceeded its progress deadline\n[^]*did not become ready within 1 s/);
  });

  it('shows conditions, warnings, and the log of each container, also if one has none', (t) => {
    for (const [differs, container] of [
      [1, 'init'],
      [1, 'birddog'],
      [0, 'sidecar'],
    ] as const) {
      const { out } = deploy(t, { revision: '7', differs, fails: 'status:1', env: { LOGLESS: container } });
      assert.match(out, /ReplicaFailure=True FailedCreate: .* exceeded quota/);
      assert.match(out, /^birddog-b6 +FailedMount .* secret "birddog-tls" not found$/m);
      assert.doesNotMatch(out, /other-7b9f/);
      for (const name of ['init', 'birddog', 'sidecar'])
        assert.equal(out.includes(`last words of ${name} in birddog-b6`), name !== container, out);
    }
    const { out } = deploy(t, { revision: '7', fails: 'status:1 containers:1' });
    assert.match(out, /the pods could not be read[^]*rolled back to/);
  });

  it('shows the logs of the pods that are not ready, or of all if all are ready', (t) => {
    const pods = (second: string) => ({
      POD_LIST: `birddog-b6 ready=True birddog\nbirddog-c7 ready=${second} birddog`,
    });
    const one = deploy(t, { revision: '7', fails: 'status:1', env: pods('') });
    assert.match(one.out, /last words of birddog in birddog-c7/);
    assert.doesNotMatch(one.out, /last words of birddog in birddog-b6/);
    const all = deploy(t, { revision: '7', fails: 'exec:1', env: pods('True') });
    assert.match(all.out, /in birddog-b6[^]*in birddog-c7/);
  });

  it('does not roll back a first deployment, and says how to delete the objects that it created', (t) => {
    const { status, calls, out } = deploy(t, { fails: 'exec:1' });
    assert.equal(status, 3, out);
    assert.deepEqual(calls.slice(0, 10), ['kustomize', ...SAVE_STATE, ...APPLY, WAIT, CHECK]);
    assert.match(out, /first deployment: there is nothing to roll back to/);
    assert.match(
      out,
      /delete them: \S+\/stand-in-kubectl\.sh --context here --namespace d11 delete service\/birddog .* configmap\/birddog-main-new\n/,
    );
    assert.equal(deploy(t, {}).status, 0);
  });

  it('names the cluster and the namespace of this run in the commands that it prints', (t) => {
    const args = '--context east -n operations --yes openshift'.split(' ');
    const first = deploy(t, { fails: 'exec:1' }, args);
    assert.match(first.out, /To delete them: \S+ --context east --namespace operations delete service/);
    const later = deploy(t, { revision: '7', fails: 'exec:1' }, args);
    assert.match(
      later.out,
      /unused now: \S+ --context east --namespace operations delete configmap\/birddog-main-new\n/,
    );
  });

  it('goes to the namespace that the overlay sets', (t) => {
    const rendered = 'metadata:\n  name: a\n  namespace: east\n---\nmetadata:\n  namespace: east\n';
    const { calls } = deploy(t, { revision: '7', rendered });
    for (const call of calls.slice(1)) assert.ok(call.startsWith('--namespace east '), call);
    const given = deploy(t, { revision: '7', rendered }, ['-n', 'west', '--yes', 'openshift']);
    for (const call of given.calls.slice(1)) assert.ok(call.startsWith('--namespace west '), call);
  });

  it('only checks a cluster that already matches the rendered objects', (t) => {
    for (const [fails, expected] of [
      ['', 0],
      ['exec:1', 3],
      ['status:1', 3],
    ] as const) {
      const { status, calls, out } = deploy(t, { revision: '7', differs: 0, fails });
      assert.equal(status, expected, out);
      assert.ok(!calls.some((call) => call.startsWith('apply -f')));
    }
  });

  const untouched: readonly [what: string, cluster: Cluster, args: readonly string[], says: RegExp][] = [
    [
      'the overlay cannot be rendered',
      { fails: 'kustomize:1' },
      ['-y', 'openshift'],
      /could not be rendered/,
    ],
    ['the overlay does not exist', {}, ['-y', 'nope'], /overlay "nope" not found/],
    [
      'a host is an example',
      { rendered: 'url: https://leanix.example\n' },
      ['-y', 'openshift'],
      /example values found/,
    ],
    [
      'the image has no registry',
      { rendered: '  image: birddog\n' },
      ['-y', 'openshift'],
      /example values found/,
    ],
    [
      'the cluster does not answer',
      { fails: 'get:1' },
      ['-y', 'openshift'],
      /could not be read from the cluster/,
    ],
    [
      'the difference cannot be computed',
      { differs: 2 },
      ['-y', 'openshift'],
      /difference could not be computed/,
    ],
    [
      'the cluster rejects an object',
      { fails: 'dry-run:1' },
      ['-y', 'openshift'],
      /cluster rejects the objects; nothing was changed/,
    ],
    ['there is no terminal', {}, ['openshift'], /pass --yes/],
    ['the user answers no', { typed: 'n\n' }, ['openshift'], /Apply this\?[^]*nothing was changed/],
  ];
  for (const [what, cluster, args, says] of untouched) {
    it(`changes nothing if ${what}`, (t) => {
      const { status, calls, out } = deploy(t, cluster, args);
      assert.equal(status, 1, out);
      assert.match(out, says);
      assert.ok(!calls.some((call) => /apply -f/.test(call)));
    });
  }

  it('changes nothing if several replicas have no shared ledger', (t) => {
    const deployment = 'kind: Deployment\nmetadata:\n  name: birddog\nspec:\n  replicas: 2\n';
    const { status, calls, out } = deploy(t, { revision: '7', rendered: deployment });
    assert.equal(status, 1, out);
    assert.match(out, /2 replicas need one shared ledger: add the overlay postgresql/);
    assert.deepEqual(calls, ['kustomize']);
    const shared = `${deployment}---\n${'BIRDDOG_LEDGER: postgresql://db:5432/birddog\n'.repeat(2)}`;
    assert.equal(deploy(t, { revision: '7', rendered: shared }).status, 0);
  });

  it('applies if the user answers yes', (t) => {
    const { status, calls } = deploy(t, { revision: '7', typed: 'y\n' }, ['openshift']);
    assert.equal(status, 0);
    assert.ok(calls.includes('apply -f new'));
  });

  it('says what remains when it is interrupted', (t) => {
    const early = deploy(t, { revision: '7', env: { INTERRUPTS: 'diff' } });
    assert.deepEqual([early.status, early.calls.at(-1)], [130, 'diff -f new']);
    assert.doesNotMatch(early.out, /interrupted/);
    const late = deploy(t, { revision: '7', env: { INTERRUPTS: 'status' } });
    assert.deepEqual([late.status, late.calls.at(-1)], [130, WAIT]);
    assert.match(late.out, /interrupted: the applied objects remain and were not rolled back/);
    assert.deepEqual(late.leftovers, []);
  });

  it('exits with 64 for a usage error and 69 for a missing program', (t) => {
    for (const args of [[], ['a', 'b'], ['--nope', 'a'], ['-n'], ['--timeout', '0', 'a'], ['--help']])
      assert.equal(deploy(t, {}, args).status, 64, args.join(' '));
    const tokenless = deploy(t, { env: { BIRDDOG_TOKEN: '' } });
    assert.deepEqual([tokenless.status, tokenless.calls], [64, ['']]);
    assert.match(tokenless.out, /BIRDDOG_TOKEN is required/);
    assert.equal(deploy(t, { env: { KUBECTL: '/nowhere/kubectl' } }).status, 69);
  });

  it('prefers oc and falls back to kubectl', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'path-'));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const program of ['kubectl', 'oc']) {
      symlinkSync(STAND_IN, join(folder, program));
      const { status, out } = deploy(t, {
        fails: 'exec:1',
        env: { KUBECTL: '', PATH: `${folder}:/usr/bin:/bin` },
      });
      assert.equal(status, 3, out);
      assert.match(out, new RegExp(`delete them: ${dirname(folder)}.*/${program} --context`));
    }
  });
});

const CI_SCRIPTS = ['run', 'debian-packages', 'schemathesis', 'kubernetes-programs'].map(
  (name) => `.ci/${name}`,
);

describe('the scripts', () => {
  const shellcheck = spawnSync('shellcheck', ['--version']).status === 0;
  const skip = !shellcheck && process.env['CI'] !== 'true' && 'shellcheck is not installed';
  it('pass shellcheck', { skip }, () => {
    const root = join(DEPLOY, '..');
    const scripts = readdirSync(DEPLOY).filter((name) => name.endsWith('.sh'));
    const files = [...scripts.map((name) => `deploy/${name}`), ...CI_SCRIPTS, STAND_IN];
    const { status, stdout } = spawnSync('shellcheck', files, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });
});
