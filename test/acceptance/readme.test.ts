import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { NODE_20 } from './installed-package.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const BLOCKS = blocksOf(README);
/** Its examples follow those of README.md. */
const PREVIEW_BLOCKS = blocksOf(readFileSync(join(ROOT, 'docs/preview.md'), 'utf8'));
/** The two npm blocks are not run as examples: one starts the sandbox below, the other this suite. All others are run. */
const START = /^npm ci && npm start\b/;
const TEST = /^npm ci && npm test\b/;

const PORTS = [
  'BIRDDOG',
  'BIRDDOG_OPS',
  'SIDECAR',
  'SIDECAR_OPS',
  'DATADOG_EMULATOR',
  'LEANIX_EMULATOR',
  'SERVICENOW_EMULATOR',
  'VAULT_EMULATOR',
];
/** Starts npm with Node.js 20, if it is on the PATH. */
const PATH = [...(NODE_20 === undefined ? [] : [NODE_20]), process.env['PATH']].join(delimiter);
const env = { ...process.env, PATH, ...Object.fromEntries(PORTS.map((p) => [`${p}_PORT`, '0'])) };

function blocksOf(page: string): string[] {
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map((m) => m[1] ?? '');
}

/** Runs `npm start` on free ports. Returns the address of its ready line. */
async function npmStart(): Promise<{ url: string; stop: () => Promise<void> }> {
  const child = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for await (const line of createInterface(child.stdout)) {
    const url = /^ready (http:\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { url, stop };
  }
  throw new Error('npm start exited without a ready line');
}

describe('README.md and docs/preview.md', () => {
  it('names the commands that start the sandbox and run all tests', () => {
    assert.ok(BLOCKS.some((b) => START.test(b)) && BLOCKS.some((b) => TEST.test(b)));
  });

  it('has examples that work while the sandbox runs', async () => {
    const examples = [...BLOCKS.filter((b) => !START.test(b) && !TEST.test(b)), ...PREVIEW_BLOCKS];
    assert.ok(examples.length >= 5 && PREVIEW_BLOCKS.length >= 3);
    const { url, stop } = await npmStart();
    const printed: string[] = [];
    try {
      for (const example of examples) {
        const command = example.replaceAll('http://127.0.0.1:8080', url);
        const options = { cwd: ROOT, env: { ...process.env, BIRDDOG_URL: url } };
        const { stdout } = await promisify(execFile)('sh', ['-c', command], options);
        assert.doesNotMatch(stdout, /urn:birddog:problem/, stdout);
        printed.push(stdout);
      }
    } finally {
      await stop();
    }
    assert.match(printed[0] ?? '', /"key":"the-payment-queue-is-deep"/);
    assert.match(printed[1] ?? '', /"title":"The payment queue is deep"/);
    assert.match(printed[2] ?? '', /^-:2:8: warning: .* \[as_count_without_sum\]$/m);
    assert.match(
      printed[3] ?? '',
      /^alert queue-deep: .*\n {2}\d+ notifications a week to @slack-payments \(new\)/m,
    );
    assert.match(
      printed[4] ?? '',
      /^alert queue-backlog: A queue has a backlog\n {2}\d+ notifications a week/m,
    );
    assert.match(printed[5] ?? '', /"key":"error-log",.*"evaluated":\d{3,}/);
  });

  it('names an npm script that runs any command from a checkout', async () => {
    const run = promisify(execFile)('npm', ['run', '--silent', 'birddog', '--', 'serve'], { cwd: ROOT });
    await assert.rejects(run, (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 78);
      assert.match(error.stderr, /BIRDDOG_SECRETS is required/);
      return true;
    });
  });

  it('names only files and folders that exist, in fewer than 100 lines', () => {
    const links = [...README.matchAll(/\]\(((?!http)[^)]+)\)/g)].map((m) => m[1] ?? '');
    const folders = [...README.matchAll(/^\| (`(?:src\/|emulators|test)[^|]*) \|/gm)].flatMap((m) =>
      [...(m[1] ?? '').matchAll(/`([^`]+)`/g)].map((n) => n[1] ?? ''),
    );
    assert.ok(links.length > 3 && folders.length > 8);
    for (const path of [...links, ...folders]) assert.ok(existsSync(join(ROOT, path)), path);
    assert.ok(README.split('\n').length < 100);
  });
});
