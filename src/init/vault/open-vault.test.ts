import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { startVaultEmulator } from '../../../emulators/vault/vault-emulator.ts';
import { openTlsServer } from '../../../test/tls-server.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import { Secret } from '../../domain/secret.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { mintCertificates } from '../certificates.ts';
import { readConfig } from '../settings.ts';
import { openVault, rereadAuthority, vaultOutbound } from './open-vault.ts';

const folder = mkdtempSync(join(tmpdir(), 'authority-'));
after(() => rmSync(folder, { recursive: true }));

it('trusts a Vault with a new CA after VAULT_CACERT is read again', async () => {
  const emulator = await startVaultEmulator({ port: 0 });
  const router = await openTlsServer(emulator.url);
  const VAULT_CACERT = join(folder, 'ca.crt');
  writeFileSync(VAULT_CACERT, (await mintCertificates({ now: new Date(), days: 1 })).ca);
  const config = readConfig({
    VAULT_ADDR: router.url,
    VAULT_CACERT,
    VAULT_ROLE: 'birddog',
    VAULT_PATH_MAIN: 'birddog/main',
    VAULT_PATH_SIDECAR: 'birddog/sidecar',
    BIRDDOG_SECRETS_MAIN: folder,
    BIRDDOG_SECRETS_SIDECAR: folder,
  });
  const outbound = vaultOutbound(config);
  const deadline = deadlineAfter(10_000, systemClock);
  const login = () =>
    openVault(config, outbound).login('kubernetes', 'birddog', new Secret('sandbox-jwt'), deadline);
  await assert.rejects(login(), { failure: 'not_trusted' });
  writeFileSync(VAULT_CACERT, router.ca);
  await assert.rejects(login(), { failure: 'not_trusted' });
  rereadAuthority(config, outbound);
  assert.ok((await login()).renewable);
  deadline.close();
  outbound.close();
  router.close();
  await emulator.close();
});
