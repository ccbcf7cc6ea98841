import { createVaultHandler } from './vault-handler.ts';
import { sandboxSeed, vaultSeed, type VaultSeedInput } from './vault-seed.ts';

export const LOGIN = '/v1/auth/kubernetes/login';
export const MAIN = '/v1/secret/data/birddog/main';
export const DENIED = 'permission denied';
export const DENIED_BY_POLICY = '1 error occurred:\n\t* permission denied\n\n';
/** The headers of every response. */
export const HEADERS = {
  'cache-control': 'no-store',
  'content-type': 'application/json',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};

export interface Sent {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly raw?: string;
}

/** Creates an emulated Vault without a socket, on a clock that the test advances. */
export function vault(seed: Partial<VaultSeedInput> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1) };
  const handler = createVaultHandler({
    seed: vaultSeed({ ...sandboxSeed(), ...seed }),
    now: () => clock.now,
  });
  const sender =
    (route: 'handle' | 'control') =>
    (method: string, target: string, sent: Sent = {}) => {
      const url = new URL(target, 'http://vault');
      const headers = { ...sent.headers, ...(sent.token ? { 'x-vault-token': sent.token } : {}) };
      const body = sent.raw ?? (sent.body === undefined ? '' : JSON.stringify(sent.body));
      const response = handler[route]({ method, path: url.pathname, query: url.searchParams, headers, body });
      const json = response?.body === undefined ? undefined : JSON.parse(response.body);
      return { status: response?.status, json, headers: response?.headers, body: response?.body };
    };
  const send = sender('handle');
  const login = (role = 'birddog', jwt = 'sandbox-jwt') => send('POST', LOGIN, { body: { role, jwt } });
  return {
    clock,
    send,
    control: sender('control'),
    login,
    token: (): string => login().json.auth.client_token,
  };
}

export const account = { name: 'birddog', namespace: 'birddog', audience: 'vault' };
export const role = {
  names: ['birddog'],
  namespaces: ['birddog'],
  audience: 'vault',
  read: ['secret/data/*'],
};
