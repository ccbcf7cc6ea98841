import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createVaultHandler } from '../../emulators/vault/vault-handler.ts';
import { type Role, type VaultSeedInput, vaultSeed } from '../../emulators/vault/vault-seed.ts';
import { accountToken, NO_VAULT, PROGRAM, type RealVault, type Sent, startRealVault } from './real-vault.ts';

const hour = 3600;
const now = Math.floor(Date.now() / 1000);
const JWTS = {
  good: accountToken(),
  expired: accountToken({ exp: now - hour }),
  early: accountToken({ nbf: now + hour }),
  aloof: accountToken({ aud: ['other'] }),
  unreviewed: accountToken({ reviewed: false }),
  'of-another': accountToken({ name: 'other' }),
  elsewhere: accountToken({ namespace: 'other' }),
};
const account = { name: 'birddog', namespace: 'birddog', audience: 'vault' };
const ROLE = { names: ['birddog'], namespaces: ['birddog'], audience: 'vault', maxTtl: 24 * hour };
const NARROW = ['secret/data/birddog/*'];

/** What the emulator and the real server contain. */
const SEED = {
  serviceAccounts: {
    [JWTS.good]: account,
    [JWTS.expired]: { ...account, fault: 'expired' },
    [JWTS.early]: { ...account, fault: 'not_yet_valid' },
    [JWTS.aloof]: { ...account, audience: 'other' },
    [JWTS.unreviewed]: { ...account, fault: 'not_reviewed' },
    [JWTS['of-another']]: { ...account, name: 'other' },
    [JWTS.elsewhere]: { ...account, namespace: 'other' },
  },
  roles: {
    birddog: { ...ROLE, read: NARROW },
    wide: { ...ROLE, read: ['secret/*', 'old/*', 'nowhere/*'] },
    batch: { ...ROLE, read: NARROW, tokenType: 'batch' },
    bare: { ...ROLE, read: NARROW, defaultPolicy: false },
    twice: { ...ROLE, read: NARROW, numUses: 2 },
  },
  mounts: { secret: 2, old: 1 },
  secrets: {
    'secret/birddog/main': { b: '2', a: '1' },
    'secret/birddog/deleted': { a: '1' },
    'old/birddog/main': { a: '1' },
  },
} as const satisfies VaultSeedInput;
type RoleName = keyof typeof SEED.roles;

/** Requests by what they show. `as` logs in with a role first, on each server. */
interface Asked extends Sent {
  readonly as?: RoleName;
}
const login = (role: unknown, jwt: unknown): [string, string, Asked] => [
  'POST',
  'auth/kubernetes/login',
  { body: { role, jwt } },
];
const MAIN = 'secret/data/birddog/main';
const REQUESTS: Readonly<Record<string, readonly [method: string, path: string, asked?: Asked]>> = {
  login: login('birddog', JWTS.good),
  'role in another case': login('BirdDog', JWTS.good),
  'login of a batch token': login('batch', JWTS.good),
  'login without the default policy': login('bare', JWTS.good),
  'login for two uses': login('twice', JWTS.good),
  'unknown role': login('nobody', JWTS.good),
  'no role': login(undefined, JWTS.good),
  'no jwt': login('birddog', undefined),
  'a list': ['POST', 'auth/kubernetes/login', { body: [] }],
  'expired token': login('birddog', JWTS.expired),
  'token not yet valid': login('birddog', JWTS.early),
  'other audience': login('birddog', JWTS.aloof),
  'token that Kubernetes rejects': login('birddog', JWTS.unreviewed),
  'not a JWT': login('birddog', 'x'),
  'account not bound': login('birddog', JWTS['of-another']),
  'namespace not bound': login('birddog', JWTS.elsewhere),
  'unknown mount': ['POST', 'auth/other/login', { body: { role: 'birddog', jwt: JWTS.good } }],
  'GET of the login': ['GET', 'auth/kubernetes/login'],
  'KV 2': ['GET', MAIN, { as: 'birddog' }],
  'KV 1': ['GET', 'old/birddog/main', { as: 'wide' }],
  'unknown secret': ['GET', 'secret/data/birddog/x', { as: 'birddog' }],
  'unknown secret of KV 1': ['GET', 'old/x', { as: 'wide' }],
  'unknown version': ['GET', `${MAIN}?version=9`, { as: 'birddog' }],
  'deleted secret': ['GET', 'secret/data/birddog/deleted', { as: 'birddog' }],
  'KV 2 without data/': ['GET', 'secret/birddog/main', { as: 'wide' }],
  'KV 1 with data/': ['GET', 'old/data/birddog/main', { as: 'wide' }],
  'unknown KV mount': ['GET', 'nowhere/data/x', { as: 'wide' }],
  'no policy': ['GET', 'secret/data/x', { as: 'birddog' }],
  'no policy for a write': ['POST', MAIN, { as: 'birddog', body: { data: {} } }],
  'no token': ['GET', MAIN],
  'unknown token': ['GET', MAIN, { token: 's.unknown' }],
  lookup: ['GET', 'auth/token/lookup-self', { as: 'birddog' }],
  'lookup without the default policy': ['GET', 'auth/token/lookup-self', { as: 'bare' }],
  renewal: ['POST', 'auth/token/renew-self', { as: 'birddog', body: {} }],
  'renewal beyond the maximum': [
    'POST',
    'auth/token/renew-self',
    { as: 'birddog', body: { increment: '90d' } },
  ],
  'renewal of a batch token': ['POST', 'auth/token/renew-self', { as: 'batch', body: {} }],
  'renewal without the default policy': ['POST', 'auth/token/renew-self', { as: 'bare', body: {} }],
  revocation: ['POST', 'auth/token/revoke-self', { as: 'birddog' }],
  'revocation of a batch token': ['POST', 'auth/token/revoke-self', { as: 'batch' }],
  'revocation without the default policy': ['POST', 'auth/token/revoke-self', { as: 'bare' }],
  health: ['GET', 'sys/health'],
  'seal status': ['GET', 'sys/seal-status'],
  'health in a namespace': ['GET', 'sys/health', { headers: { 'x-vault-namespace': 'unit' } }],
  'unknown namespace': [
    'POST',
    'auth/kubernetes/login',
    { body: { role: 'birddog', jwt: JWTS.good }, headers: { 'x-vault-namespace': 'nowhere' } },
  ],
};
const HEADERS = ['cache-control', 'content-type', 'strict-transport-security', 'x-vault-namespace'];
/** Fields whose values differ from one request to the next. */
const VOLATILE =
  /^(?:request_id|client_token|accessor|entity_id|id|service_account_uid|creation_time|created_time|deletion_time|expire_time|issue_time|ttl|lease_duration|server_time_utc|version|commit_date|cluster_name|cluster_id|replication_performance_mode)$/;

