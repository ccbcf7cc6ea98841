import type { JWTPayload } from 'jose';
import { type Caller, isName } from '../domain/caller.ts';
import { invalidToken } from './bearer-token.ts';
import { matches } from './match-name.ts';

/** Maximum number of groups of one caller. */
const MAX_GROUPS = 1000;

/** For each claim, the names or patterns that one of its values must match. */
export type ClaimRules = ReadonlyMap<string, readonly string[]>;

/** How the claims of a token become a caller. */
export interface ClaimMapping {
  readonly nameClaim: string;
  /** The claim with the groups. Absent if only `groups` gives any. */
  readonly groupsClaim?: string;
  /** Comes before the name and the groups of the claims, so that no other issuer can give the same. Empty for none. */
  readonly prefix: string;
  /** What every token must claim. */
  readonly require: ClaimRules;
  /** The groups of tokens with certain claims. */
  readonly groups: readonly { readonly group: string; readonly when: ClaimRules }[];
}

/** Returns the caller of a verified token. Throws `unauthenticated` for a claim that is absent, invalid or not as required. */
export function callerOfClaims(payload: JWTPayload, mapping: ClaimMapping): Caller {
  const { nameClaim, groupsClaim, prefix } = mapping;
  for (const [claim, patterns] of mapping.require)
    if (!claims(payload, claim, patterns))
      throw invalidToken(`The claim "${claim}" of the token does not have a value that Birddog requires.`);
  const claimed = claimAt(payload, nameClaim);
  const name = typeof claimed === 'string' && isName(claimed) ? `${prefix}${claimed}` : undefined;
  if (!isName(name)) throw invalidToken(`The token has no claim "${nameClaim}" with a valid caller name.`);
  const claimedGroups = groupsClaim === undefined ? [] : [claimAt(payload, groupsClaim)].flat();
  const groups = mapping.groups.filter(({ when }) =>
    [...when].every(([claim, patterns]) => claims(payload, claim, patterns)),
  );
  return {
    name,
    auth: 'oidc',
    groups: [
      ...new Set([
        ...groups.map(({ group }) => group),
        ...claimedGroups
          .slice(0, MAX_GROUPS)
          .filter(isName)
          .map((group) => `${prefix}${group}`),
      ]),
    ],
  };
}

/** Returns whether a claim is a string that matches, or a boolean whose word matches. A list or an object never does. */
function claims(payload: JWTPayload, claim: string, patterns: readonly string[]): boolean {
  const value = claimAt(payload, claim);
  const text = typeof value === 'boolean' ? String(value) : value;
  return typeof text === 'string' && patterns.some((pattern) => matches(pattern, text));
}

/** Returns the claim with a name, which may contain dots, or else the nested claim at that path. */
function claimAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
