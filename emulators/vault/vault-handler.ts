import type { EmulatorResponse, EmulatorRequest } from '../server/emulator-server.ts';
import { kubernetesLogin } from './kubernetes-login.ts';
import { KvStore } from './kv-store.ts';
import { TOKEN_ROUTES } from './token-self.ts';
import { bodyMembers, denied, failure, type Spelling } from './vault-answers.ts';
import { health, type Mode, modeNamed, outOfService } from './vault-mode.ts';
import type { VaultSeed } from './vault-seed.ts';
import { Tokens } from './vault-tokens.ts';

export interface VaultOptions {
  readonly seed: VaultSeed;
  readonly now: () => number;
  /** One spelling for every "permission denied"; by default each case has that of a current Vault. */
  readonly spelling?: Spelling;
}

/** Answers as a Vault does; undefined for a route that this emulator lacks. */
export function createVaultHandler({ seed, now, spelling }: VaultOptions) {
  const tokens = new Tokens(now);
  const secrets = new KvStore(seed.mounts, seed.secrets, now);
  const login = `auth/${seed.authMount}/login`;
  let mode: Mode = 'active';

  function handle(request: EmulatorRequest): EmulatorResponse | undefined {
    if (!request.path.startsWith('/v1/')) return undefined;
    const full = request.path.slice('/v1/'.length);
    if (full === 'sys/health') return health(mode, request.query, now());
    const closed = outOfService(mode, full);
    if (closed) return closed;
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
    const given = tokenText(request.headers);
    const token = tokens.find(given);
    if (!token) return denied(spelling ?? (given === '' ? 'plain' : 'two'));
    const self = TOKEN_ROUTES[`${request.method} ${path}`];
    if (self) return self(token, tokens, request.body);
    if (request.method !== 'GET' || /^(?:auth|sys)\//.test(path)) return undefined;
    if (!token.role.read.some((pattern) => covers(pattern, path))) return denied(spelling ?? 'one');
    return secrets.read(path, request.query.get('version'));
  }

  /** `PUT /__control/mode {"mode"}`; `DELETE /__control/tokens`; `PUT` and `DELETE /__control/secrets/<mount>/<path>[?destroy=true]`. */
  function control({ method, path, query, body }: EmulatorRequest): EmulatorResponse | undefined {
    const members = bodyMembers(body);
    if (method === 'PUT' && path === '/__control/mode') {
      const wanted = modeNamed(members?.['mode']);
      if (!wanted) return failure(400, `no such mode: ${String(members?.['mode'])}`);
      mode = wanted;
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
    else if (!members) return failure(400, 'the body must be an object of texts');
    else {
      secrets.write(secret, Object.fromEntries(Object.entries(members).map(([k, v]) => [k, String(v)])));
    }
    return { status: 204 };
  }

  return { handle, control };
}

/** A namespace may stand in the header or before the path. Undefined where the request is for another one. */
function pathInNamespace(path: string, header: string, namespace: string): string | undefined {
  const wanted = withoutOuterSlashes(namespace);
  if (withoutOuterSlashes(header) === wanted) return path;
  return header === '' && path.startsWith(`${wanted}/`) ? path.slice(wanted.length + 1) : undefined;
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
