import { startEmulatorServer } from '../server/emulator-server.ts';
import type { Spelling } from './vault-answers.ts';
import { createVaultHandler } from './vault-handler.ts';
import { sandboxSeed, vaultSeed, type VaultSeedInput } from './vault-seed.ts';

export interface VaultEmulatorOptions {
  /** 0 selects any free port. */
  readonly port: number;
  readonly seed?: VaultSeedInput;
  /** The form of every "permission denied"; by default each case has the form of a current Vault. */
  readonly spelling?: Spelling;
  readonly control?: boolean;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * Starts a Vault on loopback: Kubernetes login, reads of KV 1 and 2, token self-service, health. With `control`:
 * `PUT /__control/mode {"mode": "sealed"}` (also active, standby, standby_redirecting, performance_standby,
 * dr_secondary, uninitialised, over_quota), `DELETE /__control/tokens` (revokes all), and `PUT` and `DELETE
 * /__control/secrets/<mount>/<path>` (writes a new version; deletes the latest, permanently with `?destroy=true`).
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
