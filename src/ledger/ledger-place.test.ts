import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { mintCertificates } from '../init/certificates.ts';
import { watchFolder } from '../runtime/watched-folder.ts';
import { ledgerPlace, readLedgerCredentials, sharedLedgerId } from './ledger-place.ts';

const silent = { info() {}, warn() {}, error() {} };

describe('BIRDDOG_LEDGER', () => {
  it('is the path of a file or the URL of a PostgreSQL database', () => {
    for (const file of ['/run/birddog/ledger.sqlite', 'ledger.sqlite', ':memory:'])
      assert.deepEqual(ledgerPlace(file), { database: 'SQLite', file });
    for (const url of [
      'postgresql://db.test:5432/birddog?sslmode=verify-full',
      'postgresql://[2001:db8::1]/birddog?sslmode=verify-full',
      'postgresql://127.0.0.1:5432/birddog',
      'postgresql://localhost/birddog?sslmode=disable',
      'postgresql://localhost/birddog?host=/run/postgresql',
      'postgresql:///birddog?host=/run/postgresql',
    ])
      assert.deepEqual(ledgerPlace(url), { database: 'PostgreSQL', url: new URL(url) });
  });

  it('identifies a database for all processes with its address, and no file', () => {
    const idOf = (text: string) => sharedLedgerId(ledgerPlace(text));
    const url = 'postgresql://db.test:5432/birddog?sslmode=verify-full';
    assert.match(idOf(url) ?? '', /^[0-9a-f]{8}$/);
    assert.equal(idOf(url), idOf(url));
    const others = ['postgresql://db.test:5432/other?sslmode=verify-full', 'postgresql:///birddog?host=/a'];
    assert.equal(new Set([url, ...others].map(idOf)).size, 3);
    assert.equal(idOf('/run/birddog/ledger.sqlite'), undefined);
  });

  const rejected: readonly (readonly [url: string, reason: RegExp])[] = [
    ['postgres://db.test/birddog?sslmode=verify-full', /a URL such as postgresql:\/\/host:5432/],
    ['https://db.test/birddog', /neither the path of a file nor a URL/],
    ['postgresql://db.test:99999/birddog', /neither the path of a file nor a URL/],
    [
      'postgresql://me:hunter2@db.test/birddog',
      /must not contain credentials; .* ledger-user and ledger-pass/,
    ],
    ['postgresql://me@db.test/birddog', /must not contain credentials/],
    ['postgresql://db.test?sslmode=verify-full', /must name one database/],
    ['postgresql://db.test/a/b?sslmode=verify-full', /must name one database/],
    ['postgresql:///birddog', /must name a host/],
    ['postgresql://db.test/birddog', /add sslmode=verify-full/],
    ['postgresql://db.test/birddog?sslmode=disable', /add sslmode=verify-full/],
    ['postgresql://db.test/birddog?sslmode=require', /sslmode=require does not verify the server/],
    ['postgresql://localhost/birddog?sslmode=prefer', /sslmode=prefer does not verify the server/],
    ['postgresql://db.test/birddog?sslmode=verify-full&password=hunter2', /"password" is not a parameter/],
    ['postgresql://db.test/birddog?sslmode=verify-full&sslmode=disable', /sslmode twice/],
    ['postgresql://db.test/birddog?host=other.test', /must be the folder of a Unix socket/],
  ];
  for (const [url, reason] of rejected) {
    it(`rejects ${url}, without repeating a password`, () => {
      assert.throws(
        () => ledgerPlace(url),
        ({ message }: Error) => reason.test(message) && !message.includes('hunter2'),
      );
    });
  }
});

describe('the credentials of the ledger', () => {
  /** Returns the credentials of a folder, and how to write its files. */
  function watched(t: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write('ledger-user', 'birddog\n');
    write('ledger-password', 'first\n');
    const open = () => watchFolder({ part: 'p', folder, read: readLedgerCredentials, log: silent });
    return { write, open, remove: (name: string) => rmSync(join(folder, name)) };
  }

  it('are three files, of which the CA is optional', async (t) => {
    const { write, open } = watched(t);
    const folder = open();
    const { user, password, ca } = folder.current();
    assert.deepEqual([user, password.reveal(), ca], ['birddog', 'first', undefined]);
    const { ca: pem } = await mintCertificates({ now: new Date(), days: 1 });
    write('ledger-ca.crt', pem);
    write('ledger-password', 'second');
    assert.ok(folder.poll());
    assert.equal(folder.current().ca?.trim(), pem.trim());
    assert.equal(folder.current().password.reveal(), 'second');
  });

  it('stay in use when the new files are invalid', (t) => {
    const { write, open, remove } = watched(t);
    const folder = open();
    write('ledger-ca.crt', 'no certificate');
    folder.poll();
    assert.match(folder.refused() ?? '', /no PEM certificate/);
    remove('ledger-ca.crt');
    remove('ledger-password');
    folder.poll();
    assert.match(folder.refused() ?? '', /ledger-password cannot be read/);
    assert.equal(folder.current().password.reveal(), 'first');
    assert.throws(open, /ledger-password cannot be read/);
  });
});
