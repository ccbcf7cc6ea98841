import { z } from 'zod';

const strings = z.array(z.string());

/** The content of a Vault at its start. */
const seedSchema = z.strictObject({
  authMount: z.string().default('kubernetes'),
  /** True if the auth mount is configured. */
  authConfigured: z.boolean().default(true),
  /** The Enterprise namespace of everything; '' for none. */
  namespace: z.string().default(''),
  /** Service accounts by token, as the Kubernetes of this Vault would review it. */
  serviceAccounts: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      namespace: z.string(),
      audience: z.string().optional(),
      expired: z.boolean().default(false),
    }),
  ),
  /** Roles of the Kubernetes login. `read` lists API paths; a final `*` matches everything below. Times are in seconds. */
  roles: z.record(
    z.string(),
    z.strictObject({
      names: strings,
      namespaces: strings,
      audience: z.string().optional(),
      read: strings,
      ttl: z.number().default(3600),
      maxTtl: z.number().default(32 * 24 * 3600),
      tokenType: z.enum(['service', 'batch']).default('service'),
    }),
  ),
  /** The KV mounts and the version of each. */
  mounts: z.record(z.string(), z.union([z.literal(1), z.literal(2)])),
  /** The secrets by `<mount>/<path>`. */
  secrets: z.record(z.string(), z.record(z.string(), z.string())),
});

export type VaultSeed = z.infer<typeof seedSchema>;
export type VaultSeedInput = z.input<typeof seedSchema>;
export type Role = VaultSeed['roles'][string];
export type ServiceAccount = VaultSeed['serviceAccounts'][string];

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
