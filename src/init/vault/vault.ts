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
}

export interface Vault {
  /** Logs in with the Kubernetes auth method. `jwt` is the service account token. */
  login(mount: string, role: string, jwt: Secret, deadline: Deadline): Promise<VaultToken>;
  /** Renews the token, at most until its max TTL. */
  renew(token: Secret, deadline: Deadline): Promise<VaultToken>;
  /** Reads the fields of a secret. */
  read(path: string, token: Secret, deadline: Deadline): Promise<JsonObject>;
  /** Revokes the token. */
  revoke(token: Secret, deadline: Deadline): Promise<void>;
}

interface VaultRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: Secret;
  readonly body?: JsonObject;
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

const TLS_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

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
      if (reply.status === 403) throw new VaultFailure(await whyDenied(send, token, deadline), address);
      if (reply.status === 404)
        throw new VaultFailure(
          isObject(reply.body) && isObject(reply.body['data']) ? 'secret_deleted' : 'secret_missing',
          address,
        );
      if (!succeeded(reply))
        throw new VaultFailure(
          await failureOfReply(send, reply, deadline, false),
          `${address}: ${reply.words}`,
        );
      return pairsOf(reply.body, version, address);
    },
    async revoke(token, deadline) {
      const reply = await send({ method: 'POST', path: '/v1/auth/token/revoke-self', token, deadline });
      if (!succeeded(reply))
        throw new VaultFailure(failureOf(reply.status, reply.words, false), `revoke-self: ${reply.words}`);
    },
  };
}

type SendToVault = (request: VaultRequest) => Promise<Reply>;

/** Parses the response of a login or renewal. The token format is not checked: OpenBao's differs from Vault's. */
function tokenOf(body: Json, gave: string): VaultToken {
  const auth = isObject(body) ? body['auth'] : undefined;
  const token = isObject(auth) ? auth['client_token'] : undefined;
  if (!isObject(auth) || typeof token !== 'string' || !TOKEN.test(token))
    throw new VaultFailure('nonsense', `${gave} returned no token`);
  const leaseSeconds = toNumber(auth['lease_duration'] ?? 0) ?? -1;
  if (!(leaseSeconds >= 0)) throw new VaultFailure('nonsense', `${gave} returned no lease duration`);
  return {
    secret: new Secret(token),
    lifeMs: Math.min(leaseSeconds, MAX_LEASE_SECONDS) * 1000,
    renewable: auth['renewable'] === true,
  };
}

/** Distinguishes an invalid token from a missing permission after a 403, by looking up the token. */
async function whyDenied(send: SendToVault, token: Secret, deadline: Deadline): Promise<VaultFailureName> {
  const reply = await send({ method: 'GET', path: '/v1/auth/token/lookup-self', token, deadline });
  if (reply.status === 403) return 'token_dead';
  return succeeded(reply) ? 'read_denied' : failureOf(reply.status, reply.words, false);
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
  const health = await send({ method: 'GET', path: '/v1/sys/health', deadline });
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
      url: new URL(request.path, address),
      headers: {
        // Vault Agent and Proxy can require this header, against forged requests.
        'x-vault-request': 'true',
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
        ...(request.token ? { 'x-vault-token': request.token.reveal() } : {}),
        ...(request.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(request.body ? { body: printJson(request.body) } : {}),
      deadline: request.deadline,
      maxBytes: 4 * 1024 * 1024,
    });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new VaultFailure(failureWithoutAnswer(error), `${address.origin}: ${error.message}`);
  }
  return replyOf(answer, address);
}

function failureWithoutAnswer({ reason, message }: OutboundError): VaultFailureName {
  if (reason === 'too_large') return 'nonsense';
  return TLS_CODES.test(message) ? 'not_trusted' : 'unreachable';
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
      `${address.origin} answered ${status} without JSON`,
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
