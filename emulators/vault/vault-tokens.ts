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
  readonly made: number;
  expires: number;
  readonly endsForGood: number;
}

/** The tokens this Vault gave out and still honours. */
export class Tokens {
  readonly #byId = new Map<string, Token>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(roleName: string, role: Role, account: ServiceAccount): Token {
    const made = this.#now();
    const type = role.tokenType;
    const endsForGood = made + role.maxTtl * 1000;
    const token: Token = {
      id: `${type === 'batch' ? 'hvb' : 'hvs'}.${randomBytes(24).toString('base64url')}`,
      accessor: type === 'batch' ? '' : randomUUID(),
      type,
      roleName,
      role,
      account,
      made,
      expires: Math.min(made + role.ttl * 1000, endsForGood),
      endsForGood,
    };
    this.#byId.set(token.id, token);
    return token;
  }

  /** The token of that text, if it is alive. */
  find(id: string): Token | undefined {
    const token = this.#byId.get(id);
    return token && token.expires > this.#now() ? token : undefined;
  }

  /** Lengthens a token's life by `increment` seconds from now; the end of its maximum stays. */
  renew(token: Token, increment: number | undefined): void {
    token.expires = Math.min(this.#now() + (increment ?? token.role.ttl) * 1000, token.endsForGood);
  }

  revoke(token: Token): void {
    this.#byId.delete(token.id);
  }

  /** Revokes every token, as an operator does who revokes all leases of the auth mount. */
  revokeAll(): void {
    this.#byId.clear();
  }

  /** Seconds that a token has left. */
  secondsLeft(token: Token): number {
    return Math.max(0, Math.floor((token.expires - this.#now()) / 1000));
  }
}
