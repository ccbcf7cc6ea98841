import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { authenticateToken, readTokensFile } from '../../auth/tokens-file.ts';
import { Secret } from '../../domain/secret.ts';
import { tokenCommand } from './token.ts';

// 2023-11-14
const clock = manualClock();

const run = (...args: string[]) => runCommand(tokenCommand, args, { clock });

describe('birddog token', () => {
  it('creates a token and a tokens file entry that authenticates it', async () => {
    const { status, out } = await run('--groups', 'payments, 1e3', '--expires', '30d', 'ci: payments');
    assert.equal(status, 0);
    const [, token = ''] = /^ {2}(birddog_[\w-]{43})$/m.exec(out) ?? [];
    const entry = out.slice(out.indexOf('  - '));
    assert.match(entry, /expires: "?2023-12-14/);
    assert.ok(!entry.includes(token), 'the file has only the hash');
    const known = await readTokensFile(Buffer.from(`tokens:\n${entry}`));
    assert.deepEqual(authenticateToken(new Secret(token), known, clock), {
      name: 'ci: payments',
      auth: 'tokens',
      groups: ['payments', '1e3'],
    });
  });

  it('prints JSON with --json', async () => {
    const { token, entry } = JSON.parse((await run('--json', '--groups', 'g', 'ci')).out);
    assert.match(token, /^birddog_/);
    assert.deepEqual([entry.name, entry.expires, entry.groups], ['ci', '2024-02-12', ['g']]);
  });

  const invalid: readonly [what: string, args: readonly string[], message: RegExp][] = [
    ['no name', ['--groups', 'g'], /exactly one name/],
    ['two names', ['--groups', 'g', 'a', 'b'], /exactly one name/],
    ['no groups', ['ci'], /--groups is required/],
    ['an impossible date', ['--groups', 'g', '--expires', '2024-02-30', 'ci'], /--expires must be a date/],
    ['a date in the past', ['--groups', 'g', '--expires', '2023-11-13', 'ci'], /in the past/],
    ['an unknown option', ['--group', 'g', 'ci'], /unknown option --group\. Did you mean --groups\?/],
  ];
  for (const [what, args, message] of invalid) {
    it(`rejects ${what}`, async () => {
      const { status, out, err } = await run(...args);
      assert.deepEqual([status, out], [64, '']);
      assert.match(err, message);
    });
  }
});
