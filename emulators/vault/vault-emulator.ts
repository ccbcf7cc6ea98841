import { startEmulatorServer } from '../server/emulator-server.ts';
import type { Spelling } from './vault-answers.ts';
import { createVaultHandler } from './vault-handler.ts';
import { sandboxSeed, vaultSeed, type VaultSeedInput } from './vault-seed.ts';

export interface VaultEmulatorOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly seed?: VaultSeedInput;
  /** One spelling for every "permission denied"; by default each case has that of a current Vault. */
  readonly spelling?: Spelling;
  readonly control?: boolean;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * Starts a Vault on loopback: Kubernetes login, KV 1 and 2 reads, the token's own routes, health. With `control`:
 * `PUT /__control/mode {"mode": "sealed"}` (also active, standby, standby_redirecting, performance_standby,
 * dr_secondary, uninitialised, over_quota), `DELETE /__control/tokens` (all are revoked), `PUT` and `DELETE /__control/secrets/<mount>/<path>` (a new version; the latest deleted, for good with
 * `?destroy=true`).
 */
export function startVaultEmulator(options: VaultEmulatorOptions) {
  const { port, log, control = false, now = Date.now, spelling } = options;
  const seed = vaultSeed(options.seed ?? sandboxSeed());
  const vault = createVaultHandler({ seed, now, ...(spelling ? { spelling } : {}) });
  return startEmulatorServer({
    name: 'vault',
    port,
    handle: (request) => (control && vault.control(request)) || vault.handle(request),
    control,
    now,
    ...(log ? { log } : {}),
  });
}
