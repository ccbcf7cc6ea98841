import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ended, folderWith, ROOT } from './birddog-command.ts';
import { type InstalledPackage, installPackage, NODE_20, NODE_24, ON_NODE_20 } from './installed-package.ts';
import { type Pod, startPod } from './pod.ts';

let birddog: InstalledPackage;
let pod: Pod;

before(async () => {
  [pod, birddog] = await Promise.all([startPod(), installPackage()]);
});
after(async () => {
  await pod.stop();
  birddog.remove();
});

const inTarball = (...args: string[]) => execFileSync('tar', [...args], { encoding: 'utf8' });

describe('npm pack', () => {
  it('writes the bundles of the CLI, the packs, the schema, the scripts of the GitLab job and the licences: no sources, tests or maps, and less than 1 MB', () => {
    assert.deepEqual(inTarball('-tzf', birddog.tarball).trim().split('\n').sort(), [
      'package/NOTICE',
      'package/README.md',
      'package/dist/npm/birddog.js',
      'package/dist/npm/cli.js',
      'package/dist/npm/cron-heartbeat.yaml',
      'package/dist/npm/datadog-descriptions.txt',
      'package/dist/npm/host.yaml',
      'package/dist/npm/http-service.yaml',
      'package/dist/npm/kafka-consumer.yaml',
      'package/dist/npm/known-metrics.br',
      'package/dist/npm/kubernetes-workload.yaml',
      'package/dist/npm/licences.txt',
      'package/dist/npm/polyfills.js',
      'package/dist/npm/postgresql.yaml',
      'package/dist/npm/rabbitmq.yaml',
      'package/dist/npm/redis.yaml',
      'package/dist/npm/widget-types.txt',
      'package/docs/schema.json',
      'package/integrations/ci/comments.mjs',
      'package/integrations/ci/matching-files.mjs',
      'package/integrations/ci/rest-api.mjs',
      'package/integrations/ci/reviewed-plan.mjs',
      'package/integrations/ci/run-birddog.mjs',
      'package/integrations/gitlab/gitlab.mjs',
      'package/integrations/gitlab/main.mjs',
      'package/package.json',
    ]);
    assert.ok(statSync(birddog.tarball).size < 1e6);
    const licences = inTarball('-xOzf', birddog.tarball, 'package/dist/npm/licences.txt');
    for (const name of ['core-js', 'js-yaml', 'zod'])
      assert.ok(`\n${licences}`.includes(`\n${name}\n\n`), name);
    assert.match(licences, /Denis Pushkarev[^]*Permission is hereby granted/);
  });

  it('publishes a package.json that is not private and has no dependencies or scripts', () => {
    const own = JSON.parse(inTarball('-xOzf', birddog.tarball, 'package/package.json'));
    const names = ['name', 'version', 'description', 'license', 'type', 'files', 'bin', 'engines'];
    assert.deepEqual(Object.keys(own), names);
  });

  it('leaves the package.json of the checkout, which is private, as it was', () => {
    const text = readFileSync(join(birddog.checkout, 'package.json'), 'utf8');
    assert.equal(text, readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assert.equal(JSON.parse(text).private, true);
  });
});

describe('the installed command on Node.js 20', ON_NODE_20, () => {
  const HUGE = '12345678901234567890';

  it('reports the findings that Node.js 24 reports', async () => {
    const folder = join(birddog.work, 'examples');
    mkdirSync(folder);
    const pages = globSync(['docs/*.md', 'docs/lint/*.md'], { cwd: ROOT }).map((page) =>
      readFileSync(join(ROOT, page), 'utf8'),
    );
    const blocks = pages.flatMap((page) => [...page.matchAll(/^```(yaml|json)\n(.*?)^```$/gms)]);
    blocks.forEach(([, format, text = ''], at) => writeFileSync(join(folder, `${at}.${format}`), text));
    assert.ok(blocks.length > 20, `${blocks.length} examples`);
    const args = ['lint', '--format', 'json', '--all-findings', '.'];
    // Like Node.js 21, which has exact numbers but no iterator helpers
    const flags = ['--harmony-json-parse-with-source', join(birddog.bin, 'birddog')];
    const like21 = spawn(join(NODE_20 ?? '', 'node'), [...flags, ...args], { cwd: folder });
    const [of20, of21, of24] = await Promise.all([
      birddog.run(folder, NODE_20, args),
      ended(like21),
      birddog.run(folder, NODE_24, args),
    ]);
    assert.equal(of20.err, '');
    assert.ok(of24.out.length > 10_000);
    assert.deepEqual(of20, of24);
    assert.deepEqual(of21, of24);
  });

  it('fixes a file and keeps all digits of its numbers', async (t) => {
    const monitor = (aggregation: string) =>
      `{"type": "query alert", "id": ${HUGE}, "query": "${aggregation}(last_5m):sum:web.errors{*}.as_count() > ${HUGE}",\n "options": {"thresholds": {"critical": ${HUGE}}}}\n`;
    const folder = folderWith(t, { 'm.json': monitor('avg') });
    const { status, out } = await birddog.run(folder, NODE_20, ['lint', '--fix', 'm.json']);
    assert.equal(status, 0, out);
    assert.equal(readFileSync(join(folder, 'm.json'), 'utf8'), monitor('sum'));
  });

  it('applies a document to a running Birddog, and then plans a change that only exact numbers show', async (t) => {
    const document = (limit: string) => `apiVersion: birddog/v1
application: checkout
team: payments
monitors:
  - key: load
    type: query alert
    name: Load
    query: avg(last_5m):avg:system.load.1{*} > ${limit}
    message: "@slack-a"
    options: {thresholds: {critical: ${limit}}}
`;
    const folder = folderWith(t, { 'a.yaml': document(HUGE), 'b.yaml': document(HUGE.replace(/0$/, '1')) });
    const env = { BIRDDOG_URL: pod.birddogUrl };
    const applied = await birddog.run(folder, NODE_20, ['apply', '--yes', 'a.yaml'], env);
    assert.deepEqual([applied.status, applied.err], [0, ''], applied.out);
    const args = ['plan', '--json', 'b.yaml'];
    const [of20, of24] = await Promise.all([
      birddog.run(folder, NODE_20, args, env),
      birddog.run(folder, NODE_24, args, env),
    ]);
    assert.match(of20.out, /: 12345678901234567890\b[^]*: 12345678901234567891\b/);
    assert.deepEqual(of20, of24);
  });

  it('prints its version and its help', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const printed = async (...args: string[]) => (await birddog.run(birddog.work, NODE_20, args)).out;
    const [of, help, helpOfServe] = await Promise.all([
      printed('--version'),
      printed('--help'),
      printed('serve', '--help'),
    ]);
    assert.equal(of, `birddog ${version}\n`);
    assert.match(help, /^usage: birddog COMMAND [^]*^ {2}plan /m);
    assert.match(helpOfServe, /^usage: birddog serve /);
  });

  it('says what runs the servers', async () => {
    for (const name of ['serve', 'sidecar', 'init']) {
      const { status, err } = await birddog.run(birddog.work, NODE_20, [name]);
      assert.equal(status, 69);
      assert.match(
        err,
        new RegExp(
          `^birddog: ${name} is not part of the npm package. Run it from the image: podman run IMAGE ${name}$`,
          'm',
        ),
      );
    }
    assert.match(
      (await birddog.run(birddog.work, NODE_20, ['sandbox'])).err,
      /from a checkout: npm ci && npm start/,
    );
  });

  it('uses colors only on a terminal or if FORCE_COLOR is set', async (t) => {
    const folder = folderWith(t, { 'm.yaml': 'type: query alert\nquery: x\n' });
    const colored = async (env: Record<string, string>) =>
      (await birddog.run(folder, NODE_20, ['lint', 'm.yaml'], env)).out.includes('\x1b[');
    assert.deepEqual(await Promise.all([colored({}), colored({ FORCE_COLOR: '1' })]), [false, true]);
  });
});
