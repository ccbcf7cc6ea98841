import { randomBytes } from 'node:crypto';
import { type EmulatorResponse, type EmulatorRequest, json } from '../server/emulator-server.ts';

/** The technical user's API token, and the access tokens issued for it. */
export class LeanixTokens {
  readonly #apiToken: string;
  readonly #lifetimeSeconds: number;
  readonly #now: () => number;
  /** The expiry of each access token, in epoch milliseconds. */
  readonly #expiries = new Map<string, number>();

  constructor(apiToken: string, lifetimeSeconds: number, now: () => number) {
    this.#apiToken = apiToken;
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#now = now;
  }

  /** Serves `POST /services/mtm/v1/oauth2/token`; the user name is always `apitoken`. */
  issue({ headers, body }: EmulatorRequest): EmulatorResponse {
    const credentials = Buffer.from(
      /^Basic (.+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '',
      'base64',
    );
    if (credentials.toString() !== `apitoken:${this.#apiToken}`) {
      return json(401, { error: 'invalid_client', error_description: 'Bad client credentials' });
    }
    if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
      return json(415, { error: 'invalid_request', error_description: 'The body must be a form' });
    }
    if (new URLSearchParams(body).get('grant_type') !== 'client_credentials') {
      return json(400, { error: 'unsupported_grant_type', error_description: 'Unsupported grant type' });
    }
    const expiry = this.#now() + this.#lifetimeSeconds * 1000;
    const access_token = this.#jwt(expiry);
    this.#expiries.set(access_token, expiry);
    return json(200, {
      access_token,
      token_type: 'bearer',
      expires_in: this.#lifetimeSeconds,
      scope: '',
      expired: false,
    });
  }

  /** Returns whether a request has a valid access token. */
  accepts(headers: Readonly<Record<string, string>>): boolean {
    const token = /^Bearer (.+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';
    return (this.#expiries.get(token) ?? 0) > this.#now();
  }

  /** Revokes every access token. */
  revokeAll(): void {
    this.#expiries.clear();
  }

  #jwt(expiry: number): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      sub: 'technical-user',
      exp: Math.floor(expiry / 1000),
      jti: randomBytes(8).toString('hex'),
    };
    return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${randomBytes(32).toString('base64url')}`;
  }
}
