import { createHash, randomBytes } from 'node:crypto';
import type { Product, Role, ServiceAccount } from './vault-seed.ts';

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
  /** The requests for which it remains valid. */
  usesLeft: number;
}

/** The tokens that this Vault has issued and not revoked. */
export class Tokens {
  readonly #byId = new Map<string, Token>();
  readonly #now: () => number;
  readonly #product: Product;

  constructor(now: () => number, product: Product) {
    this.#now = now;
    this.#product = product;
  }

  issue(roleName: string, role: Role, account: ServiceAccount): Token {
    const created = this.#now();
    const type = role.tokenType;
    const maxExpiry = created + role.maxTtl * 1000;
    const token: Token = {
      id: tokenText(this.#product, type),
      accessor: type === 'batch' ? '' : letters(24),
      type,
      roleName,
      role,
      account,
      created,
      expires: Math.min(created + role.ttl * 1000, maxExpiry),
      maxExpiry,
      usesLeft: role.numUses || Infinity,
    };
    this.#byId.set(token.id, token);
    return token;
  }

  /** Uses the token with an id; returns undefined if it is unknown, has expired or has no uses left. */
  use(id: string): Token | undefined {
    const token = this.#byId.get(id);
    if (!token || token.expires <= this.#now() || token.usesLeft <= 0) return undefined;
    token.usesLeft -= 1;
    return token;
  }

  /** Extends a token to `seconds` from now, at most to its maximum. */
  renew(token: Token, seconds: number): void {
    token.expires = Math.min(this.#now() + seconds * 1000, token.maxExpiry);
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

/** Returns a UUID that depends only on the text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function tokenText(product: Product, type: Token['type']): string {
  const prefix = type === 'batch' ? 'b' : 's';
  return product === 'openbao'
    ? `${prefix}.${letters(24)}`
    : `hv${prefix}.${randomBytes(24).toString('base64url')}`;
}

function letters(count: number): string {
  const text = randomBytes(4 * count)
    .toString('base64')
    .replaceAll(/[^A-Za-z]/g, '');
  return text.length >= count ? text.slice(0, count) : letters(count);
}
