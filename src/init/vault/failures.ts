interface FailureKind {
  /** The exit status of `birddog init`. */
  readonly exit: number;
  /** What happened, without the full stop. */
  readonly says: string;
  readonly hint: string;
  /** The retries that can succeed: any attempt before the deadline, or only the second attempt. Default: none. */
  readonly retry?: 'until deadline' | 'once';
}

/** Every failure of Vault with its exit status. A test compares docs/vault.md with this table. */
export const VAULT_FAILURES = {
  unreachable: {
    exit: 10,
    retry: 'until deadline',
    says: 'Vault cannot be reached',
    hint: 'Check VAULT_ADDR (host, port, http or https), the network policy and DNS.',
  },
  not_trusted: {
    exit: 11,
    says: "Vault's certificate is not trusted",
    hint: 'Set VAULT_CACERT or VAULT_CACERT_BYTES to the CA that signed it.',
  },
  sealed: {
    exit: 12,
    retry: 'until deadline',
    says: 'Vault is sealed',
    hint: 'Ask the operators of Vault to unseal it.',
  },
  standby: {
    exit: 13,
    retry: 'until deadline',
    says: 'This Vault server is a standby that does not forward requests',
    hint: 'Set VAULT_ADDR to the active server: use its Service, not a single pod or a disaster recovery secondary.',
  },
  not_initialised: {
    exit: 14,
    says: 'Vault is not initialised',
    hint: 'Ask the operators of Vault to initialise it.',
  },
  wrong_host_name: {
    exit: 15,
    says: "Vault's certificate is for another host name",
    hint: 'Set VAULT_TLS_SERVER_NAME to a name in the certificate, or VAULT_ADDR to a host in it.',
  },
  certificate_expired: {
    exit: 16,
    says: "Vault's certificate or its CA has expired or is not yet valid",
    hint: 'Ask the operators of Vault to renew it. Check the clock of this node, and VAULT_CACERT.',
  },
  client_certificate_required: {
    exit: 17,
    says: 'Vault requires a client certificate',
    hint: 'Birddog has none: ask the operators of Vault for a listener without tls_require_and_verify_client_cert.',
  },
  no_token_file: {
    exit: 20,
    says: 'The service account token cannot be read',
    hint: 'Project a service account token at VAULT_TOKEN_FILE.',
  },
  unknown_role: {
    exit: 21,
    says: 'The role is unknown to Vault',
    hint: 'Check VAULT_ROLE and VAULT_AUTH_MOUNT.',
  },
  account_not_bound: {
    exit: 22,
    says: 'The role does not allow this service account',
    hint: "Add the pod's service account to the role's bound_service_account_names.",
  },
  namespace_not_bound: {
    exit: 23,
    says: 'The role does not allow this Kubernetes namespace',
    hint: "Add the pod's namespace to the role's bound_service_account_namespaces.",
  },
  wrong_audience: {
    exit: 24,
    says: 'The audience of the service account token does not match the role',
    hint: 'Set the audience of the projected token to that of the role.',
  },
  login_denied: {
    exit: 25,
    says: 'Vault denied the login',
    hint: 'Causes: an unknown VAULT_AUTH_MOUNT or VAULT_NAMESPACE, an invalid signature, a failed token review by Kubernetes, or an address outside token_bound_cidrs. Vault logs which; OpenBao only at the log level debug.',
  },
  auth_not_set_up: {
    exit: 26,
    says: 'Kubernetes auth is not configured at this mount',
    hint: 'Check VAULT_AUTH_MOUNT and VAULT_NAMESPACE, or ask the operators of Vault to configure the auth method.',
  },
  unknown_namespace: {
    exit: 27,
    says: 'The Vault namespace does not exist',
    hint: 'Check VAULT_NAMESPACE.',
  },
  mfa_required: {
    exit: 28,
    says: 'Vault requires multi-factor authentication for this login',
    hint: 'A pod has no second factor: ask the operators of Vault to exempt VAULT_AUTH_MOUNT from MFA.',
  },
  invalid_account_token: {
    exit: 29,
    says: 'Vault rejected the service account token for its time or issuer',
    hint: 'Check the clocks, that VAULT_TOKEN_FILE is a projected token (Kubernetes renews it), and the issuer in the auth method.',
  },
  read_denied: {
    exit: 30,
    says: "The role's policy does not allow reading the secret",
    hint: 'For KV version 2 the policy must name <mount>/data/<path>.',
  },
  token_dead: {
    exit: 31,
    retry: 'once',
    says: 'Vault rejected the token that it issued',
    hint: "Check the role's token TTL.",
  },
  secret_missing: {
    exit: 32,
    says: 'The secret does not exist',
    hint: 'Check VAULT_KV_MOUNT, VAULT_KV_VERSION and the path, or write the secret.',
  },
  secret_deleted: { exit: 33, says: 'The secret was deleted', hint: 'Undelete it or write a new version.' },
  field_missing: {
    exit: 34,
    says: 'A required field of the secret is missing',
    hint: 'Write the field with a non-empty string.',
  },
  wrong_shape: {
    exit: 35,
    says: 'The secret does not have the format of this KV version',
    hint: 'Set VAULT_KV_VERSION to the version of the engine: 1 or 2.',
  },
  token_uses: {
    exit: 36,
    says: 'The token has no uses left',
    hint: "Set the role's token_num_uses to 0: no limit.",
  },
  rate_limited: {
    exit: 40,
    retry: 'until deadline',
    says: 'Vault limited the rate of requests',
    hint: 'Retry later, or ask the operators of Vault to raise the quota.',
  },
  failed: { exit: 41, retry: 'until deadline', says: 'Vault returned an error', hint: "Read Vault's log." },
  nonsense: {
    exit: 42,
    says: 'The server at this address is not Vault',
    hint: 'Check VAULT_ADDR: a proxy or a login page may answer there.',
  },
} as const satisfies Record<string, FailureKind>;

