import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { portNames } from '../../emulators/sandbox/settings.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const skip = existsSync('/proc/self/environ')
  ? false
  : 'processes are found by their environment in /proc, which is not here';

/** A process of a sandbox, which has the TMPDIR of this sandbox in its environment. */
interface Marked {
  readonly pid: number;
  readonly args: string;
  readonly environ: string;
}

function markedBy(folder: string): Marked[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', '\n');
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return environ.includes(`TMPDIR=${folder}\n`) ? [{ pid: Number(pid), args, environ }] : [];
      } catch {
        return [];
      }
    });
}

/** Kills a process, which may have ended already. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Runs `npm start` in a separate process group, as a terminal does. */
function npmStart(t: TestContext, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-npm-start-'));
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const anyPorts = Object.fromEntries(portNames.map((name) => [name, '0']));
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env: {
      PATH,
      HOME,
      NODE_COMPILE_CACHE,
      npm_config_update_notifier: 'false',
      TMPDIR: folder,
      ...anyPorts,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let out = '';
  let err = '';
  npm.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  npm.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const status = new Promise<number | null>((resolve) => npm.on('close', resolve));
  t.after(() => {
    for (const { pid } of markedBy(folder)) kill(pid);
    rmSync(folder, { recursive: true });
  });
  return {
    pid: npm.pid ?? 0,
    folder,
    /** Resolves with npm's exit status once all its child processes have closed their output. */
    status,
    out: () => out,
    err: () => err,
    processes: () => markedBy(folder),
    /** Resolves with the address in the ready line. Rejects with the output if the line does not appear. */
    async ready(): Promise<string> {
      const ended = status.then(() => assert.fail(`npm start ended:\n${out}${err}`));
      for (;;) {
        const url = /^ready (\S+)\n$/m.exec(out)?.[1];
        if (url !== undefined) return url;
        await Promise.race([wait(50), ended]);
      }
    },
    async leavesNothing(): Promise<void> {
      for (const until = Date.now() + 30_000; markedBy(folder).length > 0 && Date.now() < until; )
        await wait(50);
      assert.deepEqual(
        markedBy(folder).map(({ args }) => args),
        [],
        'processes are left after 30 s',
      );
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('birddog-sandbox-')),
        [],
        'the folder with the secrets is left',
      );
    },
  };
}

