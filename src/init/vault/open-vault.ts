import {
  createOutbound,
  type Outbound,
  type OutboundTls,
  type RenewableOutbound,
} from '../../runtime/outbound.ts';
import { createVault, type Vault } from './vault.ts';
import type { Config } from '../settings.ts';

/** Creates the HTTP client for the configured Vault. */
export function vaultOutbound(config: Config): RenewableOutbound {
  return createOutbound({ ...(config.proxy ? { proxy: config.proxy } : {}), tls: tlsOf(config, config.ca) });
}

/** Reads VAULT_CACERT again and uses its CAs for new connections. Throws Error if the file contains none. */
export function rereadAuthority(config: Config, outbound: RenewableOutbound): void {
  if (!config.VAULT_CACERT_BYTES && config.VAULT_CACERT)
    outbound.renew(tlsOf(config, config.VAULT_CACERT.read()));
}

function tlsOf({ VAULT_TLS_SERVER_NAME }: Config, ca: string | undefined): OutboundTls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(VAULT_TLS_SERVER_NAME === '' ? {} : { servername: VAULT_TLS_SERVER_NAME }),
  };
}

/** Creates a client of the configured Vault. */
export function openVault(config: Config, outbound: Outbound): Vault {
  return createVault({
    address: config.VAULT_ADDR,
    outbound,
    ...(config.VAULT_NAMESPACE === '' ? {} : { namespace: config.VAULT_NAMESPACE }),
    kv: { mount: config.VAULT_KV_MOUNT, version: config.VAULT_KV_VERSION === '1' ? 1 : 2 },
  });
}
