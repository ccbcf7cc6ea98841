import { type RunningEmulator, startEmulatorServer } from '../server/emulator-server.ts';
import { createOidcHandler } from './oidc-handler.ts';

interface OidcEmulatorOptions {
  /** 0 selects any free port. */
  readonly port: number;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
  /** The path of the keys, as GitHub's (`/.well-known/jwks`) or GitLab's (`/oauth/discovery/keys`). Default `/keys`. */
  readonly keysPath?: string;
}

/**
 * Starts an OIDC issuer on loopback. `POST /__control/tokens` issues a token with the default claims and those of the
 * body; `POST /__control/keys` replaces the signing key.
 */
export async function startOidcEmulator(options: OidcEmulatorOptions): Promise<RunningEmulator> {
  const { port, now = Date.now, log, keysPath = '/keys' } = options;
  let url = '';
  const issuer = createOidcHandler(() => url, now, keysPath);
  const running = await startEmulatorServer({
    name: 'oidc',
    port,
    handle: (request) => issuer.control(request) ?? issuer.handle(request),
    control: true,
    now,
    ...(log ? { log } : {}),
  });
  url = running.url;
  return running;
}
