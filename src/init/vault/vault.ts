import type { Deadline } from '../../domain/deadline.ts';
import { isObject, type Json, type JsonObject, printJson, toNumber } from '../../domain/json.ts';
import { Secret } from '../../domain/secret.ts';
import { type Outbound, type OutboundAnswer, OutboundError } from '../../runtime/outbound.ts';
import { readUpstreamJson } from '../../runtime/upstream-json.ts';
import { failureOf, VaultFailure, type VaultFailureName } from './failures.ts';

export interface VaultOptions {
  readonly address: URL;
  readonly outbound: Outbound;
  /** Vault Enterprise, HCP and OpenBao have namespaces. */
  readonly namespace?: string;
  readonly kv: { readonly mount: string; readonly version: 1 | 2 };
}

/** A Vault token in any format. */
export interface VaultToken {
  readonly secret: Secret;
  /** Remaining lifetime (ms); 0 if it does not expire. */
  readonly lifeMs: number;
  readonly renewable: boolean;
  /** False for a batch token, which only expires. */
  readonly revocable: boolean;
  /** Whether the role limits the number of requests for which the token is valid. */
  readonly limitedUses: boolean;
}

export interface Vault {
  /** Logs in with the Kubernetes auth method. `jwt` is the service account token. */
  login(mount: string, role: string, jwt: Secret, deadline: Deadline): Promise<VaultToken>;
  /** Renews the token, at most until its max TTL. */
  renew(token: VaultToken, deadline: Deadline): Promise<VaultToken>;
  /** Reads the fields of a secret. */
  read(path: string, token: VaultToken, deadline: Deadline): Promise<JsonObject>;
  /** Revokes the token. Returns why it remains valid; undefined if it is invalid now. */
  revoke(token: VaultToken, deadline: Deadline): Promise<string | undefined>;
}

interface VaultRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: VaultToken;
  readonly body?: JsonObject;
  /** True for a path that exists only in the root namespace. */
  readonly root?: true;
  readonly deadline: Deadline;
}

interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly words: string;
}

/** Ten years: longer than any real lease, and small enough for date arithmetic. */
const MAX_LEASE_SECONDS = 315_360_000;
/** Characters that are valid in a header. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;
/** A secret has only a few fields. */
const LIMITS = { values: 100_000, depth: 64 };
const MAX_WORDS = 1000;

/** What the error code of a connection says about Vault's certificate. The first matching row decides. */
const TLS_CODES: readonly [code: RegExp, failure: VaultFailureName][] = [
  [/ALTNAME/, 'wrong_host_name'],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, 'certificate_expired'],
  // The alert of a server that requires a client certificate: TLS 1.3 and 1.2.
  [/ALERT_CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE/, 'client_certificate_required'],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/, 'not_trusted'],
];

/** Creates a client of the HTTP API of Vault or OpenBao. Every method throws VaultFailure. */
export function createVault(options: VaultOptions): Vault {
  const send = (request: VaultRequest) => exchange(options, request);
  return {
    async login(mount, role, jwt, deadline) {
      const body = { role, jwt: jwt.reveal() };
      const reply = await send({ method: 'POST', path: `/v1/auth/${mount}/login`, body, deadline });
      if (!succeeded(reply))
        throw new VaultFailure(
          await failureOfReply(send, reply, deadline, true),
          `login as "${role}" at ${mount}: ${reply.words}`,
        );
      return tokenOf(reply.body, 'the login');
    },
    async renew(token, deadline) {
      const reply = await send({
        method: 'POST',
        path: '/v1/auth/token/renew-self',
        token,
        body: {},
        deadline,
      });
      if (reply.status === 403) throw new VaultFailure('token_dead', `renew-self: ${reply.words}`);
      if (!succeeded(reply))
        throw new VaultFailure(
          await failureOfReply(send, reply, deadline, false),
          `renew-self: ${reply.words}`,
        );
      return tokenOf(reply.body, 'the renewal');
    },
    async read(path, token, deadline) {
      const { mount, version } = options.kv;
      const address = version === 2 ? `${mount}/data/${path}` : `${mount}/${path}`;
      const reply = await send({ method: 'GET', path: `/v1/${address}`, token, deadline });
      if (reply.status === 403)
        throw new VaultFailure(await whyDenied(send, reply, token, deadline), address);
      if (reply.status === 404) throw new VaultFailure(whyMissing(reply), address);
      if (!succeeded(reply))
        throw new VaultFailure(
          await failureOfReply(send, reply, deadline, false),
          `${address}: ${reply.words}`,
        );
      return pairsOf(reply.body, version, address);
    },
    async revoke(token, deadline) {
      const reply = await send({ method: 'POST', path: '/v1/auth/token/revoke-self', token, deadline });
      if (deniedByPolicy(reply)) return "the role's policy does not allow auth/token/revoke-self";
      return succeeded(reply) || reply.status === 403 ? undefined : reply.words;
    },
  };
}

type SendToVault = (request: VaultRequest) => Promise<Reply>;

/** Parses the response of a login or renewal. The token format is not checked: OpenBao's differs from Vault's. */
function tokenOf(body: Json, gave: string): VaultToken {
  const auth = isObject(body) ? body['auth'] : undefined;
  const token = isObject(auth) ? auth['client_token'] : undefined;
  if (isObject(auth) && isObject(auth['mfa_requirement']))
    throw new VaultFailure('mfa_required', `${gave} returned an MFA request instead of a token`);
  if (!isObject(auth) || typeof token !== 'string' || !TOKEN.test(token))
    throw new VaultFailure('nonsense', `${gave} returned no token`);
  const leaseSeconds = toNumber(auth['lease_duration'] ?? 0) ?? -1;
  if (!(leaseSeconds >= 0)) throw new VaultFailure('nonsense', `${gave} returned no lease duration`);
  return {
    secret: new Secret(token),
    lifeMs: Math.min(leaseSeconds, MAX_LEASE_SECONDS) * 1000,
    renewable: auth['renewable'] === true,
    revocable: auth['token_type'] !== 'batch',
    limitedUses: (toNumber(auth['num_uses'] ?? 0) ?? 0) > 0,
  };
}

