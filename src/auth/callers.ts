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
import { authorise, precheck } from './authorize.ts';
import { bearerToken, refusedToken } from './refused-token.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { createOidc } from './oidc.ts';
import type { AuthSettings } from './settings.ts';
import { callerWithToken, readTokensFile, TOKEN_PREFIX } from './tokens-file.ts';
import { type AskedFor, rightFor, type Want } from './required-permissions.ts';

/** Who calls, and what they may do. */
export interface Callers {
  /** Throws `unauthenticated` and `issuer_unavailable`. */
  callerOf(header: (name: string) => string | undefined, deadline: Deadline): Promise<Caller>;
  /** Throws `forbidden`. */
  authorise(caller: Caller, wants: readonly Want[], body?: Pick<Decoded, 'locate'>): void;
  /** Checks what can be known before the body is read. Throws `forbidden`. */
  precheck(caller: Caller, asked: Pick<AskedFor, 'operation' | 'query'>): void;
  /** Files that cannot be read as they are, so that what they said before holds. */
  badFiles(): readonly string[];
  /** Whether the issuer of tokens cannot be asked for its keys. */
  issuerUnavailable(): boolean;
  /** Asks the issuer for its keys now. */
  askIssuer(): Promise<void>;
  close(): void;
}

/** Callers without authentication: everyone who reaches the port has all permissions. */
export const ANYBODY: Callers = {
  callerOf: async () => ({ name: 'anonymous', auth: 'none' }),
  authorise: () => {},
  precheck: () => {},
  badFiles: () => [],
  issuerUnavailable: () => false,
  askIssuer: async () => {},
  close: () => {},
};

interface Deps {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'gauge' | 'readings'>;
}

/** Opens the files and prepares for tokens. Throws SettingsError with every mistake of both files, by line and column. */
export async function openCallers(settings: AuthSettings, around: Deps): Promise<Callers> {
  const { metrics, log } = around;
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
  const keys = settings.oidc && createIssuerKeys(settings.oidc, around.outbound, around.clock, log);
  if (keys)
    metrics.gauge(
      'birddog_issuer_unavailable',
      '1 while the keys of the token issuer cannot be fetched.',
      () => (keys.isUnavailable() ? 1 : 0),
    );
  const known = tokens && ((token: Secret) => callerWithToken(token, tokens.current(), around.clock));
  const verify = settings.oidc && keys ? createOidc(settings.oidc, keys, around.clock) : undefined;
  return {
    async callerOf(header, deadline) {
      const token = bearerToken(header('authorization'));
      if (known && (!verify || token.reveal().startsWith(TOKEN_PREFIX))) return known(token);
      if (verify) return verify(token, deadline);
      throw refusedToken('Birddog takes no tokens.');
    },
    authorise: (caller, wants, body) => authorise(access.current(), caller, wants, body),
    precheck(caller, asked) {
      // Anybody may lint.
      if (asked.operation.verb === 'lint') return;
      precheck(access.current(), caller, rightFor(asked), asked.query.application);
    },
    badFiles: () => [...files].filter(([, file]) => file.isBad()).map(([name]) => name),
    issuerUnavailable: () => keys?.isUnavailable() ?? false,
    askIssuer: async () => keys?.again(),
    close() {
      access.close();
      tokens?.close();
    },
  };
}
