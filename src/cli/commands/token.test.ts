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
  it('creates a token and a tokens file entry that authenticates it', async () => {
    const { status, out } = run('--groups', 'payments, 1e3', '--expires', '30d', 'ci: payments');
    assert.equal(status, 0);
    const [, token = ''] = /^ {2}(birddog_[\w-]{43})$/m.exec(out) ?? [];
    const entry = out.slice(out.indexOf('  - '));
    assert.match(entry, /expires: "?2023-12-14/);
    assert.ok(!entry.includes(token), 'the file has only the hash');
    const known = await readTokensFile(Buffer.from(`tokens:\n${entry}`));
    assert.deepEqual(callerWithToken(new Secret(token), known, clock), {
      name: 'ci: payments',
      auth: 'tokens',
      groups: ['payments', '1e3'],
    });
  });

  it('prints JSON with --json', () => {
    const { token, entry } = JSON.parse(run('--json', '--groups', 'g', 'ci').out);
    assert.match(token, /^birddog_/);
    assert.deepEqual([entry.name, entry.expires, entry.groups], ['ci', '2024-02-12', ['g']]);
  });

  const wrong: readonly [what: string, args: readonly string[], says: RegExp][] = [
    ['no name', ['--groups', 'g'], /exactly one name/],
    ['two names', ['--groups', 'g', 'a', 'b'], /exactly one name/],
    ['no groups', ['ci'], /--groups is required/],
    ['an impossible date', ['--groups', 'g', '--expires', '2024-02-30', 'ci'], /--expires must be a date/],
    ['a date in the past', ['--groups', 'g', '--expires', '2023-11-13', 'ci'], /in the past/],
    ['an unknown option', ['--group', 'g', 'ci'], /'--group'/],
  ];
  for (const [what, args, says] of wrong) {
    it(`rejects ${what}`, () => {
      const { status, out, err } = run(...args);
      assert.deepEqual([status, out], [2, '']);
      assert.match(err, says);
    });
  }
});
