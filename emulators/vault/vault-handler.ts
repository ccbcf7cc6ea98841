import type { EmulatorResponse, EmulatorRequest } from '../server/emulator-server.ts';
import { kubernetesLogin } from './kubernetes-login.ts';
import { KvStore } from './kv-store.ts';
import { TOKEN_ROUTES } from './token-self.ts';
import { bodyFields, denied, failure, type Spelling } from './vault-answers.ts';
import { health, type Mode, modeNamed, outOfService } from './vault-mode.ts';
import type { VaultSeed } from './vault-seed.ts';
import { Tokens } from './vault-tokens.ts';

export interface VaultOptions {
  readonly seed: VaultSeed;
  readonly now: () => number;
  /** The form of every "permission denied"; by default each case has the form of a current Vault. */
  readonly spelling?: Spelling;
}

/** Creates a Vault. `handle` returns undefined for a route that the emulator lacks. */
export function createVaultHandler({ seed, now, spelling }: VaultOptions) {
  const tokens = new Tokens(now);
  const secrets = new KvStore(seed.mounts, seed.secrets, now);
  const login = `auth/${seed.authMount}/login`;
  let mode: Mode = 'active';

  function handle(request: EmulatorRequest): EmulatorResponse | undefined {
    if (!request.path.startsWith('/v1/')) return undefined;
    const full = request.path.slice('/v1/'.length);
    if (full === 'sys/health') return health(mode, request.query, now());
    const unavailable = outOfService(mode, full);
    if (unavailable) return unavailable;
    const path = pathInNamespace(full, request.headers['x-vault-namespace'] ?? '', seed.namespace);
    if (path === undefined) return denied(spelling ?? 'plain');
    if (/^auth\/(?!token\/)/.test(path)) {
      if (path !== login) return denied(spelling ?? 'plain');
      return request.method === 'GET'
        ? failure(405, 'unsupported operation')
        : kubernetesLogin(request.body, seed, tokens);
    }
    return withToken(request, path);
  }

  function withToken(request: EmulatorRequest, path: string): EmulatorResponse | undefined {
    const tokenId = tokenText(request.headers);
    const token = tokens.find(tokenId);
    if (!token) return denied(spelling ?? (tokenId === '' ? 'plain' : 'two'));
    const selfRoute = TOKEN_ROUTES.get(`${request.method} ${path}`);
    if (selfRoute) return selfRoute(token, tokens, request.body);
    if (request.method !== 'GET' || /^(?:auth|sys)\//.test(path)) return undefined;
    if (!token.role.read.some((pattern) => covers(pattern, path))) return denied(spelling ?? 'one');
    return secrets.read(path, request.query.get('version'));
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

/** Returns the path within the namespace, which the header or the path names; undefined for another namespace. */
function pathInNamespace(path: string, header: string, namespace: string): string | undefined {
  const requested = withoutOuterSlashes(namespace);
  if (withoutOuterSlashes(header) === requested) return path;
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
