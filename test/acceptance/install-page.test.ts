import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ended, ROOT } from './birddog-command.ts';
import { type FakeRegistry, startFakeRegistry } from '../fake-registry.ts';
import { freshCheckout, NODE_20, npmEnv, ON_NODE_20 } from './installed-package.ts';
import { type Pod, startPod } from './pod.ts';

/** How a block runs, and the line that it begins with. */
interface Decision {
  readonly begins: string;
  readonly run: (block: string) => Promise<void>;
}

const blocksOf = (page: string, language = '\\w*') =>
  [
    ...readFileSync(join(ROOT, page), 'utf8').matchAll(
      new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'),
    ),
  ].map(([, block = '']) => block);
const firstLine = (block: string) => block.split('\n', 1)[0] ?? '';
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const TARBALL = `birddog-${VERSION}.tgz`;

const work = mkdtempSync(join(tmpdir(), 'birddog-install-'));
const folder = (name: string) => join(work, name);
let pod: Pod;
let registry: FakeRegistry;
before(async () => {
  for (const name of ['empty', 'home', 'prefix', 'other-prefix', 'tools']) mkdirSync(folder(name));
  [pod, registry] = await Promise.all([startPod(), startFakeRegistry()]);
});
after(async () => {
  await Promise.all([pod.stop(), registry.stop()]);
  rmSync(work, { recursive: true });
});

interface Pasted {
  readonly cwd?: string;
  readonly prefix?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Lines that the reader has pasted before in the same shell. */
  readonly before?: string;
}

/** Runs a script in bash, on Node.js 20. */
function bash(
  script: string,
  { cwd = folder('empty'), prefix = folder('prefix'), env = {}, before: earlier = '' }: Pasted = {},
): ReturnType<typeof ended> {
  const PATH = [join(prefix, 'bin'), folder('tools'), NODE_20, '/usr/bin', '/bin'].join(delimiter);
  const child = spawn('bash', ['--norc', '-c', `${earlier}\n${script}`], {
    cwd,
    env: { ...npmEnv(folder('home')), npm_config_prefix: prefix, STATUSES: folder('statuses'), ...env, PATH },
  });
  child.stdin.end();
  return ended(child);
}

/** Pastes lines into bash. Returns the output, and the exit status of each line. */
async function paste(block: string, pasted: Pasted = {}) {
  const lines = block.trimEnd().split('\n');
  const script = lines.map((line) => `${line}\necho "$?" >&3`).join('\n');
  const { out, err } = await bash(`exec 3>"$STATUSES"\n${script}`, pasted);
  const statuses = readFileSync(folder('statuses'), 'utf8').trim().split('\n').map(Number);
  assert.equal(statuses.length, lines.length, `${block}\n${out}${err}`);
  return { out, err, statuses };
}

/** Pastes a block, and expects these exit statuses: by default 0 of each line. Returns what it printed. */
async function works(block: string, pasted: Pasted = {}, expected?: readonly number[]): Promise<string> {
  const { out, err, statuses } = await paste(block, pasted);
  const wanted = expected ?? statuses.map(() => 0);
  assert.deepEqual(statuses, wanted, `${block}\n${out}${err}`);
  return out;
}

const hasPodman = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((path) => existsSync(join(path, 'podman')));
const IMAGE = process.env['BIRDDOG_IMAGE'];
let settings = '';
const here = (block: string) => block.replaceAll('https://birddog.example/', `${pod.birddogUrl}/`);
const atRegistry = (block: string) =>
  block.replaceAll('//npm.example/', `//${new URL(registry.url).host}/`).replace('https:', 'http:');

