import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { failureOf, VAULT_FAILURES, VaultFailure } from './failures.ts';

const page = readFileSync(new URL('../../../docs/vault.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| `(\w+)` \| (.+?)\. \| (.+?) \|$/gm)];

describe('docs/vault.md', () => {
  it('lists exactly the failures of the table, with their exit statuses', () => {
    const documented = Object.fromEntries(
      rows.map(([, exit, name, says, hint]) => [name, [Number(exit), says, hint]]),
    );
    const known = Object.fromEntries(
      Object.entries(VAULT_FAILURES).map(([n, f]) => [n, [f.exit, f.says, f.hint]]),
    );
    assert.deepEqual(documented, known);
  });

  it('lists which failures are retried', () => {
    for (const [words, retry] of [
      ['retried until `VAULT_DEADLINE_MS`', 'until deadline'],
      ['retried once', 'once'],
    ]) {
      const [, list = ''] = new RegExp(`${words}: ([^.]+)\\.`).exec(page) ?? [];
      const known = Object.entries(VAULT_FAILURES).filter(([, f]) => 'retry' in f && f.retry === retry);
      assert.deepEqual(
        [...list.matchAll(/\w+/g)].map(([name]) => name),
        known.map(([name]) => name),
      );
    }
  });
});

describe('a Vault failure', () => {
  it('has an exit status that no other failure has', () => {
    const exits = Object.values(VAULT_FAILURES).map((f) => f.exit);
    assert.equal(new Set(exits).size, exits.length);
    assert.equal(new VaultFailure('sealed', 'x').exit, VAULT_FAILURES.sealed.exit);
  });

  const cases: readonly [status: number, words: string, login: boolean, failure: string][] = [
    [503, 'Vault is sealed', false, 'sealed'],
    [501, '', false, 'not_initialised'],
    [429, 'standby node', false, 'standby'],
    [429, 'request path "x": rate limit quota exceeded', false, 'rate_limited'],
    [473, '', false, 'standby'],
    [400, 'invalid role name "x"', true, 'unknown_role'],
    [403, 'service account name not authorized', true, 'account_not_bound'],
    [403, 'namespace not authorized', true, 'namespace_not_bound'],
    [403, 'namespace not authorized err=failed to get namespace (code 403)', true, 'namespace_not_bound'],
    [403, 'invalid audience (aud) claim', true, 'wrong_audience'],
    [403, 'invalid not before (nbf) claim: token not yet valid', true, 'invalid_account_token'],
    [403, 'invalid issuer (iss) claim', true, 'invalid_account_token'],
    [400, 'error validating token: invalid audience (aud) claim: x', true, 'wrong_audience'],
    [400, 'error validating token: invalid subject (sub) claim', true, 'account_not_bound'],
    [400, 'error validating token: invalid expiration time (exp) claim: x', true, 'invalid_account_token'],
    [400, 'error validating token: error verifying token signature: x', true, 'login_denied'],
    [400, 'role "nobody" could not be found', true, 'unknown_role'],
    [400, 'could not load configuration', true, 'auth_not_set_up'],
    [404, 'namespace not found', true, 'unknown_namespace'],
    [404, '', true, 'auth_not_set_up'],
    [403, '1 error occurred:\n\t* permission denied\n\n', true, 'login_denied'],
    [500, 'could not load backend configuration', true, 'auth_not_set_up'],
    [500, 'internal error', false, 'failed'],
    [412, '', false, 'failed'],
    [418, '', false, 'nonsense'],
  ];
  for (const [status, words, login, failure] of cases) {
    it(`is ${failure} for ${status} ${JSON.stringify(words)}${login ? ' at the login' : ''}`, () => {
      assert.equal(failureOf(status, words, login), failure);
    });
  }
});
