import { createHash } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';
import { certificates } from '../runtime/certificate-files.ts';
import { isLoopback, type Reader } from '../runtime/settings.ts';
import type { ReadSecret } from '../runtime/watched-folder.ts';

/** Where a ledger is stored: a file of this process, or a server that all replicas share. */
export type LedgerPlace =
  | { readonly database: 'SQLite'; readonly file: string }
  | { readonly database: 'PostgreSQL'; readonly url: URL };

const EXAMPLE = 'postgresql://host:5432/database?sslmode=verify-full';
const ID_CHARACTERS = 8;
const PARAMETERS = ['sslmode', 'host'];

/**
 * Accepts the path of a SQLite file, or the URL of a PostgreSQL database without credentials. `sslmode=verify-full` is
 * required except on loopback and for a Unix socket (`?host=/folder`, as in libpq). Errors do not repeat the value, which may
 * contain a password.
 */
export const ledgerPlace: Reader<LedgerPlace> = (value) => {
  if (!isUrl(value)) return { database: 'SQLite', file: value };
  const url = URL.parse(value);
  if (url?.protocol !== 'postgresql:')
    throw new Error(`it is neither the path of a file nor a URL such as ${EXAMPLE}`);
  if (url.username !== '' || url.password !== '')
    throw new Error(
      'the URL must not contain credentials; write them into the files ledger-user and ledger-password of BIRDDOG_SECRETS',
    );
  requireDatabase(url);
  requireParameters(url.searchParams);
  requireTls(url);
  return { database: 'PostgreSQL', url };
};

function isUrl(value: string): boolean {
  return value.includes('://') || value.startsWith('postgresql:') || value.startsWith('postgres:');
}

function requireDatabase({ pathname, hash, hostname, searchParams }: URL): void {
  const name = pathname.slice(1);
  if (name === '' || name.includes('/') || hash !== '')
    throw new Error(`the URL must name one database, as in ${EXAMPLE}`);
  if (hostname === '' && !searchParams.has('host'))
    throw new Error(`the URL must name a host, as in ${EXAMPLE}`);
}

function requireParameters(parameters: URLSearchParams): void {
  for (const name of new Set(parameters.keys())) {
    if (!PARAMETERS.includes(name))
      throw new Error(`"${name}" is not a parameter of the URL; the parameters are ${PARAMETERS.join(', ')}`);
    if (parameters.getAll(name).length > 1) throw new Error(`the URL has the parameter ${name} twice`);
  }
  const socket = parameters.get('host');
  if (socket !== null && !socket.startsWith('/'))
    throw new Error('the parameter host must be the folder of a Unix socket');
}

function requireTls({ hostname, searchParams }: URL): void {
  const mode = searchParams.get('sslmode');
  if (mode === 'verify-full') return;
  if (mode !== null && mode !== 'disable')
    throw new Error(`sslmode=${mode} does not verify the server; use sslmode=verify-full`);
  if (!searchParams.has('host') && !isLoopback(hostname))
    throw new Error('the connection to another machine must be verified; add sslmode=verify-full');
}

/** Returns a short name of a ledger that processes share, equal for all of them; undefined for a file, which one process has. */
export function sharedLedgerId(place: LedgerPlace): string | undefined {
  if (place.database === 'SQLite') return undefined;
  const { host, pathname, searchParams } = place.url;
  const address = JSON.stringify([host, pathname, searchParams.get('host')]);
  return createHash('sha256').update(address).digest('hex').slice(0, ID_CHARACTERS);
}

/** What a connection to PostgreSQL needs besides its address. */
export interface LedgerCredentials {
  readonly user: string;
  readonly password: Secret;
  /** The CA certificates (PEM) that verify the server; undefined for Node's own. */
  readonly ca: string | undefined;
}

/** Reads the credentials from a folder of secrets. `ledger-ca.crt` is optional. */
export function readLedgerCredentials(secret: ReadSecret): LedgerCredentials {
  return {
    user: secret('ledger-user').reveal(),
    password: secret('ledger-password'),
    ca: readCa(secret),
  };
}

/** Without a readable file, the connection is verified with Node's own CAs, so it fails rather than trust a wrong server. */
function readCa(secret: ReadSecret): string | undefined {
  let text: Secret;
  try {
    text = secret('ledger-ca.crt');
  } catch {
    return undefined;
  }
  return certificates(text.reveal());
}
