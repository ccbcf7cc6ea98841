import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../../test/manual-clock.ts';
import { callerWithToken, readTokensFile } from '../../auth/tokens-file.ts';
import { Secret } from '../../domain/secret.ts';
import { tokenCommand } from './token.ts';

// 2023-11-14
const clock = manualClock();

function run(...args: string[]) {
  let [out, err] = ['', ''];
  const status = tokenCommand(
    args,
    { out: (text) => (out += text), err: (text) => (err += text) },
    clock.now(),
  );
  return { status, out, err };
}

describe('birddog token', () => {
  it('makes a token, and the entry with which Birddog knows it', async () => {
    const { status, out } = run('--groups', 'payments, 1e3', '--expires', '30d', 'ci: payments');
    assert.equal(status, 0);
    const [, token = ''] = /^ {2}(birddog_[\w-]{43})$/m.exec(out) ?? [];
    const entry = out.slice(out.indexOf('  - '));
    assert.match(entry, /expires: "?2023-12-14/);
    assert.ok(!entry.includes(token), 'the file has nothing but the hash');
    const known = await readTokensFile(Buffer.from(`tokens:\n${entry}`));
    assert.deepEqual(callerWithToken(new Secret(token), known, clock), {
      name: 'ci: payments',
      auth: 'tokens',
      groups: ['payments', '1e3'],
    });
  });

  it('tells machines the same', () => {
    const { token, entry } = JSON.parse(run('--json', '--groups', 'g', 'ci').out);
    assert.match(token, /^birddog_/);
    assert.deepEqual([entry.name, entry.expires, entry.groups], ['ci', '2024-02-12', ['g']]);
  });

  const wrong: readonly [what: string, args: readonly string[], says: RegExp][] = [
    ['no name', ['--groups', 'g'], /one name is needed/],
    ['two names', ['--groups', 'g', 'a', 'b'], /one name is needed/],
    ['no groups', ['ci'], /--groups names/],
    ['a day that is none', ['--groups', 'g', '--expires', '2024-02-30', 'ci'], /--expires is a date/],
    ['a day that has gone', ['--groups', 'g', '--expires', '2023-11-13', 'ci'], /in the past/],
    ['an unknown option', ['--group', 'g', 'ci'], /'--group'/],
  ];
  for (const [what, args, says] of wrong) {
    it(`with ${what} makes nothing and says why`, () => {
      const { status, out, err } = run(...args);
      assert.deepEqual([status, out], [2, '']);
      assert.match(err, says);
    });
  }
});
