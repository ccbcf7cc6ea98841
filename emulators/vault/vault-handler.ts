import type { EmulatorResponse, EmulatorRequest } from '../server/emulator-server.ts';
import { KvStore } from './kv-store.ts';
import { login } from './login.ts';
import { TOKEN_ROUTES } from './token-self.ts';
import {
  bodyFields,
  denied,
  deniedByPolicy,
  failure,
  invalidToken,
  withServerHeaders,
} from './vault-answers.ts';
import { health, type Mode, modeNamed, outOfService, sealStatus } from './vault-mode.ts';
import type { VaultSeed } from './vault-seed.ts';
import { type Token, Tokens } from './vault-tokens.ts';

export interface VaultOptions {
  readonly seed: VaultSeed;
  readonly now: () => number;
}

/** Creates a Vault. `handle` returns undefined for a route that the emulator lacks. */
export function createVaultHandler({ seed, now }: VaultOptions) {
  const { product } = seed;
  const tokens = new Tokens(now, product);
  const secrets = new KvStore(seed.mounts, seed.secrets, now, product);
  const loginPath = `auth/${seed.authMount}/login`;
  let mode: Mode = 'active';

  function handle(request: EmulatorRequest): EmulatorResponse | undefined {
    if (!request.path.startsWith('/v1/')) return undefined;
    const namespace = request.headers['x-vault-namespace'] ?? '';
    const response = answer(request, request.path.slice('/v1/'.length), withoutOuterSlashes(namespace));
    return response && withServerHeaders(response, namespace);
  }

  function answer(request: EmulatorRequest, full: string, namespace: string): EmulatorResponse | undefined {
    const { method, headers, query, body } = request;
    if (full === 'sys/health')
      return namespace === ''
        ? health(mode, product, query, now())
        : failure(400, 'operation unavailable in namespaces');
    if (method === 'GET' && full === 'sys/seal-status') return sealStatus(mode, product);
    const unforwarded = headers['x-vault-no-request-forwarding'] === 'true';
    const unavailable = outOfService(mode, product, { method, path: full, unforwarded });
    if (unavailable) return unavailable;
    const closed = closedNamespace(namespace, seed);
    if (closed) return closed;
    const path = pathInNamespace(full, namespace, seed.namespace);
    if (path === undefined) return namespace === '' ? denied() : failure(404, 'namespace not found');
    if (!/^auth\/(?!token\/)/.test(path)) return withToken(request, path);
    if (path !== loginPath) return denied();
    return method === 'GET' ? failure(405, 'unsupported operation') : login(body, seed, tokens);
  }

  function withToken({ method, headers, query, body }: EmulatorRequest, path: string) {
    const id = tokenText(headers);
    const token = tokens.use(id);
    if (!token) return id === '' ? denied() : invalidToken(product);
    if (!mayAccess(token, method, path)) return deniedByPolicy();
    const selfRoute = TOKEN_ROUTES.get(`${method} ${path}`);
    if (selfRoute) return selfRoute(token, tokens, body);
    return method === 'GET' ? secrets.read(path, query.get('version')) : undefined;
  }

  /** Serves the control routes that startVaultEmulator documents. */
  function control({ method, path, query, body }: EmulatorRequest): EmulatorResponse | undefined {
    const fields = bodyFields(body);
    if (method === 'PUT' && path === '/__control/mode') {
      const requested = modeNamed(fields?.['mode']);
      if (!requested) return failure(400, `unknown mode: ${String(fields?.['mode'])}`);
      mode = requested;
      return { status: 204 };
    }
    if (method === 'DELETE' && path === '/__control/tokens') {
      tokens.revokeAll();
      return { status: 204 };
    }
    const [, upgraded] = /^\/__control\/upgraded\/(.+)$/.exec(path) ?? [];
    if (method === 'PUT' && upgraded !== undefined) {
      secrets.upgraded(upgraded);
      return { status: 204 };
    }
    const [, secret] = /^\/__control\/secrets\/(.+)$/.exec(path) ?? [];
    if (secret === undefined) return undefined;
    if (method === 'DELETE') secrets.remove(secret, query.get('destroy') === 'true');
    else if (method !== 'PUT') return undefined;
    else if (!fields) return failure(400, 'the body must be an object of strings');
    else {
      secrets.write(secret, Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, String(v)])));
    }
    return { status: 204 };
  }

  return { handle, control };
}

/** Returns whether the policies of a token allow a request. */
function mayAccess({ role }: Token, method: string, path: string): boolean {
  if (role.defaultPolicy && TOKEN_ROUTES.has(`${method} ${path}`)) return true;
  return (method === 'GET' ? role.read : role.update).some((pattern) => covers(pattern, path));
}

/** Returns the answer of a namespace that an operator locked or sealed. */
function closedNamespace(namespace: string, seed: VaultSeed): EmulatorResponse | undefined {
  if (seed.sealedNamespaces.includes(namespace)) return failure(503, 'namespace is sealed');
  if (!seed.lockedNamespaces.includes(namespace)) return undefined;
  return failure(
    503,
    `API access to this namespace has been locked by an administrator - "${namespace}/" must be unlocked to gain access.`,
  );
}

/** Returns the path within the namespace, which the header or the path names; undefined for another namespace. */
function pathInNamespace(path: string, header: string, namespace: string): string | undefined {
  const requested = withoutOuterSlashes(namespace);
  if (header === requested) return path;
  return header === '' && path.startsWith(`${requested}/`) ? path.slice(requested.length + 1) : undefined;
}

function withoutOuterSlashes(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '/') start += 1;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}

function tokenText(headers: Readonly<Record<string, string>>): string {
  const bearer = /^Bearer (.+)$/i.exec(headers['authorization'] ?? '');
  return headers['x-vault-token'] ?? bearer?.[1] ?? '';
}

function covers(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
