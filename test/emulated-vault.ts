import type { EmulatorResponse, EmulatorRequest } from '../emulators/server/emulator-exchange.ts';
import { createVaultHandler } from '../emulators/vault/vault-handler.ts';
import { vaultSeed, type VaultSeedInput } from '../emulators/vault/vault-seed.ts';
import type { Outbound } from '../src/runtime/outbound.ts';

/** Answers in Vault's place where it gives an answer; throws what a connection that fails throws. */
export type Instead = (request: EmulatorRequest) => EmulatorResponse | undefined;

/** The emulator of Vault without a socket, on a clock that is handed in. */
export interface EmulatedVault {
  readonly outbound: Outbound;
  /** What was asked, as `METHOD path`. */
  readonly asked: string[];
  /** Stands between Vault and who asks it, until told otherwise. */
  stand(instead: Instead | undefined): void;
  /** One of the emulator's control routes, below `/__control/`. */
  control(method: string, path: string, body?: unknown): void;
}

export function emulatedVault(seed: VaultSeedInput, now: () => number): EmulatedVault {
  const vault = createVaultHandler({ seed: vaultSeed(seed), now });
  const asked: string[] = [];
  let instead: Instead | undefined;
  const request = (method: string, url: URL, headers: Readonly<Record<string, string>>, body: string) => ({
    method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
  });
  return {
    asked,
    stand: (next) => (instead = next),
    control(method, path, body) {
      const url = new URL(`http://vault/__control/${path}`);
      vault.control(request(method, url, {}, body === undefined ? '' : JSON.stringify(body)));
    },
    outbound: {
      async send({ method, url, headers = {}, body = '' }) {
        const asking = request(method, url, headers, body.toString());
        asked.push(`${method} ${url.pathname}`);
        const answer = instead?.(asking) ?? vault.handle(asking) ?? { status: 501 };
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
