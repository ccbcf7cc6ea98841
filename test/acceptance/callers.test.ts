import assert from 'node:assert/strict';
import { createHmac, createPublicKey, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startOidcEmulator } from '../../emulators/oidc/oidc-emulator.ts';
import { type CallersPod, replaceFile, startCallersPod, tokensFile } from './callers-pod.ts';
import { monitor, operations } from './application-operations.ts';
import { control, request } from './pod.ts';
import { birddog, folderWith } from './birddog-command.ts';

const robotToken = () => `birddog_${randomBytes(32).toString('base64url')}`;
const ROBOT = { name: 'ci-shop', token: robotToken(), groups: ['shop-robots'], days: 30 };
const ENDED = { name: 'ci-old', token: robotToken(), groups: ['shop-robots'], days: -1 };
const LATER = { name: 'ci-later', token: robotToken(), groups: ['shop-robots'], days: 30 };

const ACCESS = `
rules:
  - groups: [payments]
    applications: ['payments-*']
    may: [write]
  - groups: [payments, shop-robots]
    applications: [checkout]
    may: [read]
  - groups: [shop-robots]
    applications: [checkout]
    may: [write]
  - groups: [audit]
    applications: ['*']
    may: [read]
  - groups: [jobs]
    applications: ['payments-*']
    may: [apply_reviewed]
`;

let at: CallersPod;
let tokens: Record<'zoë' | 'job' | 'auditor' | 'newcomer' | 'robot', string>;
before(async () => {
  at = await startCallersPod(ACCESS, tokensFile([ROBOT, ENDED]));
  tokens = await peoplesTokens();
});
after(() => at.stop());

async function peoplesTokens(): Promise<typeof tokens> {
  return {
    zoë: await at.oidcToken({ sub: 'zoë', groups: ['payments', 'everybody'] }),
    job: await at.oidcToken({ sub: 'job', groups: ['jobs'] }),
    auditor: await at.oidcToken({ sub: 'auditor', groups: ['audit'] }),
    newcomer: await at.oidcToken({ sub: 'newcomer' }),
    robot: ROBOT.token,
  };
}

/** The permissions of each caller for a listed and an unlisted application. */
const TABLE: readonly [caller: keyof typeof tokens, application: string, route: string, may: string][] = [
  ['zoë', 'payments-batch', 'unlisted', 'read apply_reviewed write'],
  ['zoë', 'checkout', 'listed', 'read'],
  ['zoë', 'legacy-crm', 'unlisted', ''],
  ['robot', 'payments-batch', 'unlisted', ''],
  ['robot', 'checkout', 'listed', 'read apply_reviewed write'],
  ['job', 'payments-batch', 'unlisted', 'read apply_reviewed'],
  ['auditor', 'payments-batch', 'unlisted', 'read'],
  ['auditor', 'checkout', 'listed', 'read'],
  ['newcomer', 'payments-batch', 'unlisted', ''],
  ['newcomer', 'checkout', 'listed', ''],
];

const get = (token: string | undefined) => at.ask(token, 'GET', '/get_monitors?application=payments-batch');

describe('unavailable keys of the issuer', () => {
  const goDown = () =>
    control(at.issuer.url, 'POST', 'faults', [{ kind: 'status', status: 503, times: 1000 }]);

  it('are answered with 503, never 401, if they were never fetched', async () => {
    await goDown();
    const down = await get(tokens.zoë);
    assert.deepEqual([down.status, down.body.code], [503, 'issuer_unavailable'], down.text);
    assert.match(down.body.detail, /keys of the issuer http.* answered 503/);
    assert.ok(Number(down.headers['retry-after']) >= 1);
    assert.match(
      await (await fetch(`${at.pod.opsUrl}/metrics`)).text(),
      /^birddog_issuer_unavailable\{[^}]*\} 1$/m,
    );
    assert.equal((await get(ROBOT.token)).status, 403, 'robots are known all the same');
    await control(at.issuer.url, 'DELETE', 'faults');
    await at.pod.until(async () => (await get(tokens.zoë)).status === 200);
  });

  it('are served from the cache, and new keys are used as soon as the issuer has them', async () => {
    const old = tokens.zoë;
    await goDown();
    assert.equal((await get(old)).status, 200);
    await control(at.issuer.url, 'DELETE', 'faults');
    await control(at.issuer.url, 'POST', 'keys');
    tokens = await peoplesTokens();
    assert.equal((await get(tokens.zoë)).status, 200);
    assert.equal((await get(old)).status, 401);
  });
});

