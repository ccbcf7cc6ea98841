import { startEmulatorServer } from '../server/emulator-server.ts';
import { createVaultHandler } from './vault-handler.ts';
import { sandboxSeed, vaultSeed, type VaultSeedInput } from './vault-seed.ts';

export interface VaultEmulatorOptions {
  /** 0 selects any free port. */
  readonly port: number;
  readonly seed?: VaultSeedInput;
  readonly control?: boolean;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * Starts a Vault on loopback: Kubernetes and JWT login, reads of KV 1 and 2, token self-service, health. Its answers are those
 * of a real OpenBao. With `control`: `PUT /__control/mode {"mode": "sealed"}` (also active, standby, standby_redirecting,
 * performance_standby, dr_secondary, uninitialised, over_quota, reads_over_quota), `DELETE /__control/tokens` (revokes all),
 * `PUT /__control/upgraded/<mount>` (ends the upgrade of a KV), and `PUT` and `DELETE /__control/secrets/<mount>/<path>`
 * (writes a new version; deletes the latest, permanently with `?destroy=true`).
 */
export function startVaultEmulator(options: VaultEmulatorOptions) {
  const { port, log, control = false, now = Date.now } = options;
  const vault = createVaultHandler({ seed: vaultSeed(options.seed ?? sandboxSeed()), now });
  return startEmulatorServer({
    name: 'vault',
    port,
    handle: (request) => (control && vault.control(request)) || vault.handle(request),
    control,
    now,
    ...(log ? { log } : {}),
  });
}
