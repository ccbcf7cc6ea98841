import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { sandboxSeed } from '../../emulators/vault/vault-seed.ts';
import { emulatedVault, type Interceptor } from '../../test/emulated-vault.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { attemptHandshake } from '../../test/shake-hands.ts';
import { Secret } from '../domain/secret.ts';
import { OutboundError } from '../runtime/outbound.ts';
import { certificatesIn } from '../runtime/certificate-files.ts';
import { createLog } from '../runtime/log.ts';
import { VAULT_FAILURES, type VaultFailureName } from './vault/failures.ts';
import { createVault } from './vault/vault.ts';
import { type Certificates, mintCertificates, type MintOptions } from './certificates.ts';
import { CONTAINERS } from './container-keys.ts';
import {
  filesOf,
  newCertificates,
  type ContainerCertificates,
  certificatesAmong,
} from './certificate-sets.ts';
import { createKeyWatch } from './key-watch.ts';
import { createVaultSession } from './vault/vault-session.ts';
import { createWatch, type Watch } from './watch.ts';
import { readSet, writeSet } from './write-set.ts';

const HOUR = 60 * 60 * 1000;
const WEEK = 7 * 24 * HOUR;
const STEP = 60_000;
/** Maximum delay of a reader: slightly less than one step. */
const LAG = STEP - 1;
const INTERVAL = 10 * 60_000;
const RENEW = 16 * HOUR;
/** Each failure has a round, which ends while it lasts. The length of a round is no multiple of a certificate's life. */
const ROUND = 8.5 * HOUR;
const INCIDENT = 2 * HOUR;

const folder = mkdtempSync(join(tmpdir(), 'week-'));
after(() => rmSync(folder, { recursive: true }));
const folders = { main: join(folder, 'main'), sidecar: join(folder, 'sidecar') };
const tokenFile = join(folder, 'token');
const clock = manualClock(Date.UTC(2026, 10, 24));
const written: string[] = [];
const log = createLog('init', (line) => written.push(line), clock.now);

const sandbox = sandboxSeed();
const account = { name: 'birddog', namespace: 'birddog', audience: 'vault' };
const vault = emulatedVault(
  {
    ...sandbox,
    roles: {
      birddog: {
        names: ['birddog'],
        namespaces: ['birddog'],
        audience: 'vault',
        read: ['secret/data/birddog/*'],
        // Tokens can be renewed for twelve hours. Then a login is required.
        ttl: 3600,
        maxTtl: 12 * 3600,
      },
    },
    serviceAccounts: {
      ...sandbox.serviceAccounts,
      'of-another': { ...account, name: 'another' },
      elsewhere: { ...account, namespace: 'elsewhere' },
      aloof: { ...account, audience: 'another' },
      expired: { ...account, fault: 'expired' },
      unknown: { ...account, fault: 'not_reviewed' },
    },
  },
  clock.now,
);

/** Certificates on the manual clock, each with a twin on the real clock for handshakes, because TLS uses the system clock. */
const twins = new Map<string, string>();
async function mint(options: MintOptions): Promise<Certificates> {
  const minted = await mintCertificates(options);
  const twin = await mintCertificates({ ...options, now: new Date() });
  twins.set(minted.ca, twin.ca);
  for (const side of ['server', 'client'] as const) {
    twins.set(minted[side].cert, twin[side].cert);
    twins.set(minted[side].key, twin[side].key);
  }
  return minted;
}
const twin = (pem: string) => twins.get(pem) ?? '';
const twinOf = ({ ca, cert, key }: ContainerCertificates): ContainerCertificates => ({
  ca: certificatesIn(ca).map(twin).join(''),
  cert: twin(cert),
  key: twin(key),
});

/** Creates a watch as `birddog init --watch` does, from the files on disk. */
async function startedWatch(): Promise<Watch> {
  const connection = { address: new URL('http://127.0.0.1:8200'), outbound: vault.outbound };
  const client = createVault({ ...connection, kv: { mount: 'secret', version: 2 } });
  const login = { authMount: 'kubernetes', role: 'birddog', tokenFile };
  const session = createVaultSession({ vault: client, ...login, clock, log });
  const options = {
    vault: client,
    session,
    paths: { main: 'birddog/main', sidecar: 'birddog/sidecar' },
    intervalMs: INTERVAL,
    clock,
    log,
    random: () => 0,
    rereadAuthority: () => {},
    stopping: new AbortController().signal,
  };
  const keyWatch = (onDisk: Parameters<typeof createKeyWatch>[0]['onDisk']) =>
    createKeyWatch({ ...options, onDisk });
  return createWatch({ folders, keyWatch, mint, renewMs: RENEW, stepMs: STEP, clock, log });
}