describe('permissions', () => {
  for (const [caller, application, route, may] of TABLE) {
    it(`${caller} may ${may || 'do nothing'} with ${application} (${route})`, async () => {
      const isGranted = ([needs]: readonly [string, ...unknown[]]) => may.split(' ').includes(needs);
      const all = operations(application);
      const seen = await at.settled();
      for (const [needs, method, path, body] of all.filter((one) => !isGranted(one))) {
        const { status, body: answer, text } = await at.ask(tokens[caller], method, path, body);
        assert.deepEqual([status, answer.code], [403, 'forbidden'], `${method} ${path}: ${text}`);
        // A caller without the permission for any application is denied before the body is read.
        const what = `(the application "${application}"|any application)`;
        const action = needs === 'apply_reviewed' ? 'apply plans to' : needs;
        const says = new RegExp(`^(${caller}|ci-shop) .* may not ${action} ${what}[ .]`);
        assert.match(answer.detail, says);
      }
      assert.deepEqual(await at.asked(), seen, 'a refusal asks nobody');
      for (const [, method, path, body] of all.filter(isGranted)) {
        const { status, body: answer, text } = await at.ask(tokens[caller], method, path, body);
        const what = `${method} ${path}: ${text}`;
        const isStale = answer.code === 'plan_stale' && path.includes('basis');
        const isAboutDeleted = path.includes('dry_run') || path === '/explain';
        assert.ok(status < 300 || (status === 404 && isAboutDeleted) || isStale, what);
        if (status < 300) assert.equal(answer.route, route, what);
      }
    });
  }

  it('decide what a list of all applications has; without any it is refused before a request to Datadog', async () => {
    for (const application of ['payments-batch', 'checkout', 'legacy-crm']) {
      const marker = [`birddog_application:${application}`, `birddog_key:${application}/seen`];
      const id = 900 + application.length;
      await control(at.pod.datadogUrl, 'POST', 'seed', { monitors: [{ ...monitor, id, tags: marker }] });
    }
    const applications = async (token: string) => {
      const { status, body, text } = await at.ask(token, 'GET', '/get_monitors?page_size=1000');
      assert.equal(status, 200, text);
      const listed: { readonly application: string; readonly key: string }[] = body.monitors;
      return listed.flatMap(({ application, key }) => (key === 'seen' ? [application] : []));
    };
    assert.deepEqual(await applications(tokens.zoë), ['checkout', 'payments-batch']);
    assert.deepEqual(await applications(tokens.robot), ['checkout']);
    assert.deepEqual(await applications(tokens.auditor), ['checkout', 'legacy-crm', 'payments-batch']);
    const seen = await at.settled();
    for (const path of ['/get_monitors', '/get_alerts', '/get_dashboards']) {
      const { status, body } = await at.ask(tokens.newcomer, 'GET', path);
      assert.deepEqual([status, body.code], [403, 'forbidden'], path);
    }
    assert.deepEqual(await at.asked(), seen);
  });

  it('allow lint to every authenticated caller, and the API description to everybody', async () => {
    const body = { application: 'payments-batch', team: 't', monitor };
    assert.equal((await at.ask(tokens.newcomer, 'POST', '/lint', body)).status, 200);
    assert.equal((await at.ask(undefined, 'POST', '/lint', body)).status, 401);
    for (const path of ['/docs', '/openapi.json', '/schema.json', '/healthz', '/readyz'])
      assert.equal((await at.ask(undefined, 'GET', path)).status, 200, path);
    assert.match((await at.ask(undefined, 'GET', '/docs')).text, /Authorization: Bearer/);
    const { body: description } = await at.ask(undefined, 'GET', '/openapi.json');
    assert.deepEqual(description.security, [{ bearer: [] }]);
    assert.equal(description.components.securitySchemes.bearer.scheme, 'bearer');
  });

  it('apply to a large document too', async () => {
    const composite = { ...monitor, type: 'composite', message: 'x'.repeat(600_000) };
    const large = (application: string, query: string) => ({
      apiVersion: 'birddog/v1',
      application,
      team: 't',
      monitors: ['k', 'l'].map((key) => ({ ...composite, key, query })),
    });
    const own = '${monitor:own} && ${monitor:other}';
    const seen = await at.settled();
    for (const [application, query, pointer] of [
      ['legacy-crm', own, undefined],
      ['payments-batch', '${monitor:legacy-crm/k} && ${monitor:own}', '/monitors/0/query'],
    ] as const) {
      const { body, text } = await at.ask(tokens.zoë, 'POST', '/plan', large(application, query));
      assert.deepEqual([body.code, body.findings?.[0].pointer], ['forbidden', pointer], text);
    }
    assert.deepEqual(await at.asked(), seen);
    const letIn = await at.ask(tokens.zoë, 'POST', '/plan', large('payments-batch', own));
    assert.notEqual(letIn.body.code, 'forbidden');
  });

  it('for one application give no access to another', async () => {
    const made = await at.ask(tokens.robot, 'POST', '/create_monitor', {
      application: 'checkout',
      team: 't',
      key: 'own',
      monitor: { ...monitor, name: 'own' },
    });
    assert.equal(made.status, 201, made.text);
    const id = String(made.body.monitor.id);
    const { zoë } = tokens;
    const write = { application: 'payments-batch', team: 't', key: 'other' };
    const composite = {
      ...monitor,
      type: 'composite',
      query: '${monitor:legacy-crm/k} && ${monitor:legacy-crm/l}',
    };
    const refused: readonly [what: string, status: number, method: string, path: string, body?: object][] = [
      ['the id of another', 403, 'DELETE', `/delete_monitor?application=payments-batch&id=${id}`],
      ['the id in the body', 403, 'PUT', '/update_monitor', { ...write, key: undefined, id, monitor }],
      [
        'another in the body',
        422,
        'POST',
        '/create_monitor?application=payments-batch',
        { ...write, application: 'legacy-crm', monitor },
      ],
      ['another in the query', 403, 'POST', '/create_monitor?application=legacy-crm', { ...write, monitor }],
      ['twice in the query', 400, 'GET', '/get_monitors?application=payments-batch&application=legacy-crm'],
      ['another spelling', 400, 'GET', '/get_monitors?application=Legacy-CRM'],
      ['percent signs', 403, 'GET', '/get_monitors?application=legacy%2Dcrm'],
      ['percent signs twice', 400, 'GET', '/get_monitors?application=payments-batch%252F..'],
      [
        'a reference',
        403,
        'POST',
        '/plan',
        {
          apiVersion: 'birddog/v1',
          application: 'payments-batch',
          team: 't',
          monitors: [{ key: 'c', ...composite }],
        },
      ],
      [
        'the name of another in a catalog',
        403,
        'POST',
        '/create_monitor',
        { ...write, catalogs: { datadog: 'checkout', leanix: 'checkout', servicenow: 'checkout' }, monitor },
      ],
      [
        'adoption',
        403,
        'POST',
        '/apply',
        {
          apiVersion: 'birddog/v1',
          application: 'payments-batch',
          team: 't',
          monitors: [{ key: 'c', adopt: Number(id), ...monitor }],
        },
      ],
      ['an import by words', 403, 'POST', '/import?application=payments-batch&team=t&query=own'],
      ['an import by id', 403, 'POST', `/import?application=payments-batch&team=t&id=${id}`],
      ['an import by tag', 403, 'POST', '/import?application=payments-batch&team=t&tag=team:t'],
    ];
    for (const [what, status, method, path, body] of refused) {
      const answer = await at.ask(zoë, method, path, body);
      assert.equal(answer.status, status, `${what}: ${answer.text}`);
    }
    const still = await at.ask(tokens.robot, 'GET', '/get_monitors?application=checkout&key=own');
    assert.equal(still.body.monitors[0].monitor.name, 'own');
  });
});

