import assert from 'node:assert/strict';
import { before } from 'node:test';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { manualClock } from './manual-clock.ts';
import { deadlineAfter } from '../src/domain/deadline.ts';
import { ProblemError } from '../src/domain/problem.ts';
import { Secret } from '../src/domain/secret.ts';
import { type Outbound, OutboundError } from '../src/runtime/outbound.ts';
import type { Log } from '../src/runtime/log.ts';
import { createIssuerKeys } from '../src/auth/issuer-keys.ts';
import { createOidc } from '../src/auth/oidc.ts';
import type { OidcSettings } from '../src/auth/settings.ts';

export const ISSUER = 'https://login.example.test/realm';
const SETTINGS: OidcSettings = {
  name: 'oidc',
  prefix: '',
  require: new Map(),
  groups: [],
  issuer: ISSUER,
  audience: ['birddog', 'birddog-cli'],
  jwksUrl: undefined,
  nameClaim: 'sub',
  groupsClaim: 'groups',
  skewMs: 30_000,
};
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
export const keys: Record<'rsa' | 'ec' | 'stranger' | 'next', Pair> = Object.create(null);
before(async () => {
  keys.rsa = await generateKeyPair('RS256', { extractable: true });
  keys.ec = await generateKeyPair('ES256', { extractable: true });
  keys.stranger = await generateKeyPair('RS256', { extractable: true });
  keys.next = await generateKeyPair('RS256', { extractable: true });
});
export const jwkOf = async (pair: Pair, kid: string): Promise<JWK> => ({
  ...(await exportJWK(pair.publicKey)),
  kid,
});

/** An issuer with configurable keys that can become unavailable. `asked` lists the requested addresses. */
export async function issuer(settings: Partial<OidcSettings> = {}) {
  const clock = manualClock();
  const asked: string[] = [];
  const lines: string[] = [];
  const note = (event: string, fields = {}) => lines.push(`${event} ${JSON.stringify(fields)}`);
  const log: Log = { info: note, warn: note, error: note };
  const state = {
    unavailable: false,
    issuer: ISSUER,
    jwks: `${ISSUER}/keys`,
    set: [await jwkOf(keys.rsa, 'one')],
  };
  const outbound: Outbound = {
    async send({ url }) {
      asked.push(url.pathname);
      if (state.unavailable) throw new OutboundError('connection', false);
      const found = url.pathname.endsWith('/keys')
        ? { keys: state.set }
        : { issuer: state.issuer, jwks_uri: state.jwks };
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(found)) };
    },
    close: () => {},
  };
  const all = { ...SETTINGS, ...settings };
  const source = createIssuerKeys(all, outbound, clock, log);
  const verify = createOidc(all, source, clock);
  const seconds = () => Math.floor(clock.now() / 1000);
  const claims = () => ({
    iss: ISSUER,
    aud: 'birddog',
    sub: 'zoë',
    groups: ['payments', 'ops'],
    exp: seconds() + 300,
  });
  return {
    clock,
    asked,
    lines,
    state,
    source,
    seconds,
    claims,
    verify: (token: string) => verify(new Secret(token), deadlineAfter(60_000, clock)),
    token: (more: object = {}, pair = keys.rsa, header = {}) =>
      new SignJWT({ ...claims(), ...more })
        .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
        .sign(pair.privateKey),
  };
}

export async function refusal(promise: Promise<unknown>): Promise<ProblemError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof ProblemError, String(error));
  return error;
}

export const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
