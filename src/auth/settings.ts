import { isLoopback, list, type Reader, serviceUrl } from '../runtime/settings.ts';

/** The authentication methods. */
const METHODS = ['oidc', 'tokens'] as const;
type Method = (typeof METHODS)[number];

/** Reads `none` or a comma-separated list of methods. Returns an empty list for `none`. */
export const authMethods: Reader<readonly Method[]> = (value) => {
  if (value === 'none') return [];
  return list(value).map((word, at, words) => {
    const method = METHODS.find((m) => m === word);
    if (method === undefined)
      throw new Error(`"${word}" is unknown; use ${METHODS.join(', ')}, or only none`);
    if (words.indexOf(word) !== at) throw new Error(`"${word}" is listed twice`);
    return method;
  });
};

/** Reads the issuer URL. Keeps its exact spelling, which is compared with the `iss` of every token. */
export const oidcIssuer: Reader<string> = (value) => {
  const { search, hash } = serviceUrl(value);
  if (search || hash) throw new Error(`"${value}" has a query or a fragment, which no issuer has`);
  return value;
};
/** The settings that OIDC tokens are verified with. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly jwksUrl: URL | undefined;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  readonly skewMs: number;
}

/** The settings of authentication. `access` and `tokens` are file paths. */
export interface AuthSettings {
  readonly access: string;
  readonly tokens?: string;
  readonly oidc?: OidcSettings;
}

/** The settings of authentication, as `src/main/settings.ts` lists them. */
interface Given {
  readonly BIRDDOG_AUTH: readonly Method[];
  readonly BIRDDOG_ACCESS: string;
  readonly BIRDDOG_TOKENS: string;
  readonly BIRDDOG_OIDC_ISSUER: string;
  readonly BIRDDOG_OIDC_AUDIENCE: readonly string[] | undefined;
  readonly BIRDDOG_OIDC_JWKS_URL: URL | undefined;
  readonly BIRDDOG_OIDC_NAME_CLAIM: string;
  readonly BIRDDOG_OIDC_GROUPS_CLAIM: string;
  readonly BIRDDOG_OIDC_SKEW_MS: number;
}
type Name = keyof Given;

/** The settings that each method requires and allows. `any` applies to all methods. */
const METHOD_SETTINGS: readonly {
  readonly method: Method | 'any';
  readonly required: readonly Name[];
  readonly optional: readonly Name[];
}[] = [
  { method: 'any', required: ['BIRDDOG_ACCESS'], optional: [] },
  { method: 'tokens', required: ['BIRDDOG_TOKENS'], optional: [] },
  {
    method: 'oidc',
    required: ['BIRDDOG_OIDC_ISSUER', 'BIRDDOG_OIDC_AUDIENCE'],
    optional: [
      'BIRDDOG_OIDC_JWKS_URL',
      'BIRDDOG_OIDC_NAME_CLAIM',
      'BIRDDOG_OIDC_GROUPS_CLAIM',
      'BIRDDOG_OIDC_SKEW_MS',
    ],
  },
];

/**
 * Returns the settings of authentication, or undefined if it is off. Adds to `faults` each missing setting of an enabled
 * method, each setting of a disabled method, and `none` on a host that is not loopback.
 */
export function authOf(
  given: Given & { readonly BIRDDOG_HOST: string },
  env: Readonly<Record<string, string | undefined>>,
  faults: string[],
): AuthSettings | undefined {
  const on: readonly string[] = given.BIRDDOG_AUTH;
  if (on.length === 0 && !isLoopback(given.BIRDDOG_HOST)) {
    faults.push('BIRDDOG_AUTH: "none" requires BIRDDOG_HOST to be a loopback address');
  }
  for (const { method, required, optional } of METHOD_SETTINGS) {
    const isOn = method === 'any' ? on.length > 0 : on.includes(method);
    const current = `BIRDDOG_AUTH is ${on.join(',') || 'none'}`;
    for (const name of required)
      if (isOn && !env[name]) faults.push(`${name} is required, because ${current}`);
    for (const name of [...required, ...optional]) {
      if (!isOn && env[name]) faults.push(`${name} has no effect, because ${current}; remove it`);
    }
  }
  if (on.length === 0) return undefined;
  return {
    access: given.BIRDDOG_ACCESS,
    ...(on.includes('tokens') ? { tokens: given.BIRDDOG_TOKENS } : {}),
    ...(on.includes('oidc') ? { oidc: oidcOf(given) } : {}),
  };
}

function oidcOf(given: Given): OidcSettings {
  return {
    issuer: given.BIRDDOG_OIDC_ISSUER,
    audience: given.BIRDDOG_OIDC_AUDIENCE ?? [],
    jwksUrl: given.BIRDDOG_OIDC_JWKS_URL,
    nameClaim: given.BIRDDOG_OIDC_NAME_CLAIM,
    groupsClaim: given.BIRDDOG_OIDC_GROUPS_CLAIM,
    skewMs: given.BIRDDOG_OIDC_SKEW_MS,
  };
}
