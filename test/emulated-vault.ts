import type { EmulatorResponse, EmulatorRequest } from '../emulators/server/emulator-exchange.ts';
import { createVaultHandler } from '../emulators/vault/vault-handler.ts';
import { vaultSeed, type VaultSeedInput } from '../emulators/vault/vault-seed.ts';
import type { Outbound } from '../src/runtime/outbound.ts';

/** Returns an answer in place of Vault's, or undefined to use Vault's. Throws the error of a failed connection. */
export type Interceptor = (request: EmulatorRequest) => EmulatorResponse | undefined;

/** The Vault emulator without a socket, on an injected clock. */
export interface EmulatedVault {
  readonly outbound: Outbound;
  /** The received requests as `METHOD path`. */
  readonly requests: string[];
  /** Intercepts requests until it is replaced. */
  intercept(interceptor: Interceptor | undefined): void;
  /** Calls a control route of the emulator, below `/__control/`. */
  control(method: string, path: string, body?: unknown): void;
}

export function emulatedVault(seed: VaultSeedInput, now: () => number): EmulatedVault {
  const vault = createVaultHandler({ seed: vaultSeed(seed), now });
  const requests: string[] = [];
  let interceptor: Interceptor | undefined;
  const request = (method: string, url: URL, headers: Readonly<Record<string, string>>, body: string) => ({
    method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
  });
  return {
    requests,
    intercept: (next) => (interceptor = next),
    control(method, path, body) {
      const url = new URL(`http://vault/__control/${path}`);
      vault.control(request(method, url, {}, body === undefined ? '' : JSON.stringify(body)));
    },
    outbound: {
      async send({ method, url, headers = {}, body = '' }) {
        const asking = request(method, url, headers, body.toString());
        requests.push(`${method} ${url.pathname}`);
        const answer = interceptor?.(asking) ?? vault.handle(asking) ?? { status: 501 };
        return {
          status: answer.status,
          headers: answer.headers ?? {},
          body: Buffer.from(answer.body ?? ''),
        };
      },
      close() {},
    },
  };
}
