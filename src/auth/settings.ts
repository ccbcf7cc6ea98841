import {
  isLoopback,
  list,
  optional,
  type Reader,
  required,
  serviceUrl,
  type Settings,
  text,
  wholeNumber,
} from '../runtime/settings.ts';

/** The ways in which a caller can say who asks. */
const METHODS = ['oidc', 'tokens'] as const;
type Method = (typeof METHODS)[number];

/** `none`, or some of the methods, comma-separated. An empty list stands for `none`. */
const methods: Reader<readonly Method[]> = (value) => {
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
const issuer: Reader<string> = (value) => {
  const { search, hash } = serviceUrl(value);
  if (search || hash) throw new Error(`"${value}" has a query or a fragment, which no issuer has`);
  return value;
};
const jwksUrl: Reader<URL | undefined> = serviceUrl;
const audience: Reader<readonly string[] | undefined> = list;

/** How callers say who they are, and what they may do. */
export const authSettings = {
  BIRDDOG_AUTH: required(
    methods,
    'How callers say who they are: none (on loopback alone), or a comma-separated list of oidc and tokens.',
  ),
  BIRDDOG_ACCESS: optional(
    text,
    '',
    'The file that says which groups may do what; required unless BIRDDOG_AUTH=none.',
  ),
  BIRDDOG_TOKENS: optional(
    text,
    '',
    'The file with the tokens of robots; required where BIRDDOG_AUTH has tokens.',
  ),
  BIRDDOG_OIDC_ISSUER: optional(
    issuer,
    '',
    'The issuer of OIDC tokens, to the letter as their iss has it; required where BIRDDOG_AUTH has oidc.',
  ),
  BIRDDOG_OIDC_AUDIENCE: optional(
    audience,
    undefined,
    'The audiences of which a token must have one, comma-separated; required where BIRDDOG_AUTH has oidc.',
  ),
  BIRDDOG_OIDC_JWKS_URL: optional(
    jwksUrl,
    undefined,
    "Where the issuer's keys are; by default as its /.well-known/openid-configuration says.",
  ),
  BIRDDOG_OIDC_NAME_CLAIM: optional(text, 'sub', 'The claim that names the caller.'),
  BIRDDOG_OIDC_GROUPS_CLAIM: optional(
    text,
    'groups',
    'The claim with the groups of the caller; a dot leads into an object, as in realm_access.roles.',
  ),
  BIRDDOG_OIDC_SKEW_MS: optional(
    wholeNumber(0, 300_000),
    30_000,
    "By how much (ms) the issuer's clock and Birddog's may differ.",
  ),
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
type Name = keyof typeof authSettings;
type Given = Settings<typeof authSettings>;

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
