interface FailureKind {
  /** The exit status of `birddog init`. */
  readonly exit: number;
  readonly says: string;
  readonly hint: string;
  /** Whether it may pass by itself: at any try, at the second alone, or never (the usual case). */
  readonly passes?: 'in time' | 'once';
}

/** Everything that can go wrong with Vault, each with an exit status of its own. docs/vault.md is held against this table. */
export const VAULT_FAILURES = {
  unreachable: {
    exit: 10,
    passes: 'in time',
    says: 'Vault cannot be reached',
    hint: 'Check VAULT_ADDR, the network policy and DNS.',
  },
  not_trusted: {
    exit: 11,
    says: "Vault's certificate is not trusted",
    hint: 'Give the CA that signed it in VAULT_CACERT or VAULT_CACERT_BYTES.',
  },
  sealed: { exit: 12, passes: 'in time', says: 'Vault is sealed', hint: "Vault's operators must unseal it." },
  standby: {
    exit: 13,
    passes: 'in time',
    says: 'This Vault is a standby that does not answer',
    hint: 'Address the active Vault: its service, not one of its pods, and no disaster recovery secondary.',
  },
  not_initialised: {
    exit: 14,
    says: 'Vault is not initialised',
    hint: "Vault's operators must initialise it.",
  },
  no_token_file: {
    exit: 20,
    says: 'The service account token cannot be read',
    hint: 'Project a service account token at VAULT_TOKEN_FILE.',
  },
  unknown_role: {
    exit: 21,
    says: 'Vault does not know the role',
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
    says: "The token's audience is not the one the role wants",
    hint: 'Give the projected token the audience of the role.',
  },
  login_denied: {
    exit: 25,
    says: 'Vault denies the login',
    hint: "The cause is in Vault's log: an expired token, its signature, the review by Kubernetes, or no such VAULT_AUTH_MOUNT.",
  },
  auth_not_set_up: {
    exit: 26,
    says: 'Kubernetes auth is not set up at this mount',
    hint: 'Check VAULT_AUTH_MOUNT, or have the auth method configured.',
  },
  read_denied: {
    exit: 30,
    says: "The role's policy does not allow to read the secret",
    hint: 'For KV version 2 the policy must name <mount>/data/<path>.',
  },
  token_dead: {
    exit: 31,
    passes: 'once',
    says: 'Vault no longer knows the token it gave',
    hint: "Check the role's token TTL.",
  },
  secret_missing: {
    exit: 32,
    says: 'There is no such secret',
    hint: 'Check VAULT_KV_MOUNT, VAULT_KV_VERSION and the path, or write the secret.',
  },
  secret_deleted: { exit: 33, says: 'The secret was deleted', hint: 'Undelete it or write a new version.' },
  field_missing: {
    exit: 34,
    says: 'The secret lacks a field',
    hint: 'Write the field, with a text that is not empty.',
  },
  wrong_shape: {
    exit: 35,
    says: 'The secret has another shape than this KV version',
    hint: 'Check VAULT_KV_VERSION: 1 or 2.',
  },
  rate_limited: {
    exit: 40,
    passes: 'in time',
    says: 'Vault limits the rate of requests',
    hint: 'Try again later, or have the quota raised.',
  },
  failed: { exit: 41, passes: 'in time', says: 'Vault failed', hint: "See Vault's log." },
  nonsense: {
    exit: 42,
    says: 'Something else than Vault answers at this address',
    hint: 'Check VAULT_ADDR: a proxy or a login page may stand there.',
  },
} as const satisfies Record<string, FailureKind>;

export type VaultFailureName = keyof typeof VAULT_FAILURES;

/** Something went wrong with Vault. The message is a plain sentence with what to do. */
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

  /** Whether it is worth trying again. */
  get passes(): 'in time' | 'once' | 'no' {
    const kind: FailureKind = VAULT_FAILURES[this.failure];
    return kind.passes ?? 'no';
  }
}

interface Condition {
  readonly status: number;
  /** Words in Vault's errors; they come in several spellings, so never the whole text. */
  readonly words?: RegExp;
  readonly failure: VaultFailureName;
}

/** The first row that fits tells what an answer to any request means. */
const CONDITIONS: readonly Condition[] = [
  // A standby that does not pass requests on sends its client to the active server (Vault docs, concepts/ha).
  { status: 307, failure: 'standby' },
  { status: 400, words: /DR secondary/i, failure: 'standby' },
  { status: 503, words: /sealed/i, failure: 'sealed' },
  { status: 501, failure: 'not_initialised' },
  { status: 429, words: /standby/i, failure: 'standby' },
  { status: 472, failure: 'standby' },
  { status: 473, failure: 'standby' },
  { status: 429, failure: 'rate_limited' },
  { status: 400, words: /invalid role name|missing role/i, failure: 'unknown_role' },
  { status: 500, words: /could not load backend configuration/i, failure: 'auth_not_set_up' },
];

const LOGIN_SIGNS: readonly Condition[] = [
  { status: 403, words: /service account name not authorized/i, failure: 'account_not_bound' },
  { status: 403, words: /namespace not authorized/i, failure: 'namespace_not_bound' },
  { status: 403, words: /audience|\(aud\)/i, failure: 'wrong_audience' },
  { status: 403, failure: 'login_denied' },
  { status: 404, failure: 'auth_not_set_up' },
  ...CONDITIONS,
  { status: 400, failure: 'login_denied' },
];

/** What an answer that is no success means, at the login or at any other request. */
export function failureOf(status: number, words: string, login: boolean): VaultFailureName {
  const conditions = login ? LOGIN_SIGNS : CONDITIONS;
  const sign = conditions.find((s) => s.status === status && (s.words?.test(words) ?? true));
  return sign?.failure ?? (status >= 500 || status === 412 ? 'failed' : 'nonsense');
}
