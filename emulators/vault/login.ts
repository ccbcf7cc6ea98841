import type { EmulatorResponse } from '../server/emulator-server.ts';
import { bodyFields, denied, envelope, failure, undecodable } from './vault-answers.ts';
import type { Role, ServiceAccount, VaultSeed } from './vault-seed.ts';
import { type Token, type Tokens, uuidOf } from './vault-tokens.ts';

type AccountFault = NonNullable<ServiceAccount['fault']> | 'other_audience';

/** What the server reads from the token itself, before it asks Kubernetes. */
const CLAIM_FAULTS: ReadonlyMap<AccountFault, string> = new Map([
  ['expired', 'invalid expiration time (exp) claim: token is expired'],
  ['not_yet_valid', 'invalid not before (nbf) claim: token not yet valid'],
  ['other_issuer', 'invalid issuer (iss) claim'],
  ['other_audience', 'invalid audience (aud) claim: audience claim does not match any expected audience'],
]);

/** Serves `POST /v1/auth/<mount>/login`; each failure has the server's own status and message. */
export function login(body: string, seed: VaultSeed, tokens: Tokens): EmulatorResponse {
  const fields = bodyFields(body);
  if (!fields) return undecodable(body);
  const { role: roleName, jwt } = fields;
  if (typeof roleName !== 'string' || roleName === '') return failure(400, 'missing role');
  if (typeof jwt !== 'string' || jwt === '') return failure(400, 'missing jwt');
  const name = roleName.toLowerCase();
  const role = ownField(seed.roles, name);
  const account = ownField(seed.serviceAccounts, jwt);
  const rejected = (seed.authMethod === 'jwt' ? rejectedByJwt : rejectedByKubernetes)(
    roleName,
    role,
    account,
    seed.authConfigured,
  );
  if (rejected) return rejected;
  if (!role || !account || !role.addressBound) return denied();
  if (seed.mfa) return mfaRequired();
  return envelope({ auth: authOf(tokens.issue(roleName, role, account), tokens) });
}

function rejectedByKubernetes(
  roleName: string,
  role: Role | undefined,
  account: ServiceAccount | undefined,
  configured: boolean,
): EmulatorResponse | undefined {
  if (!role) return failure(400, `invalid role name "${roleName}"`);
  if (!configured) return failure(500, 'could not load backend configuration');
  if (!account) return denied();
  const claim = CLAIM_FAULTS.get(faultOf(account, role) ?? 'not_reviewed');
  if (claim !== undefined) return failure(403, claim);
  if (!includes(role.names, account.name)) return failure(403, 'service account name not authorized');
  if (!includes(role.namespaces, account.namespace)) return failure(403, 'namespace not authorized');
  return account.fault === undefined ? undefined : denied();
}

function rejectedByJwt(
  roleName: string,
  role: Role | undefined,
  account: ServiceAccount | undefined,
  configured: boolean,
): EmulatorResponse | undefined {
  const invalid = (words: string) => failure(400, `error validating token: ${words}`);
  if (!configured) return failure(400, 'could not load configuration');
  if (!role) return failure(400, `role "${roleName}" could not be found`);
  if (!account || account.fault === 'not_reviewed')
    return invalid(
      'error verifying token signature: no known key successfully validated the token signature',
    );
  const claim = CLAIM_FAULTS.get(faultOf(account, role) ?? 'not_reviewed');
  if (claim !== undefined) return invalid(claim);
  return includes(role.names, account.name) && includes(role.namespaces, account.namespace)
    ? undefined
    : invalid('invalid subject (sub) claim');
}

function faultOf(account: ServiceAccount, role: Role): AccountFault | undefined {
  if (account.fault !== undefined && account.fault !== 'not_reviewed') return account.fault;
  return role.audience !== undefined && account.audience !== role.audience ? 'other_audience' : undefined;
}

function includes(allowed: readonly string[], name: string): boolean {
  return allowed.some((entry) => entry === '*' || entry === name);
}

/** Answers a login that is subject to MFA: the login succeeds, without a token. */
function mfaRequired(): EmulatorResponse {
  const constraint = { type: 'totp', id: crypto.randomUUID(), uses_passcode: true };
  return envelope({
    warnings: [
      'A login request was issued that is subject to MFA validation. Please make sure to validate the login by sending another request to mfa/validate endpoint.',
    ],
    auth: {
      client_token: '',
      accessor: '',
      policies: null,
      metadata: null,
      lease_duration: 0,
      renewable: false,
      entity_id: '',
      token_type: 'default',
      orphan: false,
      mfa_requirement: {
        mfa_request_id: crypto.randomUUID(),
        mfa_constraints: { x: { any: [constraint] } },
      },
      num_uses: 0,
    },
  });
}

/** Returns the `auth` field of the response to a login or renewal. */
export function authOf(token: Token, tokens: Tokens) {
  const policies = policiesOf(token);
  return {
    client_token: token.id,
    accessor: token.accessor,
    policies,
    token_policies: policies,
    metadata: metadataOf(token),
    lease_duration: tokens.secondsLeft(token),
    renewable: token.type === 'service',
    entity_id: uuidOf(`entity ${token.account.namespace}/${token.account.name}`),
    token_type: token.type,
    orphan: true,
    mfa_requirement: null,
    num_uses: token.role.numUses,
  };
}

export function policiesOf({ roleName, role }: Token): readonly string[] {
  return [roleName.toLowerCase(), ...(role.defaultPolicy ? ['default'] : [])].sort();
}

export function metadataOf({ account, roleName }: Token) {
  return {
    role: roleName,
    service_account_name: account.name,
    service_account_namespace: account.namespace,
    service_account_secret_name: '',
    service_account_uid: uuidOf(`account ${account.namespace}/${account.name}`),
  };
}

function ownField<T>(fields: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
