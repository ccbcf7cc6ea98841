import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mintCertificates } from '../../src/init/certificates.ts';
import { openPostgresql } from '../../src/ledger/sql/postgresql.ts';
import type { LedgerCredentials } from '../../src/ledger/ledger-place.ts';
import { Secret } from '../../src/domain/secret.ts';
import { type PostgresqlServer, skipPostgresql, startPostgresql } from './server.ts';

const mint = () => mintCertificates({ now: new Date(), days: 1 });

describe('a connection to PostgreSQL', { skip: skipPostgresql() }, () => {
  let server: PostgresqlServer;
  let ca = '';
  let path = '';
  before(async () => {
    const certificates = await mint();
    ca = certificates.ca;
    server = await startPostgresql({ tls: certificates.server });
    path = server.createDatabase().pathname;
  });
  after(() => server?.stop());

  /** Returns the TLS version of a connection to a host, or rejects. */
  async function tlsVersion(host: string, changed: Partial<LedgerCredentials> = {}): Promise<unknown> {
    const url = new URL(`postgresql://${host}:${server.port}${path}?sslmode=verify-full`);
    const credentials = () => ({ ...server.credentials, ca, ...changed });
    const db = openPostgresql({ url, credentials, applicationName: 'test' });
    try {
      const text = 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
      const [row] = await db.query({ text, values: [] });
      return row?.['version'];
    } finally {
      await db.close();
    }
  }

  it('uses TLS with the CA of the credentials, by name and by address', async () => {
    assert.equal(await tlsVersion('localhost'), 'TLSv1.3');
    assert.equal(await tlsVersion('127.0.0.1'), 'TLSv1.3');
  });

  it('is refused if another CA signed the certificate of the server', async () => {
    const { ca: other } = await mint();
    await assert.rejects(tlsVersion('localhost', { ca: other }), /PostgreSQL: .*certificate/);
    await assert.rejects(tlsVersion('localhost', { ca: undefined }), /certificate/);
  });

  it('is refused if the certificate of the server has another name', async () => {
    await assert.rejects(tlsVersion('127.1'), /PostgreSQL: .*(does not match|Host)/);
  });

  it('fails with the reason if the password is wrong', async () => {
    const password = new Secret('wrong');
    await assert.rejects(tlsVersion('localhost', { password }), /PostgreSQL: password authentication failed/);
  });
});