async function tokenOfAnotherIssuer(claims: object): Promise<string> {
  const other = await startOidcEmulator({ port: 0 });
  const body = JSON.stringify(claims);
  const token = await (await fetch(`${other.url}/__control/tokens`, { method: 'POST', body })).text();
  await other.close();
  return token;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it('is rejected if it is invalid, and no answer or log line contains any part of it', async () => {
    const { oidcToken, ask, issuer, pod } = at;
    const seconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer.url,
      aud: 'birddog',
      sub: 'forger',
      groups: ['payments'],
      exp: seconds + 600,
    };
    const [head = '', , signature = ''] = tokens.zoë.split('.');
    const jwks = JSON.parse(await (await fetch(`${issuer.url}/keys`)).text());
    const pem = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const hs = `${part({ alg: 'HS256', kid: jwks.keys[0].kid })}.${part(claims)}`;
    const stranger = await tokenOfAnotherIssuer(claims);
    const cases: readonly [what: string, token: string, says: RegExp][] = [
      ['forged', `${head}.${part(claims)}.${signature}`, /signature/],
      ['expired', await oidcToken({ sub: 'late', exp: seconds - 3600 }), /expired at .*, 36\d\d s ago/],
      ['not yet valid', await oidcToken({ sub: 'early', nbf: seconds + 3600 }), /valid only from/],
      ['for another audience', await oidcToken({ sub: 'elsewhere', aud: 'shop' }), /is not birddog/],
      [
        'of another issuer',
        await oidcToken({ sub: 'stranger', iss: 'https://other.example.test' }),
        /issuer \(iss\)/,
      ],
      ['without algorithm', `${part({ alg: 'none' })}.${part(claims)}.`, /not accepted/],
      [
        'signed with the public key',
        `${hs}.${createHmac('sha256', pem).update(hs).digest('base64url')}`,
        /not accepted/,
      ],
      ['signed with a wrong key', stranger, /a key that the issuer/],
      ['large', `${head}.${'A'.repeat(13_000)}.${signature}`, /maximum is 12288/],
      ['garbage', 'not-a-token-at-all-0123456789', /not a signed JWT/],
      ['unknown, of a robot', robotToken(), /unknown/],
      ['expired, of a robot', ENDED.token, /The token of ci-old expired/],
    ];
    const answers: string[] = [];
    for (const application of ['checkout', 'payments-batch']) {
      for (const [what, token, says] of cases) {
        const answer = await ask(token, 'POST', '/create_monitor', { application, team: 't', monitor });
        assert.deepEqual([answer.status, answer.body.code], [401, 'unauthenticated'], what);
        assert.match(answer.body.detail, says, what);
        assert.match(
          answer.headers['www-authenticate'] ?? '',
          /^Bearer realm="birddog", error="invalid_token"/,
        );
        answers.push(answer.text, JSON.stringify(answer.headers));
      }
    }
    // Node rejects a request whose headers exceed its own limit.
    assert.equal((await ask('A'.repeat(20_000), 'GET', '/get_monitors?application=checkout')).status, 431);
    const none = await ask(undefined, 'GET', '/get_monitors?application=checkout');
    assert.deepEqual([none.status, none.headers['www-authenticate']], [401, 'Bearer realm="birddog"']);
    const basic = await request(pod, 'GET', '/get_monitors?application=checkout', {
      headers: { authorization: `Basic ${tokens.robot}` },
    });
    assert.equal(basic.status, 401);
    for (const url of [pod.opsUrl, pod.sidecarOpsUrl])
      answers.push(await (await fetch(`${url}/metrics`)).text());
    const written = [pod.output(), ...answers].join('\n');
    assert.match(written, /"event":"audit"/, 'there is something to search');
    const good = Object.values(tokens);
    for (const token of [...cases.map((one) => one[1]), ...good, 'A'.repeat(100)]) {
      for (const piece of token.split('.').filter((one) => one.length > 12))
        assert.ok(
          !written.includes(piece.slice(0, 60)),
          `of ${token.slice(0, 20)}... ${piece.slice(0, 60)} is written`,
        );
    }
  });
});

