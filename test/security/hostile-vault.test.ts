import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { birddog, folderWith } from '../acceptance/birddog-command.ts';
import { ANSWERS, json, type Respond } from './hostile-answers.ts';

/** A deadline that is not reached, even on a busy machine. */
const LONG_MS = 60_000;
/** A deadline for answers that are awaited or retried until the deadline, and their statuses. */
const SHORT_MS = 600;
const RETRIED: readonly number[] = [10, 13, 40, 41];
const login = (auth: object) => json(JSON.stringify({ auth: { client_token: 't', ...auth } }));
const secret = (data: object) => json(JSON.stringify({ data: { data, metadata: {} } }));
const KEYS = { 'datadog-api-key': 'k', 'datadog-app-key': 'k' };

const answers: Record<'login' | 'read', Respond> = {
  login: login({ lease_duration: 60 }),
  read: secret(KEYS),
};
const elsewhere: string[] = [];
const other = http.createServer((incoming, response) => {
  elsewhere.push(String(incoming.url));
  response.end('{}');
});
const vault = http.createServer((incoming, response) => {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  if (url.pathname.endsWith('/revoke-self')) return json('', 204)(response, url);
  return answers[url.pathname.endsWith('/login') ? 'login' : 'read'](response, url);
});
const urls = { vault: '', other: '' };
const listen = async (server: http.Server): Promise<string> => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}`;
};
before(async () => {
  urls.vault = await listen(vault);
  urls.other = await listen(other);
});
after(() => {
  for (const server of [vault, other]) {
    server.closeAllConnections();
    server.close();
  }
});

/** Runs `birddog init` to its end. Returns its status, its error message, and whether it wrote secrets. */
async function init(t: TestContext, hostile: Partial<typeof answers>, deadlineMs = LONG_MS) {
  const honest = { ...answers };
  Object.assign(answers, hostile);
  const folder = folderWith(t, { token: 'jwt' });
  const [main, sidecar] = [join(folder, 'main'), join(folder, 'sidecar')];
  for (const path of [main, sidecar]) mkdirSync(path);
  const { status, err } = await birddog('.', ['init'], {
    env: {
      VAULT_ADDR: urls.vault,
      VAULT_ROLE: 'birddog',
      VAULT_TOKEN_FILE: join(folder, 'token'),
      VAULT_PATH_MAIN: 'birddog/main',
      VAULT_PATH_SIDECAR: 'birddog/sidecar',
      VAULT_DEADLINE_MS: String(deadlineMs),
      BIRDDOG_SECRETS_MAIN: main,
      BIRDDOG_SECRETS_SIDECAR: sidecar,
    },
  });
  Object.assign(answers, honest);
  const reasons = err
    .split('\n')
    .filter((line) => line.includes('"not done"'))
    .map((line): string => JSON.parse(line).reason);
  return { status, reasons, err, wrote: existsSync(join(main, 'current')) };
}

/** The exit status in docs/vault.md for each answer: to the login, and to the read of a secret. */
const STATUSES: Readonly<Record<string, readonly [login: number, read: number]>> = {
  html: [42, 42],
  'an empty body': [42, 35],
  null: [42, 35],
  'a list of null': [42, 35],
  'deep nesting': [42, 42],
  'two million objects': [42, 42],
  'a redirect': [13, 13],
  'a 418': [42, 42],
  'a 520': [41, 41],
  'a 599': [41, 41],
  'a 429 without end': [40, 40],
  'huge headers': [10, 10],
  'a broken status line': [10, 10],
  'an upgrade': [10, 10],
  'an early end': [10, 10],
  'a byte now and then': [10, 10],
  'a body without end': [42, 42],
};

describe('birddog init with a Vault that sends', () => {
  const requireFailure = (ended: Awaited<ReturnType<typeof init>>, status: number) => {
    assert.equal(ended.status, status, ended.err);
    const [reason = ''] = ended.reasons;
    assert.equal(ended.reasons.length, 1, ended.err);
    assert.match(reason, /^[\x20-\x7e]{10,1500}$/);
    assert.equal(ended.wrote, false);
  };

  for (const [what, [atLogin, atRead]] of Object.entries(STATUSES)) {
    const answer = ANSWERS[what];
    const deadlineMs = RETRIED.includes(atLogin) ? SHORT_MS : LONG_MS;
    it(`${what} to the login exits with ${atLogin} and one line`, async (t) => {
      assert.ok(answer);
      requireFailure(await init(t, { login: answer }, deadlineMs), atLogin);
    });
    it(`${what} to a read exits with ${atRead} and one line`, async (t) => {
      assert.ok(answer);
      requireFailure(await init(t, { read: answer }, deadlineMs), atRead);
    });
  }

  for (const [status, atLogin, atRead] of [
    [401, 42, 42],
    [403, 25, 31],
  ] as const)
    it(`${status} exits with ${atLogin} or ${atRead} and one line`, async (t) => {
      requireFailure(await init(t, { login: json('{"errors":["no"]}', status) }), atLogin);
      requireFailure(await init(t, { read: json('{"errors":["no"]}', status) }), atRead);
    });

  it('a redirect to another host does not follow it', async (t) => {
    const moved: Respond = (response) => void response.writeHead(307, { location: urls.other }).end();
    requireFailure(await init(t, { login: moved }, SHORT_MS), 13);
    requireFailure(await init(t, { read: moved }, SHORT_MS), 13);
    assert.deepEqual(elsewhere, []);
  });

  for (const lease of [-1, '60', '', {}, -1e300])
    it(`a lease of ${JSON.stringify(lease)} exits with 42`, async (t) =>
      requireFailure(await init(t, { login: login({ lease_duration: lease }) }), 42));

  for (const lease of [0, 1e300, 0.5])
    it(`a lease of ${lease} writes the secrets`, async (t) => {
      const ended = await init(t, { login: login({ lease_duration: lease }) });
      assert.deepEqual([ended.status, ended.wrote], [0, true], ended.err);
    });

  for (const value of [null, 1, '', {}, ['k']])
    it(`the key ${JSON.stringify(value)} exits with 34`, async (t) => {
      const data = Object.fromEntries(Object.keys(KEYS).map((name) => [name, value]));
      requireFailure(await init(t, { read: secret(data) }), 34);
    });
});
