import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Caller, isName } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { pointerTo } from '../domain/pointer.ts';
import { Secret } from '../domain/secret.ts';
import { readYamlFile } from '../contract/read-yaml-file.ts';
import { refusedToken } from './refused-token.ts';

/** What every token of the file begins with: it tells them from those of an issuer, and scanners for lost secrets know it. */
export const TOKEN_PREFIX = 'birddog_';
/** Bytes of chance in a token. So much cannot be guessed, so its plain SHA-256 is enough. */
const TOKEN_BYTES = 32;

const name = (what: string) =>
  z
    .string(`${what} is text`)
    .refine(isName, `${what} has 1 to 200 characters, none of them a control character`);

const fileSchema = z.strictObject(
  {
    tokens: z.array(
      z.strictObject(
        {
          name: name('name'),
          sha256: z
            .string('sha256 is text')
            .regex(/^[0-9a-f]{64}$/, 'sha256 is the SHA-256 of the token: 64 lower-case hexadecimal digits'),
          expires: z
            .string('expires is text')
            .refine(
              (text) => endOfValidity(text) !== undefined,
              'expires is a date such as 2027-03-31, or a time such as 2027-03-31T12:00:00Z',
            ),
          groups: z.array(name('a group'), 'groups is a list').min(1, 'groups has at least one group'),
        },
        'a token is an object with name, sha256, expires and groups',
      ),
      'tokens is a list',
    ),
  },
  'the file is an object with tokens',
);

/** A token of the file, as far as the file knows it. */
export interface KnownToken {
  readonly name: string;
  readonly hash: Buffer;
  /** Epoch milliseconds from which on it is taken no more. */
  readonly expires: number;
  readonly groups: readonly string[];
}

/** Reads the tokens file. Throws Error with a line for each mistake. */
export async function readTokensFile(bytes: Buffer): Promise<readonly KnownToken[]> {
  const { tokens } = await readYamlFile(bytes, fileSchema, duplicateTokens);
  return tokens.map(({ name: who, sha256, expires, groups }) => ({
    name: who,
    hash: Buffer.from(sha256, 'hex'),
    expires: endOfValidity(expires) ?? 0,
    groups,
  }));
}

/** Returns an error for each entry whose name or hash an earlier entry has, within the limits of an answer. Linear time. */
export function duplicateTokens({ tokens }: z.infer<typeof fileSchema>): Finding[] {
  const findings = new Findings();
  for (const member of ['name', 'sha256'] as const) {
    const first = new Map<string, number>();
    for (const [at, token] of tokens.entries()) {
      const earlier = first.get(token[member]);
      if (earlier === undefined) first.set(token[member], at);
      else if (!findings.accepts(DUPLICATE)) findings.skip('error');
      else {
        const message = `Entry ${earlier + 1} has the same ${member}.`;
        findings.add({ ...DUPLICATE, message, pointer: pointerTo('', 'tokens', at, member) });
      }
    }
  }
  return findings.list();
}

const DUPLICATE = { code: 'duplicate', severity: 'error' } as const;

/** When a token that `expires` then is no longer taken (epoch ms): a day counts to its end, UTC. Undefined for what is no date. */
export function endOfValidity(text: string): number | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!day && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text))
    return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at) || (day && new Date(at).toISOString().slice(0, 10) !== text)) return undefined;
  return day ? at + 86_400_000 : at;
}

/** Whose token this is. Throws `unauthenticated` for one that the file does not have, or no longer. */
export function callerWithToken(token: Secret, known: readonly KnownToken[], clock: Clock): Caller {
  const hash = hashOf(token);
  // All of them are compared, each in constant time: how long it takes tells nothing of what the file has.
  let found: KnownToken | undefined;
  for (const one of known) if (timingSafeEqual(one.hash, hash)) found = one;
  if (!found) throw refusedToken('The token is unknown.');
  if (clock.now() >= found.expires) {
    const ended = new Date(found.expires).toISOString();
    throw refusedToken(`The token of ${found.name} expired at ${ended}.`);
  }
  return { name: found.name, auth: 'tokens', groups: found.groups };
}

/** A new token. */
export function makeToken(): Secret {
  return new Secret(`${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`);
}

/** What of a token stands in the file. */
export function hashOf(token: Secret): Buffer {
  return createHash('sha256').update(token.reveal()).digest();
}
