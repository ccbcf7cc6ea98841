import type { EmulatorResponse } from '../server/emulator-server.ts';
import { authOf, metadataOf, policiesOf } from './login.ts';
import { bodyFields, envelope, failure } from './vault-answers.ts';
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
      entity_id: authOf(token, tokens).entity_id,
      expire_time: new Date(token.expires).toISOString(),
      explicit_max_ttl: 0,
      id: token.id,
      issue_time: new Date(token.created).toISOString(),
      meta: metadataOf(token),
      num_uses: Number.isFinite(token.usesLeft) ? token.usesLeft : 0,
      orphan: true,
      path: 'auth/kubernetes/login',
      policies: policiesOf(token),
      renewable: token.type === 'service',
      ttl: tokens.secondsLeft(token),
      type: token.type,
    },
  });
}

function renewSelf(token: Token, tokens: Tokens, body: string): EmulatorResponse {
  if (token.type === 'batch') return failure(400, 'batch tokens cannot be renewed');
  const seconds = secondsOf(bodyFields(body)?.['increment']) ?? token.role.ttl;
  tokens.renew(token, seconds);
  const granted = tokens.secondsLeft(token);
  const warning = `TTL of "${goDuration(seconds)}" exceeded the effective max_ttl of "${goDuration(granted)}"; TTL value is capped accordingly`;
  return envelope({
    auth: authOf(token, tokens),
    ...(granted < seconds ? { warnings: [warning] } : {}),
  });
}

function revokeSelf(token: Token, tokens: Tokens): EmulatorResponse {
  if (token.type === 'batch') return failure(400, 'batch tokens cannot be revoked');
  tokens.revoke(token);
  return { status: 204 };
}

const UNITS = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** Parses an increment as the server does: `3600`, `"3600"`, `"3600s"` or `"90d"`. */
function secondsOf(increment: unknown): number | undefined {
  const [, number = '', unit = ''] = /^(\d+)([smhd]?)$/.exec(String(increment)) ?? [];
  return number === '' ? undefined : Number(number) * (UNITS.get(unit) ?? 1);
}

/** Prints a time as the server does: `2160h`, `1m30s`. */
function goDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  const text = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return text.join('') || '0s';
}
