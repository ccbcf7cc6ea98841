import type { EmulatorResponse } from '../server/emulator-server.ts';
import { authOf, metadataOf } from './kubernetes-login.ts';
import { bodyFields, failure, envelope } from './vault-answers.ts';
import type { Token, Tokens } from './vault-tokens.ts';

type TokenRoute = (token: Token, tokens: Tokens, body: string) => EmulatorResponse;

/** The routes with which a token looks up, renews and revokes itself, by method and path. */
export const TOKEN_ROUTES: ReadonlyMap<string, TokenRoute> = new Map(
  Object.entries<TokenRoute>({
    'GET auth/token/lookup-self': lookupSelf,
    'POST auth/token/renew-self': renewSelf,
    'PUT auth/token/renew-self': renewSelf,
    'POST auth/token/revoke-self': revokeSelf,
    'PUT auth/token/revoke-self': revokeSelf,
  }),
);

function lookupSelf(token: Token, tokens: Tokens): EmulatorResponse {
  const { namespace, name } = token.account;
  return envelope({
    data: {
      accessor: token.accessor,
      creation_time: Math.floor(token.created / 1000),
      creation_ttl: token.role.ttl,
      display_name: `kubernetes-${namespace}-${name}`,
      entity_id: '',
      expire_time: new Date(token.expires).toISOString(),
      explicit_max_ttl: 0,
      id: token.id,
      issue_time: new Date(token.created).toISOString(),
      meta: metadataOf(token),
      num_uses: 0,
      orphan: true,
      path: 'auth/kubernetes/login',
      policies: ['default', token.roleName],
      renewable: token.type === 'service',
      ttl: tokens.secondsLeft(token),
      type: token.type,
    },
  });
}

function renewSelf(token: Token, tokens: Tokens, body: string): EmulatorResponse {
  if (token.type === 'batch') return failure(400, 'batch tokens cannot be renewed');
  tokens.renew(token, seconds(bodyFields(body)?.['increment']));
  return envelope({ auth: authOf(token, tokens) });
}

function revokeSelf(token: Token, tokens: Tokens): EmulatorResponse {
  if (token.type === 'batch') return failure(400, 'batch tokens cannot be revoked');
  tokens.revoke(token);
  return { status: 204 };
}

/** Parses an increment as Vault does: `3600`, `"3600"` or `"3600s"`. */
function seconds(increment: unknown): number | undefined {
  const match = /^(\d+)s?$/.exec(String(increment));
  return match ? Number(match[1]) : undefined;
}
