import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it, type TestContext } from 'node:test';
import { readReceivers } from '../../src/health/receivers-file.ts';
import { installedPacks } from '../../src/packs/installed-packs.ts';
import { createLog } from '../../src/runtime/log.ts';
import { SettingsError } from '../../src/runtime/settings.ts';
import { openHandlesFile } from '../../src/serving/recipients.ts';
import { sidecarSettings } from '../../src/sidecar/settings.ts';
import { startBirddog } from './birddog-command.ts';
import { type Pod, request, startPod } from './pod.ts';

/** A wrong value of each variable that the process can reject before it opens anything. It reports them together. */
const UNREADABLE = {
  SIDECAR_PORT: '65536',
  SIDECAR_OPS_PORT: 'ops',
  BIRDDOG_POLL_MS: '1',
  BIRDDOG_LEDGER: 'postgresql://',
  STOP_WITH_STDIN: 'yes',
  BIRDDOG_LOG_LEVEL: 'debug',
  BIRDDOG_CHECK_TTL_MS: '-1',
  BIRDDOG_INCIDENT_AFTER_MS: '1m',
  BIRDDOG_BUDGET_SHARE: '101',
  BIRDDOG_HISTORY_DAYS: '0',
  BIRDDOG_SETTLE_MS: '1',
  BIRDDOG_VALIDATE: 'on',
  BIRDDOG_MAX_DELETE_PERCENT: '20%',
  BIRDDOG_MAX_CHANGE_PERCENT: '1e3',
  BIRDDOG_TIME_ZONE: 'Berlin',
  BIRDDOG_DRAIN_MS: '40s',
  DATADOG_SITE: 'datadog.example',
  DATADOG_URL: 'http://datadog.example',
  DATADOG_UI_URL: 'datadog',
  HTTPS_PROXY: 'proxy:3128',
  https_proxy: 'proxy:3128',
};

/** Values that are wrong only when something is opened: one process for each. */
const UNOPENED = {
  SIDECAR_OPS_HOST: '192.0.2.1',
  BIRDDOG_SECRETS: '/nowhere',
  BIRDDOG_CERTIFICATES: '/no-certificates',
};

/** Files that are read at the start, and what reads them. A start of the process for each would take most of the test's time. */
const FILES = {
  BIRDDOG_RECEIVERS: readReceivers,
  BIRDDOG_HANDLES: (path: string) =>
    openHandlesFile(
      path,
      createLog('sidecar', () => {}),
    ),
  BIRDDOG_PACKS: installedPacks,
};

/** Any text is valid, or the launcher sets the variable. */
const NEVER_WRONG = ['NO_PROXY', 'no_proxy', 'BIRDDOG_HEARTBEAT'];

describe('a sidecar with wrong settings', () => {
  let pod: Pod;
  before(async () => {
    pod = await startPod();
    // The restarted container is a process of each test.
    await pod.pause('sidecar');
  });
  after(() => pod.stop());

  /** Returns the settings of the pod's sidecar with others. */
  const environment = (env: Readonly<Record<string, string>>) => ({
    SIDECAR_PORT: '0',
    SIDECAR_OPS_PORT: '0',
    BIRDDOG_SECRETS: pod.secretsSidecar,
    BIRDDOG_LEDGER: join(pod.secretsSidecar, '../../another.sqlite'),
    DATADOG_URL: pod.datadogUrl,
    ...env,
  });

  /** Birddog is ready, serves listed applications, and names the sidecar as the reason for others. */
  async function assertReady(): Promise<void> {
    assert.equal((await fetch(new URL('/readyz', pod.opsUrl))).status, 200);
    const get = (application: string) => request(pod, 'GET', `/get_monitors?application=${application}`);
    const listed = await get('checkout');
    assert.deepEqual([listed.status, listed.body.route], [200, 'listed'], listed.text);
    const other = await get('payments-batch');
    assert.deepEqual([other.status, other.body.code], [503, 'sidecar_unavailable'], other.text);
  }

  /** Starts a sidecar, and waits until its launcher waits to start the server again. Returns the lines of the log. */
  async function restarted(t: TestContext, env: Readonly<Record<string, string>>): Promise<string[]> {
    const launcher = startBirddog('.', ['sidecar'], { env: environment(env) });
    t.after(() => launcher.kill('SIGTERM'));
    const lines: string[] = [];
    for await (const line of createInterface({ input: launcher.stderr })) {
      lines.push(line);
      if (JSON.parse(line).event === 'sidecar ended, restarting') break;
    }
    assert.equal(launcher.exitCode, null, 'a container that ended would make the pod not ready');
    return lines;
  }

  it('is tested with each of its variables', () => {
    const all = new Set([UNREADABLE, UNOPENED, FILES].flatMap((values) => Object.keys(values)));
    assert.deepEqual([...all, ...NEVER_WRONG].toSorted(), Object.keys(sidecarSettings).toSorted());
  });

  it('names each variable and remains a running container, and Birddog stays ready', async (t) => {
    const [[fault = '', ended = ''], ...others] = await Promise.all([
      restarted(t, UNREADABLE),
      ...Object.entries(UNOPENED).map(([name, value]) => restarted(t, { [name]: value })),
    ]);
    for (const name of Object.keys(UNREADABLE)) assert.ok(fault.includes(`  ${name}: `), `${name}: ${fault}`);
    assert.equal(JSON.parse(ended).status, 78);
    for (const [at, [name, value]] of Object.entries(UNOPENED).entries())
      assert.ok(others[at]?.join('').includes(value), `${name}: ${others[at]?.join('\n')}`);
    await assertReady();
  });

  for (const [name, read] of Object.entries(FILES)) {
    it(`names ${name} when it cannot be read`, async () => {
      await assert.rejects(
        async () => read('/nowhere/file'),
        (error: Error) =>
          error instanceof SettingsError &&
          error.message.includes(`  ${name}: `) &&
          error.message.includes('/nowhere/file'),
      );
    });
  }
});
