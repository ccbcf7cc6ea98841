import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Caller, isName } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { pointerTo } from '../domain/pointer.ts';
import { Secret } from '../domain/secret.ts';
import { readYamlFile } from '../contract/read-yaml-file.ts';
import { invalidToken } from './bearer-token.ts';

/** The prefix of every token in the file. Distinguishes them from OIDC tokens, and lets secret scanners recognize them. */
export const TOKEN_PREFIX = 'birddog_';
/** The number of random bytes in a token. It cannot be guessed, so an unsalted SHA-256 is sufficient. */
const TOKEN_BYTES = 32;

const name = (what: string) =>
  z
    .string(`${what} must be a string`)
    .refine(isName, `${what} must have 1 to 200 characters and no control characters`);

const fileSchema = z.strictObject(
  {
    tokens: z.array(
      z.strictObject(
        {
          name: name('name'),
          sha256: z
            .string('sha256 must be a string')
            .regex(
              /^[0-9a-f]{64}$/,
              'sha256 must be the SHA-256 of the token: 64 lower-case hexadecimal digits',
            ),
          expires: z
            .string('expires must be a string')
            .refine(
              (text) => expiryOf(text) !== undefined,
              'expires must be a date such as 2027-03-31, or a time such as 2027-03-31T12:00:00Z',
            ),
          groups: z
            .array(name('a group'), 'groups must be a list')
            .min(1, 'groups must have at least one group'),
        },
        'a token must be an object with name, sha256, expires and groups',
      ),
      'tokens must be a list',
    ),
  },
  'the file must be an object with tokens',
);

/** An entry of the tokens file. */
export interface TokenEntry {
  readonly name: string;
  readonly hash: Buffer;
  /** The time (epoch ms) at which the token expires. */
  readonly expires: number;
  readonly groups: readonly string[];
}

/** Reads the tokens file. Throws Error with a line for each mistake. */
export async function readTokensFile(bytes: Buffer): Promise<readonly TokenEntry[]> {
  const { tokens } = await readYamlFile(bytes, fileSchema, duplicateTokens);
  return tokens.map(({ name: callerName, sha256, expires, groups }) => ({
    name: callerName,
    hash: Buffer.from(sha256, 'hex'),
    expires: expiryOf(expires) ?? 0,
    groups,
  }));
}

/** Returns a finding for each entry that repeats the name or hash of an earlier one, up to the limits of a response. Linear time. */
export function duplicateTokens({ tokens }: z.infer<typeof fileSchema>): Finding[] {
  const findings = new Findings();
  for (const field of ['name', 'sha256'] as const) {
    const first = new Map<string, number>();
    for (const [at, token] of tokens.entries()) {
      const earlier = first.get(token[field]);
      if (earlier === undefined) first.set(token[field], at);
      else if (!findings.accepts(DUPLICATE)) findings.skip('error');
      else {
        const message = `Entry ${earlier + 1} has the same ${field}.`;
        findings.add({ ...DUPLICATE, message, pointer: pointerTo('', 'tokens', at, field) });
      }
    }
  }
  return findings.list();
}

const DUPLICATE = { code: 'duplicate', severity: 'error' } as const;

/** Returns the expiry time (epoch ms) of an `expires` value; a date means the end of that day in UTC. Undefined if invalid. */
export function expiryOf(text: string): number | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!day && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text))
    return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at) || (day && new Date(at).toISOString().slice(0, 10) !== text)) return undefined;
  return day ? at + 86_400_000 : at;
}

/** Returns the caller of a token. Throws `unauthenticated` for an unknown or expired token. */
export function authenticateToken(token: Secret, entries: readonly TokenEntry[], clock: Clock): Caller {
  const hash = hashToken(token);
  // Compares all hashes, each in constant time, so that the duration reveals nothing about the file.
  let found: TokenEntry | undefined;
  for (const entry of entries) if (timingSafeEqual(entry.hash, hash)) found = entry;
  if (!found) throw invalidToken('The token is unknown.');
  if (clock.now() >= found.expires) {
    const expiredAt = new Date(found.expires).toISOString();
    throw invalidToken(`The token of ${found.name} expired at ${expiredAt}.`);
  }
  return { name: found.name, auth: 'tokens', groups: found.groups };
}

/** Returns a new random token. */
export function generateToken(): Secret {
  return new Secret(`${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`);
}

/** Returns the SHA-256 of a token, as stored in the file. */
export function hashToken(token: Secret): Buffer {
  return createHash('sha256').update(token.reveal()).digest();
}
