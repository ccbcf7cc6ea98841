import { z } from 'zod';

const words = z.array(z.string());

/** What a Vault holds when it starts. */
const seedSchema = z.strictObject({
  authMount: z.string().default('kubernetes'),
  /** Whether the login's mount has been configured. */
  authConfigured: z.boolean().default(true),
  /** The Enterprise namespace everything is in; '' for none. */
  namespace: z.string().default(''),
  /** Service accounts by the text of their token, as the Kubernetes of this Vault would judge it. */
  serviceAccounts: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      namespace: z.string(),
      audience: z.string().optional(),
      expired: z.boolean().default(false),
    }),
  ),
  /** Roles of the Kubernetes login. `read` holds API paths, with `*` at the end for anything below; times in seconds. */
  roles: z.record(
    z.string(),
    z.strictObject({
      names: words,
      namespaces: words,
      audience: z.string().optional(),
      read: words,
      ttl: z.number().default(3600),
      maxTtl: z.number().default(32 * 24 * 3600),
      tokenType: z.enum(['service', 'batch']).default('service'),
    }),
  ),
  /** KV mounts and their versions. */
  mounts: z.record(z.string(), z.union([z.literal(1), z.literal(2)])),
  /** By `<mount>/<path>`. */
  secrets: z.record(z.string(), z.record(z.string(), z.string())),
});

export type VaultSeed = z.infer<typeof seedSchema>;
export type VaultSeedInput = z.input<typeof seedSchema>;
export type Role = VaultSeed['roles'][string];
export type ServiceAccount = VaultSeed['serviceAccounts'][string];

/** Fills in what a seed leaves out. Throws ZodError where it is none. */
export function vaultSeed(seed: unknown): VaultSeed {
  return seedSchema.parse(seed);
}

/** What the sandbox's Vault holds; the Datadog keys are those given, where the sandbox talks to the real Datadog. */
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
