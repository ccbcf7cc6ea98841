import { decodeJwt } from 'jose/jwt/decode';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { Secret } from '../domain/secret.ts';
import type { Outbound } from '../runtime/outbound.ts';
import type { Log } from '../runtime/log.ts';
import { invalidToken } from './bearer-token.ts';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts';
import { createOidc, type VerifyOidc } from './oidc.ts';
import type { OidcSettings } from './settings.ts';

/** The issuers whose tokens Birddog accepts. */
export interface Issuers {
  /**
   * Returns the caller of a token, which only the issuer that it names can have signed. Throws `unauthenticated`,
   * `issuer_unavailable` and `deadline_exceeded`.
   */
  verify(token: Secret, deadline: Deadline): Promise<Caller>;
  /** Returns for each issuer, by name, whether the last attempt to fetch its keys failed. */
  unavailable(): ReadonlyMap<string, boolean>;
  /** Fetches the keys of the unavailable issuers now. */
  refresh(): Promise<void>;
}

interface Issuer {
  readonly settings: OidcSettings;
  readonly keys: IssuerKeys;
  readonly verify: VerifyOidc;
}

interface Deps {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
}

/** Creates the issuers. `current` returns their settings, another list after each change; unchanged issuers keep their keys. */
export function createIssuers(
  current: () => readonly OidcSettings[],
  { outbound, clock, log }: Deps,
): Issuers {
  let seen: readonly OidcSettings[] | undefined;
  let issuers: ReadonlyMap<string, Issuer> = new Map();

  function byAddress(): ReadonlyMap<string, Issuer> {
    const list = current();
    if (list === seen) return issuers;
    issuers = new Map(
      list.map((settings) => {
        const before = issuers.get(settings.issuer);
        const isSame = before?.settings.jwksUrl?.href === settings.jwksUrl?.href;
        const keys = before && isSame ? before.keys : createIssuerKeys(settings, outbound, clock, log);
        return [settings.issuer, { settings, keys, verify: createOidc(settings, keys, clock) }];
      }),
    );
    seen = list;
    return issuers;
  }
  return {
    async verify(token, deadline) {
      const all = byAddress();
      const issuer = all.get(issuerIn(token) ?? '');
      if (issuer) return issuer.verify(token, deadline);
      throw invalidToken(
        `The issuer (iss) of the token is not ${[...all.keys()].join(' or ') || 'accepted'}.`,
      );
    },
    unavailable: () =>
      new Map(
        byAddress()
          .values()
          .map(({ settings, keys }) => [settings.name, keys.isUnavailable()]),
      ),
    async refresh() {
      const failed = [...byAddress().values()].filter(({ keys }) => keys.isUnavailable());
      await Promise.all(failed.map(({ keys }) => keys.refresh()));
    },
  };
}

/** Returns the issuer that a token names. Nothing is verified yet. Throws `unauthenticated` if the token is not a JWT. */
function issuerIn(token: Secret): string | undefined {
  try {
    const { iss } = decodeJwt(token.reveal());
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    throw invalidToken('The token is not a signed JWT.');
  }
}
