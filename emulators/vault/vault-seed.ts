import { z } from 'zod';

const strings = z.array(z.string());
const anyStrings = strings.default([]);

/** The content of a Vault at its start. */
const seedSchema = z.strictObject({
  /** The product whose messages, tokens and health the emulator has. OpenBao's are those of a real server, release 2.6.2. */
  product: z.enum(['openbao', 'vault']).default('openbao'),
  authMount: z.string().default('kubernetes'),
  /** The auth method at the mount. Both take the same login; their messages differ. */
  authMethod: z.enum(['kubernetes', 'jwt']).default('kubernetes'),
  /** True if the auth mount is configured. */
  authConfigured: z.boolean().default(true),
  /** True if an operator requires MFA of logins at the mount. */
  mfa: z.boolean().default(false),
  /** The namespace of everything; '' for none. */
  namespace: z.string().default(''),
  /** Namespaces without content that an operator locked or sealed. */
  lockedNamespaces: anyStrings,
  sealedNamespaces: anyStrings,
  /** Service accounts by token, as the Kubernetes of this Vault would review it. */
  serviceAccounts: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      namespace: z.string(),
      audience: z.string().optional(),
      /** What is wrong with the token; `not_reviewed`: Kubernetes rejects it, or cannot be reached. */
      fault: z.enum(['expired', 'not_yet_valid', 'other_issuer', 'not_reviewed']).optional(),
    }),
  ),
  /**
   * Roles of the login, by name in lower case. `read` and `update` list the API paths of the policy; a final `*` matches
   * everything below. Times are in seconds.
   */
  roles: z.record(
    z.string(),
    z.strictObject({
      names: strings,
      namespaces: strings,
      audience: z.string().optional(),
      read: strings,
      update: anyStrings,
      ttl: z.number().default(3600),
      maxTtl: z.number().default(32 * 24 * 3600),
      tokenType: z.enum(['service', 'batch']).default('service'),
      /** False for `token_no_default_policy=true`. The policy `default` lets a token look up, renew and revoke itself. */
      defaultPolicy: z.boolean().default(true),
      /** The requests that each token is valid for; 0 for any number. */
      numUses: z.number().default(0),
      /** False if `token_bound_cidrs` excludes the client. */
      addressBound: z.boolean().default(true),
    }),
  ),
  /** The KV mounts and the version of each; `upgrading` from version 1 to 2. */
  mounts: z.record(z.string(), z.union([z.literal(1), z.literal(2), z.literal('upgrading')])),
  /** The secrets by `<mount>/<path>`. */
  secrets: z.record(z.string(), z.record(z.string(), z.string())),
});

export type VaultSeed = z.infer<typeof seedSchema>;
export type VaultSeedInput = z.input<typeof seedSchema>;
export type Product = VaultSeed['product'];
export type Role = VaultSeed['roles'][string];
export type ServiceAccount = VaultSeed['serviceAccounts'][string];
export type MountState = VaultSeed['mounts'][string];

/** Adds the defaults to a seed. Throws ZodError for an invalid one. */
export function vaultSeed(seed: unknown): VaultSeed {
  return seedSchema.parse(seed);
}

/** Returns the sandbox's content; the given Datadog keys are those of the real Datadog, if the sandbox uses it. */
export function sandboxSeed(
  keys: { readonly apiKey?: string | undefined; readonly appKey?: string | undefined } = {},
): VaultSeedInput {
  const datadog = {
    'datadog-api-key': keys.apiKey || 'sandbox-api-key',
    'datadog-app-key': keys.appKey || 'sandbox-app-key',
  };
  return {
    serviceAccounts: { 'sandbox-jwt': { name: 'birddog', namespace: 'birddog', audience: 'vault' } },
    roles: {
      birddog: {
        names: ['birddog'],
        namespaces: ['birddog'],
        audience: 'vault',
        read: ['secret/data/birddog/*'],
      },
    },
    mounts: { secret: 2 },
    secrets: {
      'secret/birddog/main': {
        ...datadog,
        'leanix-api-token': 'sandbox-leanix-token',
        'servicenow-username': 'sandbox-user',
        'servicenow-password': 'sandbox-password',
      },
      'secret/birddog/sidecar': datadog,
    },
  };
}
