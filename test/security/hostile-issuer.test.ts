import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { birddog, folderWith } from '../acceptance/birddog-command.ts';
import { type CallersPod, replaceFile, startCallersPod, tokensFile } from '../acceptance/callers-pod.ts';
import { ANSWERS, json, type Respond } from './hostile-answers.ts';

const ROBOT = {
  name: 'robot',
  token: `birddog_${randomBytes(32).toString('base64url')}`,
  groups: ['robots'],
  days: 30,
};
const ACCESS = 'rules:\n  - {groups: [robots, people], applications: [legacy-crm], may: [read]}\n';
const PATH = '/get_monitors?application=legacy-crm';

const asked: string[] = [];
const elsewhere: string[] = [];
/** How the issuer answers a request for its keys; undefined: honestly. */
let hostile: Respond | undefined;
let honest = '';
const issuer = http.createServer((incoming, response) => {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  asked.push(url.pathname);
  (hostile ?? json(honest))(response, url);
});
const other = http.createServer((incoming, response) => {
  elsewhere.push(String(incoming.url));
  response.end(honest);
});

let at: CallersPod;
let token: string;
let otherUrl: string;
const listen = async (server: http.Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}`;
};
before(async () => {
  otherUrl = await listen(other);
  const keys = `${await listen(issuer)}/keys`;
  at = await startCallersPod(ACCESS, tokensFile([ROBOT]), { BIRDDOG_OIDC_JWKS_URL: keys });
  honest = await (await fetch(`${at.issuer.url}/keys`)).text();
  token = await at.oidcToken({ sub: 'zoë', groups: ['people'] });
});
after(async () => {
  await at?.stop();
  for (const server of [issuer, other]) {
    server.closeAllConnections();
    server.close();
  }
});

const statusOf = async (bearer: string) => (await at.ask(bearer, 'GET', PATH)).status;
/** The token with the id of another key. */
const forgedWith = (kid: string) => {
  const [, claims, signature] = token.split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid }));
  return `${header.toString('base64url')}.${claims}.${signature}`;
};
/** The key of the token, with other fields. */
const keyWith = (fields: object): Respond => {
  return (response, url) => {
    const [key] = JSON.parse(honest).keys;
    json(JSON.stringify({ keys: [{ ...key, ...fields }] }))(response, url);
  };
};
const KEYS: Readonly<Record<string, Respond>> = {
  ...Object.fromEntries(
    [
      'html',
      'null',
      'deep nesting',
      'two million objects',
      'a redirect',
      'a 599',
      'huge headers',
      'a broken status line',
      'an early end',
      'a body without end',
      'a byte now and then',
    ].map((what) => [what, ANSWERS[what] ?? assert.fail(what)]),
  ),
  'a 500': json('{"keys":[]}', 500),
  'a redirect to another host': (response) =>
    void response.writeHead(307, { location: `${otherUrl}/keys` }).end(),
  'a list instead of keys': json('[]'),
  'ten thousand keys': json(JSON.stringify({ keys: Array.from({ length: 10_000 }, () => ({ kty: 'RSA' })) })),
};

describe('an issuer whose keys are', () => {
  for (const [what, respond] of Object.entries(KEYS))
    it(`${what}, lets nobody in and stops nothing else`, async () => {
      hostile = respond;
      const askedBefore = asked.length;
      // After a failure the issuer is asked again only after a while.
      await at.pod.until(async () => {
        const { status, body } = await at.ask(token, 'GET', PATH);
        assert.ok([401, 503].includes(status), `${status}`);
        assert.ok(['unauthenticated', 'issuer_unavailable'].includes(body.code), body.code);
        return asked.length > askedBefore;
      });
      assert.equal(await statusOf(ROBOT.token), 200);
      assert.equal((await fetch(`${at.pod.opsUrl}/healthz`)).status, 200);
      assert.deepEqual(elsewhere, []);
    });

  it('of a million bits, lets nobody in with a token that names one', async () => {
    hostile = keyWith({ kid: 'large', n: 'A'.repeat(170_000) });
    const askedBefore = asked.length;
    await at.pod.until(async () => {
      assert.ok([401, 503].includes(await statusOf(token)));
      return asked.length > askedBefore;
    });
    assert.equal(await statusOf(forgedWith('large')), 401);
    assert.equal(await statusOf(ROBOT.token), 200);
  });

  it('honest again, lets its callers in; two hundred unknown key ids ask it at most twice', async () => {
    hostile = undefined;
    await at.pod.until(async () => (await statusOf(token)) === 200);
    const askedBefore = asked.length;
    // In ten groups, because tokens that arrive at the same time share one request to the issuer.
    for (let group = 0; group < 10; group += 1) {
      const forged = Array.from({ length: 20 }, (_, n) => forgedWith(`kid-${group}-${n}`));
      const statuses = await Promise.all(forged.map(statusOf));
      assert.deepEqual([...new Set(statuses)], [401]);
    }
    assert.ok(asked.length - askedBefore <= 2, `${asked.length - askedBefore}`);
  });
});

const bomb = (list: string) => {
  const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]\n`);
  return `a0: &a0 [x]\n${levels.join('')}${list}: *a9\n`;
};
const FILES: Readonly<Record<string, (list: string) => string>> = {
  'aliases that multiply': bomb,
  'more than 1 MiB': (list) => `${list}: [] #${'x'.repeat(1024 * 1024)}`,
  'a hundred thousand entries': (list) => `${list}: [${'{},'.repeat(100_000)}]`,
  'lists within lists': () => '['.repeat(100_000),
  'bytes that are not text': () => '\u0000\u0001',
};

describe('access and tokens files with', () => {
  for (const [what, text] of Object.entries(FILES)) {
    it(`${what} keep the server from starting, and each has its line`, async (t) => {
      const folder = folderWith(t, { access: text('rules'), tokens: text('tokens') });
      const { status, err } = await birddog('.', ['serve'], {
        env: {
          BIRDDOG_SECRETS: '/nowhere',
          BIRDDOG_LEDGER: '/nowhere/ledger.sqlite',
          LEANIX_URL: 'https://company.leanix.net',
          SERVICENOW_URL: 'https://company.service-now.com',
          DATADOG_SITE: 'datadoghq.eu',
          BIRDDOG_AUTH: 'tokens',
          BIRDDOG_ACCESS: `${folder}/access`,
          BIRDDOG_TOKENS: `${folder}/tokens`,
        },
      });
      assert.equal(status, 78, err.slice(0, 2000));
      for (const name of ['BIRDDOG_ACCESS', 'BIRDDOG_TOKENS']) assert.match(err, new RegExp(`${name}: `));
      assert.ok(err.length < 10_000, `${err.length}`);
    });

    it(`${what} are not reloaded: the former ones stay in force, and the log says why`, async () => {
      const lines = () => at.pod.output().split('file not reloaded').length;
      const linesBefore = lines();
      replaceFile(at.files.access, text('rules'));
      replaceFile(at.files.tokens, text('tokens'));
      await at.pod.until(async () => lines() === linesBefore + 2);
      assert.equal(await statusOf(ROBOT.token), 200);
    });
  }
});
