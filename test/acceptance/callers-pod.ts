import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOidcEmulator } from '../../emulators/oidc/oidc-emulator.ts';
import type { RunningEmulator } from '../../emulators/server/emulator-server.ts';
import { type Answer, type Pod, request, startPod } from './pod.ts';

export const AUDIENCE = 'birddog';
const DAY_MS = 86_400_000;

/** A pod that authenticates callers with tokens of an issuer and of a file. */
export interface CallersPod {
  readonly pod: Pod;
  readonly issuer: RunningEmulator;
  readonly files: { readonly access: string; readonly tokens: string };
  /** Returns a token of the issuer. The audience is Birddog unless the claims set another one. */
  oidcToken(claims: object): Promise<string>;
  /** Sends one request with a token. */
  ask(token: string | undefined, method: string, path: string, body?: object): Promise<Answer>;
  /** Returns the number of requests that all upstreams have received. */
  asked(): Promise<number[]>;
  /** Returns that number once no request is in progress: a lookup in one catalog may outlast the answer that another decided. */
  settled(): Promise<number[]>;
  stop(): Promise<void>;
}

export interface Robot {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
  /** Lifetime in days. */
  readonly days: number;
}

/** Returns a tokens file for these robots. */
export function tokensFile(robots: readonly Robot[]): string {
  const entries = robots.map(({ name, token, groups, days }) => ({
    name,
    sha256: createHash('sha256').update(token).digest('hex'),
    expires: new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10),
    groups,
  }));
  return JSON.stringify({ tokens: entries });
}

/** Replaces a file atomically, as a mount does. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Starts the issuer and the pod. `access` and `tokens` are the contents of the files; `more` are further settings of Birddog. */
export async function startCallersPod(
  access: string,
  tokens: string,
  more: Readonly<Record<string, string>> = {},
): Promise<CallersPod> {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-callers-'));
  const files = { access: join(folder, 'access.yaml'), tokens: join(folder, 'tokens.yaml') };
  writeFileSync(files.access, access);
  writeFileSync(files.tokens, tokens);
  const issuer = await startOidcEmulator({ port: 0 });
  const stopIssuer = async () => {
    await issuer.close();
    rmSync(folder, { recursive: true });
  };
  const pod = await startPod({
    limits: false,
    env: {
      serve: {
        BIRDDOG_AUTH: 'oidc,tokens',
        BIRDDOG_ACCESS: files.access,
        BIRDDOG_TOKENS: files.tokens,
        BIRDDOG_OIDC_ISSUER: issuer.url,
        BIRDDOG_OIDC_AUDIENCE: AUDIENCE,
        CATALOG_TTL_MS: '0',
        ...more,
      },
    },
  }).catch(async (error: unknown) => {
    await stopIssuer();
    throw error;
  });
  return {
    pod,
    issuer,
    files,
    async oidcToken(claims) {
      const body = JSON.stringify({ aud: AUDIENCE, ...claims });
      return (await fetch(`${issuer.url}/__control/tokens`, { method: 'POST', body })).text();
    },
    ask: (token, method, path, body) =>
      request(pod, method, path, {
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    asked: () => askedOf(pod),
    async settled() {
      let seen: number[] = [];
      let quiet = 0;
      await pod.until(async () => {
        const last = seen.join();
        seen = await askedOf(pod);
        quiet = seen.join() === last ? quiet + 1 : 0;
        return quiet === 3;
      });
      return seen;
    },
    async stop() {
      await pod.stop();
      await stopIssuer();
    },
  };
}

async function askedOf({ datadogUrl, leanixUrl, servicenowUrl }: Pod): Promise<number[]> {
  return Promise.all(
    [datadogUrl, leanixUrl, servicenowUrl].map(async (url) => {
      const seen: unknown = await (await fetch(`${url}/__control/requests`)).json();
      return Array.isArray(seen) ? seen.length : 0;
    }),
  );
}