/** Distinguishes an invalid token from a missing permission after a 403: by Vault's words, or by looking up the token. */
async function whyDenied(
  send: SendToVault,
  denial: Reply,
  token: VaultToken,
  deadline: Deadline,
): Promise<VaultFailureName> {
  if (deniedByPolicy(denial)) return 'read_denied';
  const reply = await send({ method: 'GET', path: '/v1/auth/token/lookup-self', token, deadline });
  if (succeeded(reply) || deniedByPolicy(reply)) return 'read_denied';
  if (reply.status === 403) return token.limitedUses ? 'token_uses' : 'token_dead';
  return failureOf(reply.status, reply.words, false);
}

/** Returns whether the token is valid and its policies do not allow the request. An invalid token has no such words. */
function deniedByPolicy({ status, words }: Reply): boolean {
  return status === 403 && words.startsWith('1 error occurred') && !words.includes('invalid token');
}

/** Distinguishes the reasons for which a secret is not found. */
function whyMissing({ status, words, body }: Reply): VaultFailureName {
  const failure = failureOf(status, words, false);
  if (failure !== 'nonsense') return failure;
  if (!isObject(body)) return 'secret_missing';
  if (isObject(body['data'])) return 'secret_deleted';
  const warnings = Array.isArray(body['warnings']) ? body['warnings'] : [];
  const readsTwoAsOne = warnings.some((text) => typeof text === 'string' && text.includes('versioned K/V'));
  return readsTwoAsOne ? 'wrong_shape' : 'secret_missing';
}

/** Distinguishes an uninitialised Vault, which reports itself as sealed to every request except health, from a sealed one. */
async function failureOfReply(
  send: SendToVault,
  { status, words }: Reply,
  deadline: Deadline,
  login: boolean,
): Promise<VaultFailureName> {
  const failure = failureOf(status, words, login);
  if (failure !== 'sealed') return failure;
  const health = await send({ method: 'GET', path: '/v1/sys/health', root: true, deadline });
  return health.status === 501 ? 'not_initialised' : failure;
}

/** Returns whether the request succeeded. Redirects are not followed, so they are failures. */
function succeeded({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}

async function exchange(
  { address, outbound, namespace }: VaultOptions,
  request: VaultRequest,
): Promise<Reply> {
  let answer: OutboundAnswer;
  try {
    answer = await outbound.send({
      method: request.method,
      url: new URL(`${shown(address)}${request.path}`),
      headers: {
        // Vault Agent and Proxy can require this header, against forged requests.
        'x-vault-request': 'true',
        ...(namespace === undefined || request.root ? {} : { 'x-vault-namespace': namespace }),
        ...(request.token ? { 'x-vault-token': request.token.secret.reveal() } : {}),
        ...(request.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(request.body ? { body: printJson(request.body) } : {}),
      deadline: request.deadline,
      maxBytes: 4 * 1024 * 1024,
    });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new VaultFailure(failureWithoutAnswer(error), `${shown(address)}: ${error.message}`);
  }
  return replyOf(answer, address);
}

function failureWithoutAnswer({ reason, message }: OutboundError): VaultFailureName {
  if (reason === 'too_large') return 'nonsense';
  return TLS_CODES.find(([code]) => code.test(message))?.[1] ?? 'unreachable';
}

/** Returns the address without a final slash. A reverse proxy can serve Vault below a path. */
function shown({ origin, pathname }: URL): string {
  return origin + (pathname.endsWith('/') ? pathname.slice(0, -1) : pathname);
}

function replyOf({ status, body }: OutboundAnswer, address: URL): Reply {
  if (body.length === 0) return { status, body: null, words: `status ${status}` };
  try {
    const parsed = readUpstreamJson(body, LIMITS);
    const listed = isObject(parsed) && Array.isArray(parsed['errors']) ? parsed['errors'] : [];
    const errors = listed.filter((words) => typeof words === 'string');
    return {
      status,
      body: parsed,
      words: plainWords(errors.join('; ')) || `status ${status}`,
    };
  } catch {
    // A load balancer in front of Vault answers with HTML when Vault is unavailable.
    throw new VaultFailure(
      status >= 500 ? 'failed' : 'nonsense',
      `${shown(address)} answered ${status} without JSON`,
    );
  }
}

/** Returns Vault's error text as one line of printable characters, for logs and terminals. */
function plainWords(text: string): string {
  return text
    .slice(0, MAX_WORDS)
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim();
}

/** Returns the fields of a secret. KV 2 wraps them in `data`, beside `metadata`. */
function pairsOf(body: Json, version: 1 | 2, address: string): JsonObject {
  const data = isObject(body) ? body['data'] : undefined;
  if (!isObject(data)) throw new VaultFailure('wrong_shape', address);
  const inner = data['data'];
  const looksLikeTwo = isObject(inner) && isObject(data['metadata']);
  if (looksLikeTwo !== (version === 2)) throw new VaultFailure('wrong_shape', address);
  return version === 2 && isObject(inner) ? inner : data;
}