const answers = (path: RegExp, status: number, body: unknown): Interceptor => {
  const answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  return (request) => (path.test(request.path) ? answer : undefined);
};
const says = (path: RegExp, status: number, ...errors: string[]) => answers(path, status, { errors });
const LOGIN = /auth\/kubernetes\/login$/;
const DATA = /\/data\/birddog\//;

const stand = (instead: Interceptor) => () => vault.intercept(instead);
const cut = (code: string) =>
  stand(() => {
    throw new OutboundError('connection', false, Object.assign(new Error(code), { code }));
  });
const mode = (name: string) => () => vault.control('PUT', 'mode', { mode: name });
/** Also revokes the current token, so that a login is required. */
const atLogin = (spoil: () => void) => () => {
  spoil();
  vault.control('DELETE', 'tokens');
};
const asAccount = (jwt: string) => atLogin(() => writeFileSync(tokenFile, jwt));

/** Causes each failure of Vault with Vault's answers. */
const FAILURES: Readonly<Record<VaultFailureName, () => void>> = {
  unreachable: cut('ECONNREFUSED'),
  not_trusted: cut('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  sealed: mode('sealed'),
  standby: mode('standby_redirecting'),
  not_initialised: mode('uninitialised'),
  no_token_file: atLogin(() => rmSync(tokenFile)),
  unknown_role: atLogin(stand(says(LOGIN, 400, 'invalid role name "birddog"'))),
  account_not_bound: asAccount('of-another'),
  namespace_not_bound: asAccount('elsewhere'),
  wrong_audience: asAccount('aloof'),
  wrong_host_name: cut('ERR_TLS_CERT_ALTNAME_INVALID'),
  certificate_expired: cut('CERT_HAS_EXPIRED'),
  client_certificate_required: cut('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
  login_denied: asAccount('unknown'),
  unknown_namespace: stand(says(/./, 404, 'namespace not found')),
  mfa_required: atLogin(
    stand(answers(LOGIN, 200, { auth: { client_token: '', mfa_requirement: { mfa_request_id: 'x' } } })),
  ),
  invalid_account_token: asAccount('expired'),
  auth_not_set_up: atLogin(stand(says(LOGIN, 500, 'could not load backend configuration'))),
  read_denied: stand(says(DATA, 403, '1 error occurred:\n\t* permission denied\n\n')),
  token_dead: stand(
    says(/data|lookup-self/, 403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'),
  ),
  secret_missing: stand(says(/sidecar$/, 404)),
  secret_deleted: () => vault.control('DELETE', 'secrets/secret/birddog/sidecar'),
  field_missing: () => vault.control('PUT', 'secrets/secret/birddog/main', { 'datadog-api-key': 'alone' }),
  token_uses: atLogin(
    stand((request) => {
      const auth = { client_token: 't', lease_duration: 60, num_uses: 1 };
      const answer = LOGIN.test(request.path)
        ? answers(LOGIN, 200, { auth })
        : says(/./, 403, 'permission denied');
      return answer(request);
    }),
  ),
  wrong_shape: stand(answers(DATA, 200, { data: { 'datadog-api-key': 'a', 'datadog-app-key': 'b' } })),
  rate_limited: mode('over_quota'),
  failed: stand(says(/./, 500, 'internal error')),
  nonsense: stand(answers(/./, 200, '<html>please log in</html>')),
};

/** Ends the failure and writes new keys. */
function heal(round: number): void {
  vault.intercept(undefined);
  mode('active')();
  writeFileSync(tokenFile, 'sandbox-jwt');
  for (const container of CONTAINERS) {
    const keys = { 'datadog-api-key': `api-${round}`, 'datadog-app-key': `app-${round}` };
    vault.control('PUT', `secrets/secret/birddog/${container}`, keys);
  }
}

const keyOnDisk = (container: 'main' | 'sidecar') =>
  readSet(folders[container]).files.get('datadog-api-key')?.reveal();

/** Returns the certificates that both processes may use: the newest on disk, and those replaced within the delay of a reader. */
const inUse = { main: new Map<string, Used>(), sidecar: new Map<string, Used>() };
interface Used {
  readonly side: ContainerCertificates;
  until: number;
}
const PUBLISHED = 'certificates published';
let handshakes = 0;
let lookedAt = '';

/** Records the certificates on disk. Asserts for new ones that both sides can connect with any certificates in use. */
async function lookAtDisk(): Promise<void> {
  const now = clock.now();
  const sets = CONTAINERS.map((container) => readlinkSync(join(folders[container], 'current'))).join();
  if (sets === lookedAt) return;
  lookedAt = sets;
  let isNew = false;
  for (const container of CONTAINERS) {
    const side = certificatesAmong(readSet(folders[container]).files);
    assert.ok(side);
    const used = inUse[container];
    for (const [text, { until }] of used) if (until < now - LAG) used.delete(text);
    const text = JSON.stringify(side);
    if (used.has(text)) continue;
    isNew = true;
    for (const before of used.values()) before.until = Math.min(before.until, now);
    used.set(text, { side, until: Infinity });
  }
  if (!isNew) return;
  for (const server of inUse.sidecar.values()) {
    for (const client of inUse.main.values()) {
      for (const { side } of [server, client]) {
        const { validFromDate, validToDate } = new X509Certificate(side.cert);
        assert.ok(validFromDate.getTime() <= now && now + LAG < validToDate.getTime());
      }
      assert.ok(
        await attemptHandshake(twinOf(server.side), twinOf(client.side)),
        `no handshake at ${new Date(now).toISOString()}`,
      );
      handshakes += 1;
    }
  }
}

it('during a week of Vault failures both sides can always connect and have valid keys', async () => {
  const begin = clock.now();
  heal(0);
  // The run-once init leaves certificates that are valid for a year.
  await initialSets();
  await lookAtDisk();
  let watch = await startedWatch();
  const until = async (end: number) => {
    while (clock.now() < end) {
      const lines = written.length;
      const next = await watch.runDue();
      await lookAtDisk();
      const announced = written.slice(lines).some((line) => line.includes('certificates announced'));
      // Sometimes the container is killed before it publishes new certificates.
      if (announced && (steps += 1) % 3 === 0) watch = await startedWatch();
      else clock.advance(Math.max(1, Math.min(next, end) - clock.now()));
    }
  };
  let [steps, publishedInNeed] = [0, 0];
  for (const [index, [name, spoil]] of Object.entries(FAILURES).entries()) {
    const round = begin + index * ROUND;
    await until(round + ROUND - INCIDENT);
    assert.equal(watch.keyWatch?.failing(), undefined);
    const lines = written.length;
    spoil();
    await until(round + ROUND);
    const sentence = VAULT_FAILURES[name as VaultFailureName].says;
    const said = written.slice(lines);
    const failures = said.filter((line) => line.includes(`"failure":"${name}","reason":"${sentence}`)).length;
    assert.ok(failures >= 10 && failures <= INCIDENT / 60_000 + 20, `${name}: ${failures} times`);
    assert.ok((watch.keyWatch?.failures().get(name) ?? 0) > 0);
    assert.ok(watch.keyWatch?.failing()?.startsWith(sentence), watch.keyWatch?.failing());
    assert.deepEqual(
      CONTAINERS.map(keyOnDisk),
      [`api-${index}`, `api-${index}`],
      'the keys of before are kept',
    );
    heal(index + 1);
    publishedInNeed += said.filter((line) => line.includes(PUBLISHED)).length;
    await until(clock.now() + 2 * 60_000);
    assert.deepEqual(CONTAINERS.map(keyOnDisk), [`api-${index + 1}`, `api-${index + 1}`]);
  }
  assert.ok(clock.now() - begin >= WEEK);
  const count = (words: string) => written.filter((line) => line.includes(words)).length;
  assert.ok(count(PUBLISHED) >= WEEK / RENEW - 1, String(count(PUBLISHED)));
  assert.ok(publishedInNeed >= 2, 'certificates need no Vault');
  assert.equal(count('certificates replaced'), 0);
  assert.ok(handshakes > 60);
  const asked = (path: RegExp) => vault.requests.filter((line) => path.test(line)).length;
  assert.ok(asked(/renew-self/) > 50);
});

async function initialSets(): Promise<void> {
  const upstream = newCertificates(await mint({ now: new Date(clock.now()), days: 365 }));
  for (const container of CONTAINERS) {
    const keys = ['api', 'app'].map((word) => [`datadog-${word}-key`, new Secret(`${word}-0`)] as const);
    await writeSet(folders[container], new Map([...keys, ...filesOf(upstream[container])]), clock.now());
  }
}

after(() => {
  assert.doesNotMatch(
    written.join(''),
    /api-\d|app-\d|sandbox-|hv[sb]\.|PRIVATE KEY/,
    'a secret was written',
  );
});
