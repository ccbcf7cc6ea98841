import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { Secret } from '../domain/secret.ts';
import type { Decoded } from '../format/decoded.ts';
import type { Outbound } from '../runtime/outbound.ts';
import type { Log } from '../runtime/log.ts';
import { openReloadedFile, type ReloadedFile } from '../runtime/reloaded-file.ts';
import { SettingsError } from '../runtime/settings.ts';
import { readAccessFile } from './access-file.ts';
import { authorize, precheck } from './authorize.ts';
import { bearerToken, invalidToken } from './bearer-token.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { createOidc } from './oidc.ts';
import type { AuthSettings } from './settings.ts';
import { authenticateToken, readTokensFile, TOKEN_PREFIX } from './tokens-file.ts';
import { type RequestToAuthorize, permissionFor, type RequiredPermission } from './required-permissions.ts';

/** The files about callers, by setting: BIRDDOG_ACCESS and BIRDDOG_TOKENS. */
export const CALLERS_FILES = ['access', 'tokens'] as const;
export type CallersFile = (typeof CALLERS_FILES)[number];

/** Authenticates and authorizes callers. */
export interface Callers {
  /** Authenticates a request by its headers. Throws `unauthenticated`, `issuer_unavailable` and `deadline_exceeded`. */
  callerOf(header: (name: string) => string | undefined, deadline: Deadline): Promise<Caller>;
  /** Throws `forbidden` unless the caller has all required permissions. */
  authorize(caller: Caller, required: readonly RequiredPermission[], body?: Pick<Decoded, 'locate'>): void;
  /** Checks permissions before the body is read. Throws `forbidden`. */
  precheck(caller: Caller, request: Pick<RequestToAuthorize, 'operation' | 'query'>): void;
  /** Returns for each file in use whether it is invalid now, so that its previous content stays in force. */
  fileFaults(): ReadonlyMap<CallersFile, boolean>;
  /** Returns whether the last attempt to fetch the issuer's keys failed; undefined without OIDC. */
  issuerUnavailable(): boolean | undefined;
  /** Fetches the issuer's keys now. */
  refreshIssuerKeys(): Promise<void>;
  close(): void;
}

/** Disables authentication: everyone who can connect to the port has all permissions. */
export const NO_AUTHENTICATION: Callers = {
  callerOf: async () => ({ name: 'anonymous', auth: 'none' }),
  authorize: () => {},
  precheck: () => {},
  fileFaults: () => new Map(),
  issuerUnavailable: () => undefined,
  refreshIssuerKeys: async () => {},
  close: () => {},
};

interface Deps {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the access and tokens files. Throws SettingsError with every fault in both files, by line and column. */
export async function openCallers(settings: AuthSettings, deps: Deps): Promise<Callers> {
  const { log } = deps;
  const faults: string[] = [];
  const open = <T>(name: string, path: string, read: (bytes: Buffer) => Promise<T>) =>
    openReloadedFile(path, read, log).catch((error: Error) => {
      for (const line of error.message.split('\n'))
        faults.push(`${name}: ${path}${/^\d/.test(line) ? ':' : ': '}${line}`);
      return undefined;
    });
  const access = await open('BIRDDOG_ACCESS', settings.access, readAccessFile);
  const tokens =
    settings.tokens === undefined ? undefined : await open('BIRDDOG_TOKENS', settings.tokens, readTokensFile);
  if (!access || faults.length > 0) {
    access?.close();
    tokens?.close();
    throw new SettingsError(faults);
  }
  const files = new Map<CallersFile, ReloadedFile<unknown>>([
    ['access', access],
    ...(tokens ? [['tokens', tokens] as const] : []),
  ]);
  const keys = settings.oidc && createIssuerKeys(settings.oidc, deps.outbound, deps.clock, log);
  const verifyFileToken =
    tokens && ((token: Secret) => authenticateToken(token, tokens.current(), deps.clock));
  const verifyOidcToken = settings.oidc && keys ? createOidc(settings.oidc, keys, deps.clock) : undefined;
  return {
    async callerOf(header, deadline) {
      const token = bearerToken(header('authorization'));
      if (verifyFileToken && (!verifyOidcToken || token.reveal().startsWith(TOKEN_PREFIX)))
        return verifyFileToken(token);
      if (verifyOidcToken) return verifyOidcToken(token, deadline);
      throw invalidToken('Birddog accepts no tokens.');
    },
    authorize: (caller, required, body) => authorize(access.current(), caller, required, body),
    precheck(caller, request) {
      // Lint requires no permission.
      if (request.operation.verb === 'lint') return;
      precheck(access.current(), caller, permissionFor(request), request.query.application);
    },
    fileFaults: () => new Map([...files].map(([name, file]) => [name, file.isBad()])),
    issuerUnavailable: () => keys?.isUnavailable(),
    refreshIssuerKeys: async () => keys?.refresh(),
    close() {
      access.close();
      tokens?.close();
    },
  };
}