const DECISIONS: readonly Decision[] = [
  {
    begins: 'npm ci && npm pack',
    async run(block) {
      const checkout = freshCheckout(work);
      // node_modules is that of `npm ci` in this checkout, which takes a minute and the network.
      const ci = 'npm() { [ "$*" = ci ] || command npm "$@"; }';
      await works(block, { cwd: checkout, before: ci });
      const publish = await paste('npm publish', { cwd: checkout });
      assert.match(publish.err, /^A checkout cannot be published/m);
      assert.doesNotMatch(publish.err, /registry\.npmjs\.org/);
      copyFileSync(join(checkout, TARBALL), join(folder('empty'), TARBALL));
    },
  },
  {
    begins: `npm install --global ./${TARBALL}`,
    async run(block) {
      assert.match(await works(block), new RegExp(`^birddog ${VERSION}$`, 'm'));
      const own = join(folder('prefix'), 'lib/node_modules/birddog');
      assert.ok(existsSync(join(own, 'docs/schema.json')));
    },
  },
  {
    begins: 'birddog lint payments.yaml',
    async run(block) {
      const [example = ''] = blocksOf('docs/documents.md', 'yaml');
      writeFileSync(join(folder('empty'), 'payments.yaml'), example);
      assert.equal(await works(block), '1 file, no findings\n');
    },
  },
  {
    begins: 'export BIRDDOG_URL=https://birddog.example/',
    async run(block) {
      settings = here(block);
      await works(settings);
    },
  },
  {
    begins: 'birddog plan --out plan.json payments.yaml',
    async run(block) {
      const out = await works(block, { before: settings }, [2, 2, 0, 0]);
      assert.match(out, /^Saved to plan\.json\. Apply it with: birddog apply plan\.json$/m);
      assert.match(out, /^ {2}created monitor queue-depth /m);
      assert.match(out, /^ {2}No changes\. 3 objects match\.\n$/m);
      assert.match(
        readFileSync(join(folder('empty'), 'review.md'), 'utf8'),
        /payments-batch.*: 3 to create$/m,
      );
    },
  },
  {
    begins: 'source <(birddog completion bash)',
    async run(block) {
      assert.match(await works(`${block}complete -p birddog`), /-F _birddog birddog$/m);
    },
  },
  {
    begins: '@example:registry=https://npm.example/',
    async run(block) {
      writeFileSync(join(folder('home'), '.npmrc'), atRegistry(block));
    },
  },
  {
    begins: `tar -xzf ${TARBALL}`,
    async run(block) {
      await works(block, { env: { npm_config_offline: 'false' } });
      assert.deepEqual([...registry.published()], [`@example/birddog@${VERSION}`]);
    },
  },
  {
    begins: 'npm install --global @example/birddog',
    async run(block) {
      const other = { prefix: folder('other-prefix'), env: { npm_config_offline: 'false' } };
      await works(block, other);
      assert.equal(await works('birddog --version', other), `birddog ${VERSION}\n`);
    },
  },
  {
    begins: 'podman run --rm --interactive --network=none IMAGE lint - <payments.yaml',
    async run(block) {
      if (hasPodman && IMAGE !== undefined) await inPodman(block, IMAGE);
      else await inFakePodman(block);
    },
  },
];

/** Runs the block in the image. The plan needs the network of this machine, where the pod runs. */
async function inPodman(block: string, image: string): Promise<void> {
  const lines = block
    .replaceAll('IMAGE', image)
    .replace('--interactive --env', '--network=host --interactive --env');
  const PODMAN = `${settings}\npodman() { PATH='${process.env['PATH']}' command podman "$@"; }`;
  assert.match(await works(lines, { before: PODMAN }), /^1 file, no findings$/m);
}

/**
 * Runs the block where podman or the image is not there, with a program that does what podman does with these options: it runs the
 * installed command with standard input and the named variables, and nothing else.
 */
async function inFakePodman(block: string): Promise<void> {
  const fake = `#!/bin/bash
set -eu
given=()
[ "$1" = run ] && shift
while [ "$1" != IMAGE ]; do
  case $1 in
    --rm | --interactive | --network=none) shift ;;
    --env) given+=("$2=\${!2}"); shift 2 ;;
    *) echo "unexpected: $1" >&2; exit 64 ;;
  esac
done
shift
cd /
exec env -i PATH="$PATH" "\${given[@]}" birddog "$@"
`;
  writeFileSync(join(folder('tools'), 'podman'), fake);
  chmodSync(join(folder('tools'), 'podman'), 0o755);
  const out = await works(block, { before: settings });
  assert.match(out, /^1 file, no findings\n[^]*^ {2}No changes\. 3 objects match\.$/m);
}

describe('docs/install.md', () => {
  it('has a decision of this test for every block', () => {
    assert.deepEqual(
      blocksOf('docs/install.md').map(firstLine),
      DECISIONS.map(({ begins }) => begins),
    );
  });

  it('runs as pasted in an empty folder on Node.js 20, from the packed file', ON_NODE_20, async () => {
    const blocks = blocksOf('docs/install.md');
    for (const [at, { run }] of DECISIONS.entries()) await run(blocks[at] ?? '');
  });
});

describe('README.md', () => {
  it('has examples that run in an empty folder with the installed command', ON_NODE_20, async () => {
    const examples = blocksOf('README.md', 'sh').filter((block) => !block.startsWith('npm ci && '));
    assert.ok(examples.length >= 3);
    const block = examples
      .join('')
      .replaceAll('http://127.0.0.1:8080', pod.birddogUrl)
      .replaceAll('npm run --silent birddog --', 'birddog');
    const { out } = await bash(block);
    assert.match(out, /"key":"the-payment-queue-is-deep"/);
    assert.match(out, /"title":"The payment queue is deep"/);
    assert.match(out, /^-:2:8: warning: .* \[as_count_without_sum\]$/m);
  });
});