/** Replaces a volatile value by its type, and keeps whether it is empty. */
function stable(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => stable(item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stable(inner, key)]));
  if (VOLATILE.test(name)) return value === '' || value === 0 ? 'empty' : typeof value;
  return typeof value === 'string' ? value.replaceAll(/"\d+h(?:\d+m)?(?:\d+s)?"/g, '"time"') : value;
}

describe('the emulator of Vault', {
  skip: PROGRAM?.endsWith('vault') ? 'it emulates OpenBao' : NO_VAULT,
}, () => {
  let real: RealVault;
  const emulator = createVaultHandler({ seed: vaultSeed(SEED), now: Date.now });
  before(async () => {
    real = await startRealVault();
    await contain(real);
    emulator.control({
      method: 'DELETE',
      path: '/__control/secrets/secret/birddog/deleted',
      query: new URLSearchParams(),
      headers: {},
      body: '',
    });
  });
  after(() => real.stop());

  const emulated = (method: string, target: string, { token, headers = {}, body }: Sent = {}) => {
    const { pathname, searchParams } = new URL(target, 'http://vault/v1/');
    const answer = emulator.handle({
      method,
      path: pathname,
      query: searchParams,
      headers: { ...headers, ...(token === undefined ? {} : { 'x-vault-token': token }) },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    assert.ok(answer, `${method} ${target}`);
    const text = answer.body ?? '';
    const json = text === '' ? undefined : JSON.parse(text);
    return { status: answer.status, headers: new Headers(answer.headers), text, json };
  };

  for (const [what, [method, path, { as, ...sent } = {}]] of Object.entries(REQUESTS))
    it(`answers like a real OpenBao: ${what}`, async () => {
      const answers = [];
      for (const server of [real.request, emulated]) {
        const token = as && (await server(...login(as, JWTS.good))).json.auth.client_token;
        const { status, headers, text, json } = await server(method, path, {
          ...sent,
          ...(as ? { token } : {}),
        });
        const shown = HEADERS.map((name) => headers.get(name));
        answers.push({ status, headers: shown, endsLine: text.endsWith('\n'), json: stable(json) });
      }
      assert.deepEqual(answers[1], answers[0]);
    });

  it('answers like a real OpenBao: a token without uses left', async () => {
    const texts = [];
    for (const server of [real.request, emulated]) {
      const { client_token: token } = (await server(...login('twice', JWTS.good))).json.auth;
      const answers = [];
      for (let uses = 0; uses < 3; uses += 1) answers.push(await server('GET', MAIN, { token }));
      texts.push(answers.map(({ status, json }) => [status, json.errors]));
    }
    assert.deepEqual(texts[1], texts[0]);
  });
});

/** Writes the content of the seed into the server. */
async function contain({ root }: RealVault): Promise<void> {
  for (const [name, role] of Object.entries<Role>(vaultSeed(SEED).roles)) {
    const policy = role.read.map((path) => `path "${path}" { capabilities = ["read"] }`).join('\n');
    await root('POST', `sys/policies/acl/${name}`, { policy });
    await root('POST', `auth/kubernetes/role/${name}`, {
      bound_service_account_names: ROLE.names,
      bound_service_account_namespaces: ROLE.namespaces,
      audience: ROLE.audience,
      token_policies: [name],
      token_ttl: '1h',
      token_max_ttl: '24h',
      token_type: role.tokenType,
      token_num_uses: role.numUses,
      token_no_default_policy: !role.defaultPolicy,
    });
  }
  await root('POST', 'sys/mounts/old', { type: 'kv', options: { version: '1' } });
  for (const [path, data] of Object.entries(SEED.secrets)) {
    const [mount, ...rest] = path.split('/');
    if (mount === 'old') await root('POST', path, data);
    else await root('POST', `${mount}/data/${rest.join('/')}`, { data });
  }
  await root('DELETE', 'secret/data/birddog/deleted');
}
