import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { Secret } from '../domain/secret.ts';
import type { Decoded } from '../format/decoded.ts';
import type { Metrics } from '../runtime/metrics.ts';
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

/** Authenticates and authorizes callers. */
export interface Callers {
  /** Authenticates a request by its headers. Throws `unauthenticated`, `issuer_unavailable` and `deadline_exceeded`. */
  callerOf(header: (name: string) => string | undefined, deadline: Deadline): Promise<Caller>;
  /** Throws `forbidden` unless the caller has all required permissions. */
  authorize(caller: Caller, required: readonly RequiredPermission[], body?: Pick<Decoded, 'locate'>): void;
  /** Checks permissions before the body is read. Throws `forbidden`. */
  precheck(caller: Caller, request: Pick<RequestToAuthorize, 'operation' | 'query'>): void;
  /** Returns the names of files that are invalid now, so that their previous content stays in force. */
  invalidFiles(): readonly string[];
  /** Returns whether the last attempt to fetch the issuer's keys failed. */
  issuerUnavailable(): boolean;
  /** Fetches the issuer's keys now. */
  refreshIssuerKeys(): Promise<void>;
  close(): void;
}

/** Disables authentication: everyone who can connect to the port has all permissions. */
export const NO_AUTHENTICATION: Callers = {
  callerOf: async () => ({ name: 'anonymous', auth: 'none' }),
  authorize: () => {},
  precheck: () => {},
  invalidFiles: () => [],
  issuerUnavailable: () => false,
  refreshIssuerKeys: async () => {},
  close: () => {},
};

interface Deps {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'gauge' | 'readings'>;
}

/** Opens the access and tokens files. Throws SettingsError with every fault in both files, by line and column. */
export async function openCallers(settings: AuthSettings, deps: Deps): Promise<Callers> {
  const { metrics, log } = deps;
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
  const files = new Map<string, ReloadedFile<unknown>>([
    ['access', access],
    ...(tokens ? [['tokens', tokens] as const] : []),
  ]);
  metrics.readings(
    'gauge',
    'birddog_file_bad',
    '1 while a file is invalid and its previous content stays in force.',
    'file',
    () => new Map([...files].map(([name, file]) => [name, file.isBad() ? 1 : 0])),
  );
  const keys = settings.oidc && createIssuerKeys(settings.oidc, deps.outbound, deps.clock, log);
  if (keys)
    metrics.gauge(
      'birddog_issuer_unavailable',
      '1 while the keys of the token issuer cannot be fetched.',
      () => (keys.isUnavailable() ? 1 : 0),
    );
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
    invalidFiles: () => [...files].filter(([, file]) => file.isBad()).map(([name]) => name),
    issuerUnavailable: () => keys?.isUnavailable() ?? false,
    refreshIssuerKeys: async () => keys?.refresh(),
    close() {
      access.close();
      tokens?.close();
    },
  };
}