export type VaultFailureName = keyof typeof VAULT_FAILURES;

/** A failure of Vault. The message states the fact, then the fix. */
export class VaultFailure extends Error {
  readonly failure: VaultFailureName;

  constructor(failure: VaultFailureName, about: string, cause?: unknown) {
    const { says, hint } = VAULT_FAILURES[failure];
    super(`${says} (${about}). ${hint}`, { cause });
    this.name = 'VaultFailure';
    this.failure = failure;
  }

  get exit(): number {
    return VAULT_FAILURES[this.failure].exit;
  }

  /** Returns which retries can succeed. */
  get retry(): 'until deadline' | 'once' | 'never' {
    const kind: FailureKind = VAULT_FAILURES[this.failure];
    return kind.retry ?? 'never';
  }
}

/** Returns whether an error says that Vault no longer accepts the token, so that only a new login can help. */
export function isTokenFailure(error: unknown): error is VaultFailure {
  return error instanceof VaultFailure && TOKEN_FAILURES.has(error.failure);
}
const TOKEN_FAILURES: ReadonlySet<VaultFailureName> = new Set(['token_dead', 'token_uses']);

interface Condition {
  readonly status: number;
  /** Part of Vault's error text. The full text differs between releases. */
  readonly words?: RegExp;
  readonly failure: VaultFailureName;
}

/** What an error response to any request means. The first matching row decides. */
const CONDITIONS: readonly Condition[] = [
  // A standby that does not forward requests redirects the client to the active server (Vault docs, concepts/ha).
  { status: 307, failure: 'standby' },
  { status: 400, words: /DR secondary/i, failure: 'standby' },
  { status: 503, words: /sealed/i, failure: 'sealed' },
  { status: 501, failure: 'not_initialised' },
  { status: 429, words: /standby/i, failure: 'standby' },
  { status: 472, failure: 'standby' },
  { status: 473, failure: 'standby' },
  { status: 429, failure: 'rate_limited' },
  { status: 404, words: /namespace not found/i, failure: 'unknown_namespace' },
  // KV version 1 while it becomes version 2.
  { status: 400, words: /Upgrading from non-versioned/i, failure: 'failed' },
  { status: 400, words: /invalid role name|missing role/i, failure: 'unknown_role' },
  { status: 500, words: /could not load backend configuration/i, failure: 'auth_not_set_up' },
];

/** What an error response to the login means. */
const LOGIN_CONDITIONS: readonly Condition[] = [
  { status: 403, words: /service account name not authorized/i, failure: 'account_not_bound' },
  { status: 403, words: /namespace not authorized/i, failure: 'namespace_not_bound' },
  { status: 403, words: /audience|\(aud\)/i, failure: 'wrong_audience' },
  { status: 403, words: /\((?:exp|nbf|iss)\)/i, failure: 'invalid_account_token' },
  { status: 403, failure: 'login_denied' },
  ...CONDITIONS,
  { status: 404, failure: 'auth_not_set_up' },
  // JWT auth, which takes the same login.
  { status: 400, words: /\(aud\)/i, failure: 'wrong_audience' },
  { status: 400, words: /\((?:exp|nbf|iss)\)/i, failure: 'invalid_account_token' },
  { status: 400, words: /\(sub\)/i, failure: 'account_not_bound' },
  { status: 400, words: /^role .* could not be found/i, failure: 'unknown_role' },
  { status: 400, words: /could not load configuration/i, failure: 'auth_not_set_up' },
  { status: 400, failure: 'login_denied' },
];

/** Classifies an error response to the login or to any other request. */
export function failureOf(status: number, words: string, login: boolean): VaultFailureName {
  const conditions = login ? LOGIN_CONDITIONS : CONDITIONS;
  const match = conditions.find((c) => c.status === status && (c.words?.test(words) ?? true));
  return match?.failure ?? (status >= 500 || status === 412 ? 'failed' : 'nonsense');
}
