import { isLoopback, list, type Reader, serviceUrl } from '../runtime/settings.ts';

/** The ways in which a caller can say who asks. */
const METHODS = ['oidc', 'tokens'] as const;
type Method = (typeof METHODS)[number];

/** `none`, or some of the methods, comma-separated. An empty list stands for `none`. */
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

/** The issuer's name, to the letter: it is compared with the `iss` of every token. */
export const oidcIssuer: Reader<string> = (value) => {
  const { search, hash } = serviceUrl(value);
  if (search || hash) throw new Error(`"${value}" has a query or a fragment, which no issuer has`);
  return value;
};
/** What an OIDC token is held against. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly jwksUrl: URL | undefined;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  readonly skewMs: number;
}

/** How callers are known; paths of files. */
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

/** Which settings belong to what is on, and which of them it cannot do without. */
const BELONG: readonly {
  readonly to: Method | 'anybody';
  readonly needs: readonly Name[];
  readonly takes: readonly Name[];
}[] = [
  { to: 'anybody', needs: ['BIRDDOG_ACCESS'], takes: [] },
  { to: 'tokens', needs: ['BIRDDOG_TOKENS'], takes: [] },
  {
    to: 'oidc',
    needs: ['BIRDDOG_OIDC_ISSUER', 'BIRDDOG_OIDC_AUDIENCE'],
    takes: [
      'BIRDDOG_OIDC_JWKS_URL',
      'BIRDDOG_OIDC_NAME_CLAIM',
      'BIRDDOG_OIDC_GROUPS_CLAIM',
      'BIRDDOG_OIDC_SKEW_MS',
    ],
  },
];

/**
 * How callers are known, or undefined where nobody is asked. What is wrong goes into `faults`: a setting that a method
 * lacks, one of a method that is off, and nobody asked though others than this machine get in.
 */
export function authOf(
  given: Given & { readonly BIRDDOG_HOST: string },
  env: Readonly<Record<string, string | undefined>>,
  faults: string[],
): AuthSettings | undefined {
  const on: readonly string[] = given.BIRDDOG_AUTH;
  if (on.length === 0 && !isLoopback(given.BIRDDOG_HOST)) {
    faults.push('BIRDDOG_AUTH: "none" is for loopback alone, and BIRDDOG_HOST is not loopback');
  }
  for (const { to, needs, takes } of BELONG) {
    const isOn = to === 'anybody' ? on.length > 0 : on.includes(to);
    const says = `BIRDDOG_AUTH is ${on.join(',') || 'none'}`;
    for (const name of needs) if (isOn && !env[name]) faults.push(`${name} is not set, and ${says}`);
    for (const name of [...needs, ...takes]) {
      if (!isOn && env[name]) faults.push(`${name}: it is of no use where ${says}; leave it out`);
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
