import { isOffline } from '../contract/operations.ts';
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
import { authorize, precheck, readableBy } from './authorize.ts';
import { bearerToken, invalidToken } from './bearer-token.ts';
import { createIssuers } from './issuers.ts';
import { readIssuersFile } from './issuers-file.ts';
import type { AuthSettings } from './settings.ts';
import { authenticateToken, readTokensFile, TOKEN_PREFIX } from './tokens-file.ts';
import { type RequestToAuthorize, permissionFor, type RequiredPermission } from './required-permissions.ts';

/** The files about callers, by setting: BIRDDOG_ACCESS, BIRDDOG_TOKENS and BIRDDOG_ISSUERS. */
export const CALLERS_FILES = ['access', 'tokens', 'issuers'] as const;
export type CallersFile = (typeof CALLERS_FILES)[number];

/** Authenticates and authorizes callers. */
export interface Callers {
  /** Authenticates a request by its headers. Throws `unauthenticated`, `issuer_unavailable` and `deadline_exceeded`. */
  callerOf(header: (name: string) => string | undefined, deadline: Deadline): Promise<Caller>;
  /** Throws `forbidden` unless the caller has all required permissions. */
  authorize(caller: Caller, required: readonly RequiredPermission[], body?: Pick<Decoded, 'locate'>): void;
  /** Returns which applications the caller may read. Throws `forbidden` if it may read none. */
  readable(caller: Caller): (application: string) => boolean;
  /** Checks permissions before the body is read. Throws `forbidden`. */
  precheck(caller: Caller, request: Pick<RequestToAuthorize, 'operation' | 'query'>): void;
  /** Returns for each file in use whether it is invalid now, so that its previous content stays in force. */
  fileFaults(): ReadonlyMap<CallersFile, boolean>;
  /** Returns for each issuer, by name, whether the last attempt to fetch its keys failed; undefined without OIDC. */
  unavailableIssuers(): ReadonlyMap<string, boolean> | undefined;
  /** Fetches the keys of the unavailable issuers now. */
  refreshIssuerKeys(): Promise<void>;
  close(): void;
}

/** Disables authentication: everyone who can connect to the port has all permissions. */
export const NO_AUTHENTICATION: Callers = {
  callerOf: async () => ({ name: 'anonymous', auth: 'none' }),
  authorize: () => {},
  readable: () => () => true,
  precheck: () => {},
  fileFaults: () => new Map(),
  unavailableIssuers: () => undefined,
  refreshIssuerKeys: async () => {},
  close: () => {},
};

interface Deps {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the files about callers. Throws SettingsError with every fault in all of them, by line and column. */
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
  const { oidc, skewMs } = settings;
  const issuersFile =
    settings.issuers === undefined
      ? undefined
      : await open('BIRDDOG_ISSUERS', settings.issuers, async (bytes) => [
          ...(oidc ? [oidc] : []),
          ...(await readIssuersFile(bytes, skewMs, oidc?.issuer)),
        ]);
  const opened: readonly (readonly [CallersFile, ReloadedFile<unknown> | undefined])[] = [
    ['access', access],
    ['tokens', tokens],
    ['issuers', issuersFile],
  ];
  const files = new Map(opened.flatMap(([name, file]) => (file ? [[name, file] as const] : [])));
  const close = () => {
    for (const file of files.values()) file.close();
  };
  if (!access || faults.length > 0) {
    close();
    throw new SettingsError(faults);
  }
  const fixed = oidc ? [oidc] : [];
  const issuers = (issuersFile ?? oidc) && createIssuers(() => issuersFile?.current() ?? fixed, deps);
  const verifyFileToken =
    tokens && ((token: Secret) => authenticateToken(token, tokens.current(), deps.clock));
  return {
    async callerOf(header, deadline) {
      const token = bearerToken(header('authorization'));
      if (verifyFileToken && (!issuers || token.reveal().startsWith(TOKEN_PREFIX)))
        return verifyFileToken(token);
      if (issuers) return issuers.verify(token, deadline);
      throw invalidToken('Birddog accepts no tokens.');
    },
    authorize: (caller, required, body) => authorize(access.current(), caller, required, body),
    readable(caller) {
      const rules = access.current();
      precheck(rules, caller, 'read', undefined);
      return readableBy(rules, caller);
    },
    precheck(caller, request) {
      if (isOffline(request.operation)) return;
      precheck(access.current(), caller, permissionFor(request), request.query.application);
    },
    fileFaults: () => new Map([...files].map(([name, file]) => [name, file.isBad()])),
    unavailableIssuers: () => issuers?.unavailable(),
    refreshIssuerKeys: async () => issuers?.refresh(),
    close,
  };
}
