import { type RunningEmulator, startEmulatorServer } from '../server/emulator-server.ts';
import { createOidcHandler } from './oidc-handler.ts';

interface OidcEmulatorOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * Starts an issuer of OIDC tokens on loopback. `POST /__control/tokens` (claims) gives a token, made of what it is usual to
 * claim and what is given; `POST /__control/keys` puts a new key into the place of the old one.
 */
export async function startOidcEmulator(options: OidcEmulatorOptions): Promise<RunningEmulator> {
  const { port, now = Date.now, log } = options;
  let url = '';
  const issuer = createOidcHandler(() => url, now);
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