describe('npm start', { skip }, () => {
  it('prints addresses, known applications and examples that work; TERM stops it', async (t) => {
    const sandbox = npmStart(t);
    const url = await sandbox.ready();
    const out = sandbox.out();
    assert.match(out, /\nready http:\/\/127\.0\.0\.1:\d+\n$/, 'the last line says that it is ready');
    assert.equal(out.match(/^ready /gm)?.length, 1);
    const progress = [
      'birddog: starting the emulators',
      'starting vault',
      'starting init',
      'starting sidecar',
      'starting serve',
      'waiting until Birddog is ready',
    ];
    const at = progress.map((text) => sandbox.err().indexOf(text));
    assert.ok(
      at.every((position, index) => position > (at[index - 1] ?? -1)),
      `the progress, in this order: ${progress.join(', ')}\n${sandbox.err()}`,
    );
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    for (const part of ['sidecar', 'Datadog', 'LeanIX', 'ServiceNow', 'Vault']) {
      assert.match(out, new RegExp(`^  ${part} +https?://127\\.0\\.0\\.1:\\d+`, 'm'));
    }
    assert.match(out, /checkout +listed in Datadog, LeanIX and ServiceNow/);
    assert.match(out, /payments-batch +listed in none/);
    assert.match(out, /legacy-crm +listed only in LeanIX/);
    assert.match(out, /demo-payments, demo-platform, demo-shop +listed in none of them/);
    assert.deepEqual(
      [await alertsOf(url, 'demo-payments'), await alertsOf(url, 'checkout')],
      ['queue-depth queue-silent queue-growth queue-escalates', ''],
    );
    assert.equal(await alertsOf(url, 'demo-platform'), 'load queue-backlog');
    assert.equal(await alertsOf(url, 'demo-shop'), 'error-rate few-requests requests-drop error-log');
    const commands = out.match(/(?<=^ {2})curl .*$/gm) ?? [];
    assert.equal(commands.length, 3);
    const answers: string[] = [];
    for (const command of commands) answers.push((await run('sh', ['-c', command])).stdout);
    const [alert = '', alerts = '', monitor = ''] = answers;
    assert.equal(JSON.parse(alert).route, 'unlisted', alert);
    assert.match(alerts, /title: The payment queue is deep/);
    assert.equal(JSON.parse(monitor).route, 'listed', monitor);
    await assertOpens(JSON.parse(alert).url, 'The payment queue is deep');
    await assertOpens(JSON.parse(monitor).url, 'Checkout is slow');
    const preview = out.match(/(?<=^ {2})npm run .* preview .*$/m)?.[0] ?? '';
    const agrees = /Datadog recorded \d{2} transitions of the monitor, and the same are computed/;
    // The last week of the demo is evaluated in the background.
    let shown = '';
    for (let tries = 0; tries < 50 && !agrees.test(shown); tries += 1) {
      await wait(200);
      shown = (await run('sh', ['-c', preview], { cwd: ROOT })).stdout;
    }
    assert.match(shown, agrees);
    const dashboard = { title: 'Hosts', layout_type: 'ordered', widgets: [] };
    const created = await fetch(`${url}/create_dashboard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ application: 'checkout', team: 'shop', dashboard }),
    });
    await assertOpens(JSON.parse(await created.text()).url, 'Hosts');
    process.kill(sandbox.pid, 'SIGTERM');
    await sandbox.leavesNothing();
  });

  it('passes the variables of an emulator to it', async (t) => {
    const limits = { post_monitors: { limit: 7, period: 10 } };
    const sandbox = npmStart(t, {
      EMULATOR_CONTROL: 'true',
      DATADOG_EMULATOR_LIMITS: JSON.stringify(limits),
      DATADOG_EMULATOR_API_KEY: 'k',
    });
    await sandbox.ready();
    const datadog = /^ {2}Datadog +(\S+)$/m.exec(sandbox.out())?.[1];
    assert.equal((await fetch(`${datadog}/__control/state`)).status, 200);
    const headers = { 'dd-api-key': 'k', 'dd-application-key': 'sandbox-app-key' };
    const response = await fetch(`${datadog}/api/v1/monitor`, { method: 'POST', headers, body: '{}' });
    assert.deepEqual([response.status, response.headers.get('x-ratelimit-limit')], [400, '7']);
  });

  it('stops all its processes when Ctrl-C reaches the process group', async (t) => {
    const sandbox = npmStart(t);
    await sandbox.ready();
    process.kill(-sandbox.pid, 'SIGINT');
    await sandbox.leavesNothing();
    assert.match(sandbox.err(), /^birddog sandbox: stops: it received SIG(?:INT|TERM)$/m);
    assert.doesNotMatch(
      sandbox.err(),
      /^(?!npm warn|birddog: starting |birddog sandbox: (?:starting|waiting|stops:) ).+$/m,
      'nothing is complained about',
    );
  });

  it('stops all its processes when npm is killed', async (t) => {
    const sandbox = npmStart(t);
    await sandbox.ready();
    process.kill(sandbox.pid, 'SIGKILL');
    await sandbox.leavesNothing();
    assert.match(sandbox.err(), /^birddog sandbox: stops: the process that started it has ended$/m);
  });

  it('leaves no process behind when the sandbox is killed', async (t) => {
    const sandbox = npmStart(t);
    await sandbox.ready();
    process.kill(processOf(sandbox.processes(), 'emulators/sandbox/index.ts').pid, 'SIGKILL');
    await sandbox.leavesNothing();
  });

  it('exits when one of its processes exits, and names it', async (t) => {
    const sandbox = npmStart(t);
    await sandbox.ready();
    process.kill(processOf(sandbox.processes(), 'emulators/leanix/index.ts').pid, 'SIGKILL');
    assert.notEqual(await sandbox.status, 0);
    assert.match(sandbox.err(), /leanix was ended by SIGKILL/);
    await sandbox.leavesNothing();
  });

  it('passes the keys of the real Datadog only through Vault', async (t) => {
    const keys = { DATADOG_API_KEY: 'a-real-api-key', DATADOG_APP_KEY: 'a-real-app-key' };
    const sandbox = npmStart(t, { DATADOG_SITE: 'datadoghq.eu', ...keys });
    await sandbox.ready();
    assert.match(sandbox.out(), /the real Datadog at datadoghq\.eu/);
    const processes = sandbox.processes();
    assert.ok(!processes.some(({ args }) => args.includes('emulators/datadog/')));
    const knowing = processes.filter(({ environ, args }) => /a-real-a(pi|pp)-key/.test(`${environ} ${args}`));
    for (const { args } of knowing) assert.match(args, /npm|emulators\/(sandbox|vault)\/index\.ts/);
    assert.ok(processes.some(({ args }) => args.includes('src/main/index.ts')));
    const secrets = readdirSync(sandbox.folder).find((name) => name.startsWith('birddog-sandbox-')) ?? '';
    const key = readFileSync(join(sandbox.folder, secrets, 'sidecar/current/datadog-api-key'), 'utf8');
    assert.equal(key.trim(), 'a-real-api-key');
    assert.doesNotMatch(sandbox.out() + sandbox.err(), /a-real-a(pi|pp)-key/);
  });

  it('names a port that is taken, and the variable that chooses another', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const sandbox = npmStart(t, { SERVICENOW_EMULATOR_PORT: String(port) });
    assert.notEqual(await sandbox.status, 0);
    assert.match(sandbox.err(), new RegExp(`port ${port} is in use .*SERVICENOW_EMULATOR_PORT`));
    assert.doesNotMatch(sandbox.err(), /\n\s+at /, 'no stack');
    await sandbox.leavesNothing();
  });
});

/** Returns the keys of the alerts of an application. Monitors that no alert can express are left out. */
async function alertsOf(url: string, application: string): Promise<string> {
  const { alerts } = JSON.parse(await (await fetch(`${url}/get_alerts?application=${application}`)).text());
  return alerts.map(({ key }: { key: string }) => key).join(' ');
}

/** Asserts that a link of an answer opens a page with a text in a browser, which has no keys. */
async function assertOpens(url: string, text: string): Promise<void> {
  const page = await fetch(url);
  assert.equal(page.status, 200, url);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.ok((await page.text()).includes(text), text);
}

function processOf(processes: readonly Marked[], program: string): Marked {
  const found = processes.find(({ args }) => args.includes(program));
  assert.ok(found, `${program} runs`);
  return found;
}
