import { createOutbound, type Outbound } from '../outbound/outbound.ts';
import { createVault, type Vault } from '../vault/vault.ts';
import type { Config } from './config.ts';

/** A client's connections to the Vault of the configuration. */
export function vaultOutbound(config: Config): Outbound {
  return createOutbound({
    ...(config.proxy ? { proxy: config.proxy } : {}),
    tls: {
      ...(config.ca === undefined ? {} : { ca: config.ca }),
      ...(config.VAULT_TLS_SERVER_NAME === '' ? {} : { servername: config.VAULT_TLS_SERVER_NAME }),
    },
  });
}

/** The Vault of the configuration. */
export function openVault(config: Config, outbound: Outbound): Vault {
  return createVault({
    address: config.VAULT_ADDR,
    outbound,
    ...(config.VAULT_NAMESPACE === '' ? {} : { namespace: config.VAULT_NAMESPACE }),
    kv: { mount: config.VAULT_KV_MOUNT, version: config.VAULT_KV_VERSION === '1' ? 1 : 2 },
  });
}
