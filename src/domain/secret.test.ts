import assert from 'node:assert/strict';
import { it } from 'node:test';
import { format, inspect } from 'node:util';
import { Secret } from './secret.ts';

it('a secret prints as a placeholder, and reveals its text only on request', () => {
  const secret = new Secret('hunter2');
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    format('%s %o %j', secret, secret, secret),
  ];
  for (const text of shown) {
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /\[secret\]/);
  }
  assert.equal(secret.reveal(), 'hunter2');
});
