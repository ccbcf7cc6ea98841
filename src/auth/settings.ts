import type { ClaimMapping } from './claims.ts';
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

/** The name of the issuer of BIRDDOG_OIDC_ISSUER among those of the issuers file. */
export const ENV_ISSUER = 'oidc';

/** The settings that the tokens of one issuer are verified with. */
export interface OidcSettings extends ClaimMapping {
  /** Unique among the issuers. */
  readonly name: string;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly jwksUrl: URL | undefined;
  readonly skewMs: number;
}

/** The settings of authentication. `access`, `tokens` and `issuers` are file paths. */
export interface AuthSettings {
  readonly access: string;
  readonly tokens?: string;
  readonly issuers?: string;
  /** The issuer of BIRDDOG_OIDC_ISSUER. */
  readonly oidc?: OidcSettings;
  readonly skewMs: number;
}

/** The settings of authentication, as `src/main/settings.ts` lists them. */
interface Given {
  readonly BIRDDOG_AUTH: readonly Method[];
  readonly BIRDDOG_ACCESS: string;
  readonly BIRDDOG_TOKENS: string;
  readonly BIRDDOG_ISSUERS: string;
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
    required: [],
    optional: [
      'BIRDDOG_ISSUERS',
      'BIRDDOG_OIDC_ISSUER',
      'BIRDDOG_OIDC_AUDIENCE',
      'BIRDDOG_OIDC_JWKS_URL',
      'BIRDDOG_OIDC_NAME_CLAIM',
      'BIRDDOG_OIDC_GROUPS_CLAIM',
      'BIRDDOG_OIDC_SKEW_MS',
    ],
  },
];

/** The settings that only concern the issuer of BIRDDOG_OIDC_ISSUER. */
const ISSUER_SETTINGS = [
  'BIRDDOG_OIDC_AUDIENCE',
  'BIRDDOG_OIDC_JWKS_URL',
  'BIRDDOG_OIDC_NAME_CLAIM',
  'BIRDDOG_OIDC_GROUPS_CLAIM',
] as const satisfies readonly Name[];

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
  if (on.includes('oidc')) addIssuerFaults(env, faults);
  const withOidc = {
    ...(given.BIRDDOG_ISSUERS === '' ? {} : { issuers: given.BIRDDOG_ISSUERS }),
    ...(given.BIRDDOG_OIDC_ISSUER === '' ? {} : { oidc: oidcOf(given) }),
  };
  return {
    access: given.BIRDDOG_ACCESS,
    ...(on.includes('tokens') ? { tokens: given.BIRDDOG_TOKENS } : {}),
    ...(on.includes('oidc') ? withOidc : {}),
    skewMs: given.BIRDDOG_OIDC_SKEW_MS,
  };
}

/** Adds faults unless there is an issuer, with its audience. */
function addIssuerFaults(env: Readonly<Record<string, string | undefined>>, faults: string[]): void {
  const { BIRDDOG_OIDC_ISSUER, BIRDDOG_OIDC_AUDIENCE, BIRDDOG_ISSUERS } = env;
  if (BIRDDOG_OIDC_ISSUER) {
    if (!BIRDDOG_OIDC_AUDIENCE)
      faults.push('BIRDDOG_OIDC_AUDIENCE is required, because BIRDDOG_OIDC_ISSUER is set');
  } else if (!BIRDDOG_ISSUERS)
    faults.push('BIRDDOG_OIDC_ISSUER or BIRDDOG_ISSUERS is required, because BIRDDOG_AUTH contains oidc');
  else {
    for (const name of ISSUER_SETTINGS)
      if (env[name]) faults.push(`${name} has no effect without BIRDDOG_OIDC_ISSUER; remove it`);
  }
}

function oidcOf(given: Given): OidcSettings {
  return {
    name: ENV_ISSUER,
    prefix: '',
    require: new Map(),
    groups: [],
    issuer: given.BIRDDOG_OIDC_ISSUER,
    audience: given.BIRDDOG_OIDC_AUDIENCE ?? [],
    jwksUrl: given.BIRDDOG_OIDC_JWKS_URL,
    nameClaim: given.BIRDDOG_OIDC_NAME_CLAIM,
    groupsClaim: given.BIRDDOG_OIDC_GROUPS_CLAIM,
    skewMs: given.BIRDDOG_OIDC_SKEW_MS,
  };
}
