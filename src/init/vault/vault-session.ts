import { readFile } from 'node:fs/promises';
import type { Clock } from '../../domain/clock.ts';
import { type Deadline, deadlineAfter } from '../../domain/deadline.ts';
import { Secret } from '../../domain/secret.ts';
import type { Log } from '../../runtime/log.ts';
import { VaultFailure } from './failures.ts';
import type { Vault, VaultToken } from './vault.ts';

export interface SessionOptions {
  readonly vault: Vault;
  readonly authMount: string;
  readonly role: string;
  /** The file with the service account's token. */
  readonly tokenFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A login to Vault that is renewed as needed. */
export interface VaultSession {
  /** Returns a valid token: the current one, renewed if due, or one of a new login. Throws VaultFailure. */
  token(deadline: Deadline): Promise<VaultToken>;
  /** Returns when `token` next calls Vault (epoch ms). */
  dueAt(): number;
  /** Returns the expiry of the current token (epoch ms); undefined without a token. */
  endsAt(): number | undefined;
  /** Discards a token that Vault rejected. */
  refused(): void;
  /** Revokes the token. Never rejects: a token that is not revoked expires by itself. */
  close(): Promise<void>;
}

/** A token is renewed after this share of its lifetime. */
const RENEW_AFTER = 2 / 3;
/** A renewal that returns less than this share of the login's lifetime is close to the max TTL: log in next time. */
const WORTH_RENEWING = 1 / 3;
/** Timeout of a revocation. */
const REVOKE_TIMEOUT_MS = 2000;

interface SessionToken {
  readonly granted: VaultToken;
  readonly renewable: boolean;
  readonly dueAt: number;
  readonly endsAt: number;
  /** Lifetime that the login returned. */
  readonly fullLifeMs: number;
}

/** Creates a session without a token. The first call of `token` logs in. */
export function createVaultSession(options: SessionOptions): VaultSession {
  const { vault, clock, log } = options;
  let current: SessionToken | undefined;

  async function renew(token: SessionToken, deadline: Deadline): Promise<SessionToken | undefined> {
    try {
      const renewed = await vault.renew(token.granted, deadline);
      return sessionToken(renewed, clock.now(), token.fullLifeMs);
    } catch (error) {
      // A temporary failure does not invalidate the token.
      if (error instanceof VaultFailure && error.retry !== 'until deadline') return undefined;
      throw error;
    }
  }

  async function login(deadline: Deadline): Promise<SessionToken> {
    const jwt = await serviceAccountToken(options.tokenFile);
    const token = await vault.login(options.authMount, options.role, jwt, deadline);
    log.info('logged in to Vault', { role: options.role, lease_seconds: token.lifeMs / 1000 });
    return sessionToken(token, clock.now(), token.lifeMs);
  }

  async function revoke({ granted, endsAt }: SessionToken): Promise<void> {
    if (endsAt <= clock.now() || !granted.revocable) return;
    const grace = deadlineAfter(REVOKE_TIMEOUT_MS, clock);
    const reason = await vault.revoke(granted, grace).catch((error: unknown) => String(error));
    if (reason !== undefined) log.warn('token not revoked, it is valid until it expires', { reason });
    grace.close();
  }

  return {
    async token(deadline) {
      if (current && clock.now() < current.dueAt) return current.granted;
      const before = current;
      if (before?.renewable && clock.now() < before.endsAt) current = await renew(before, deadline);
      else current = undefined;
      if (current) return current.granted;
      try {
        current = await login(deadline);
      } catch (error) {
        // The previous token is valid until its expiry. The next call tries to log in again.
        current = before && clock.now() < before.endsAt ? before : undefined;
        throw error;
      }
      if (before) await revoke(before);
      return current.granted;
    },
    dueAt: () => current?.dueAt ?? 0,
    endsAt: () => current?.endsAt,
    refused() {
      current = undefined;
    },
    async close() {
      const last = current;
      current = undefined;
      if (last) await revoke(last);
    },
  };
}

function sessionToken(granted: VaultToken, now: number, fullLifeMs: number): SessionToken {
  const { lifeMs, renewable } = granted;
  const life = lifeMs === 0 ? Infinity : lifeMs;
  return {
    granted,
    renewable: renewable && lifeMs >= fullLifeMs * WORTH_RENEWING,
    dueAt: now + life * RENEW_AFTER,
    endsAt: now + life,
    fullLifeMs,
  };
}

/** Reads the service account token. Kubernetes renews the file, so each login reads it again. */
async function serviceAccountToken(file: string): Promise<Secret> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new VaultFailure('no_token_file', file, error);
  });
  if (text.trim() === '') throw new VaultFailure('no_token_file', `${file} is empty`);
  return new Secret(text.trim());
}
