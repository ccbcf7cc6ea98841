import { randomBytes, randomUUID } from 'node:crypto';
import type { Role, ServiceAccount } from './vault-seed.ts';

export interface Token {
  readonly id: string;
  readonly accessor: string;
  readonly type: 'service' | 'batch';
  readonly roleName: string;
  readonly role: Role;
  readonly account: ServiceAccount;
  /** Epoch milliseconds. */
  readonly created: number;
  expires: number;
  readonly maxExpiry: number;
}

/** The tokens that this Vault has issued and not revoked. */
export class Tokens {
  readonly #byId = new Map<string, Token>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(roleName: string, role: Role, account: ServiceAccount): Token {
    const created = this.#now();
    const type = role.tokenType;
    const maxExpiry = created + role.maxTtl * 1000;
    const token: Token = {
      id: `${type === 'batch' ? 'hvb' : 'hvs'}.${randomBytes(24).toString('base64url')}`,
      accessor: type === 'batch' ? '' : randomUUID(),
      type,
      roleName,
      role,
      account,
      created,
      expires: Math.min(created + role.ttl * 1000, maxExpiry),
      maxExpiry,
    };
    this.#byId.set(token.id, token);
    return token;
  }

  /** Returns the token with an id, unless it has expired. */
  find(id: string): Token | undefined {
    const token = this.#byId.get(id);
    return token && token.expires > this.#now() ? token : undefined;
  }

  /** Extends a token to `increment` seconds from now, at most to its maximum. */
  renew(token: Token, increment: number | undefined): void {
    token.expires = Math.min(this.#now() + (increment ?? token.role.ttl) * 1000, token.maxExpiry);
  }

  revoke(token: Token): void {
    this.#byId.delete(token.id);
  }

  /** Revokes every token, as an operator does by revoking all leases of the auth mount. */
  revokeAll(): void {
    this.#byId.clear();
  }

  /** Returns the remaining lifetime in seconds. */
  secondsLeft(token: Token): number {
    return Math.max(0, Math.floor((token.expires - this.#now()) / 1000));
  }
}
