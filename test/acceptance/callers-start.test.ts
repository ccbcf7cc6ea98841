import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { birddog, folderWith } from './birddog-command.ts';

const ENV = {
  BIRDDOG_SECRETS: '/nowhere',
  BIRDDOG_LEDGER: '/nowhere/ledger.sqlite',
  LEANIX_URL: 'https://company.leanix.net',
  SERVICENOW_URL: 'https://company.service-now.com',
  DATADOG_SITE: 'datadoghq.eu',
};

/** Runs `birddog serve` with invalid settings. Returns its error message. */
async function notStarted(env: Readonly<Record<string, string>>): Promise<string> {
  const { status, err } = await birddog('.', ['serve'], { env: { ...ENV, ...env } });
  assert.equal(status, 78, err);
  const line = err.split('\n').find((one) => one.includes('"not started"')) ?? '{}';
  return JSON.parse(line).reason;
}

const files = (t: TestContext, access: string, tokens: string) => {
  const folder = folderWith(t, { 'access.yaml': access, 'tokens.yaml': tokens });
  return {
    BIRDDOG_AUTH: 'tokens',
    BIRDDOG_ACCESS: join(folder, 'access.yaml'),
    BIRDDOG_TOKENS: join(folder, 'tokens.yaml'),
  };
};

it('Birddog does not start with mistakes in its files, and reports all of them with line and column', async (t) => {
  const access = 'rules:\n  - groups: [a]\n    applications: [B]\n    may: [reed]\n';
  const tokens = 'tokens:\n  - {name: ci, sha256: birddog_PLAIN, expires: 2027-03-31, groups: [g]}\n';
  const env = files(t, access, tokens);
  const reason = await notStarted(env);
  const told = reason
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(' ').slice(0, 2).join(' '));
  assert.deepEqual(told, [
    `BIRDDOG_ACCESS: ${env.BIRDDOG_ACCESS}:3:20:`,
    `BIRDDOG_ACCESS: ${env.BIRDDOG_ACCESS}:4:11:`,
    `BIRDDOG_TOKENS: ${env.BIRDDOG_TOKENS}:2:24:`,
  ]);
  assert.ok(!reason.includes('PLAIN'));
});

it('Birddog does not start without its files, and names them', async (t) => {
  const env = files(t, 'rules: []\n', 'tokens: []\n');
  const reason = await notStarted({ ...env, BIRDDOG_TOKENS: '/nowhere/tokens.yaml' });
  assert.match(reason, /BIRDDOG_TOKENS: \/nowhere\/tokens\.yaml: it cannot be read/);
});

it('Birddog without authentication does not start off loopback', async () => {
  assert.match(
    await notStarted({ BIRDDOG_AUTH: 'none', BIRDDOG_HOST: '0.0.0.0' }),
    /BIRDDOG_AUTH: "none" requires BIRDDOG_HOST to be a loopback address/,
  );
});

it('birddog token creates a token and the entry for the tokens file', async () => {
  const { status, out } = await birddog('.', ['token', '--groups', 'g', 'ci']);
  assert.equal(status, 0);
  assert.match(out, /^ {2}birddog_[\w-]{43}$/m);
  assert.match(out, /^ {2}- name: ci\n {4}sha256: "?[0-9a-f]{64}/m);
});
