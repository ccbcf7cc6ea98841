import type { EmulatorResponse } from '../server/emulator-server.ts';
import { bodyFields, denied, failure, envelope } from './vault-answers.ts';
import type { VaultSeed } from './vault-seed.ts';
import type { Token, Tokens } from './vault-tokens.ts';

/** Serves `POST /v1/auth/<mount>/login`; each failure has Vault's own status and message. */
export function kubernetesLogin(body: string, seed: VaultSeed, tokens: Tokens): EmulatorResponse {
  const fields = bodyFields(body);
  if (!fields) return failure(400, 'failed to parse JSON input: invalid character');
  const { role: roleName, jwt } = fields;
  if (typeof roleName !== 'string' || roleName === '') return failure(400, 'missing role');
  if (typeof jwt !== 'string' || jwt === '') return failure(400, 'missing jwt');
  if (!seed.authConfigured) return failure(500, 'could not load backend configuration');
  const role = ownField(seed.roles, roleName);
  if (!role) return failure(400, `invalid role name "${roleName}"`);
  const account = ownField(seed.serviceAccounts, jwt);
  // Vault reports signature, expiry and TokenReview failures separately only in its own log.
  if (!account || account.expired) return denied('plain');
  if (role.audience !== undefined && account.audience !== role.audience) {
    return failure(403, 'invalid audience (aud) claim: audience claim does not match any expected audience');
  }
  if (!role.names.some((name) => name === '*' || name === account.name)) {
    return failure(403, 'service account name not authorized');
  }
  if (!role.namespaces.some((namespace) => namespace === '*' || namespace === account.namespace)) {
    return failure(403, 'namespace not authorized');
  }
  return envelope({ auth: authOf(tokens.issue(roleName, role, account), tokens) });
}

/** Returns the `auth` field of the response to a login or renewal. */
export function authOf(token: Token, tokens: Tokens) {
  return {
    client_token: token.id,
    accessor: token.accessor,
    policies: ['default', token.roleName],
    token_policies: ['default', token.roleName],
    metadata: metadataOf(token),
    lease_duration: tokens.secondsLeft(token),
    renewable: token.type === 'service',
    entity_id: '',
    token_type: token.type,
    orphan: true,
    mfa_requirement: null,
    num_uses: 0,
  };
}

export function metadataOf({ account, roleName }: Token) {
  return {
    role: roleName,
    service_account_name: account.name,
    service_account_namespace: account.namespace,
    service_account_secret_name: '',
    service_account_uid: `uid-of-${account.namespace}-${account.name}`,
  };
}

function ownField<T>(fields: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