it('is read from BIRDDOG_TOKEN by commands, which explain what to do if it is rejected', async (t) => {
  const document = '{"apiVersion": "birddog/v1", "application": "checkout", "team": "t"}';
  const folder = folderWith(t, { 'a.json': document });
  const plan = (token: object) =>
    birddog(folder, ['plan', 'a.json'], { env: { BIRDDOG_URL: at.pod.birddogUrl, ...token } });
  const unknown = robotToken();
  const answers = await Promise.all([ROBOT.token, unknown].map((token) => plan({ BIRDDOG_TOKEN: token })));
  assert.deepEqual([answers[0]?.status, answers[0]?.err, answers[1]?.status], [0, '', 1]);
  assert.match(answers[1]?.err ?? '', /^a\.json: error: .* \[unauthenticated\]\n.*unknown/);
  assert.match((await plan({})).err, /\[unauthenticated\]\n.*\n {2}hint: BIRDDOG_TOKEN is not set/);
  for (const token of [unknown, ROBOT.token]) assert.ok(!JSON.stringify(answers).includes(token));
});

describe('the access file and the tokens file', () => {
  const badFiles = async () =>
    (await (await fetch(`${at.pod.opsUrl}/metrics`)).text())
      .split('\n')
      .flatMap((line) => /^birddog_file_bad\{file="(\w+)".*\} 1$/.exec(line)?.[1] ?? [])
      .sort();

  it('are reloaded when they change; an invalid file changes nothing', async () => {
    const { ask, files, pod } = at;
    const crm = async (token: string) =>
      (await ask(token, 'GET', '/get_monitors?application=legacy-crm')).status;
    assert.deepEqual([await crm(ROBOT.token), await crm(LATER.token)], [403, 401]);
    replaceFile(files.tokens, tokensFile([LATER]));
    await pod.until(async () => (await crm(ROBOT.token)) === 401);
    assert.equal(await crm(LATER.token), 403);
    replaceFile(
      files.access,
      'rules:\n  - {groups: [shop-robots], applications: [legacy-crm], may: [read]}\n',
    );
    await pod.until(async () => (await crm(LATER.token)) === 200);
    replaceFile(
      files.access,
      'rules:\n  - {groups: [shop-robots], applications: [legacy-crm], may: [reed]}\n',
    );
    replaceFile(files.tokens, 'tokens: {}\n');
    await pod.until(async () => (await badFiles()).join() === 'access,tokens');
    assert.equal(await crm(LATER.token), 200);
    const lines = pod
      .output()
      .split('\n')
      .filter((line) => line.includes('file not reloaded'));
    assert.equal(lines.length, 2);
    assert.ok(lines.some((line) => line.includes('access.yaml') && line.includes('2:63: A permission must')));
    replaceFile(files.access, ACCESS);
    await pod.until(async () => (await crm(LATER.token)) === 403);
    assert.deepEqual(await badFiles(), ['tokens']);
  });
});
