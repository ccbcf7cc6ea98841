import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWith } from '../../test/command-io.ts';
import { VERSION } from '../contract/version.ts';
import { runCommandLine } from './command-line.ts';
import { ALL_COMMANDS } from './commands.ts';

const run = (...args: string[]) => runWith((io) => runCommandLine(args, io));

describe('birddog', () => {
  it('prints its version with --version, -v and -V', async () => {
    for (const option of ['--version', '-v', '-V'])
      assert.deepEqual(await run(option), { status: 0, out: `birddog ${VERSION}\n`, err: '' });
  });

  it('prints every command with its summary for --help, -h and help', async () => {
    for (const option of ['--help', '-h', 'help']) {
      const { status, out, err } = await run(option);
      assert.deepEqual([status, err], [0, '']);
      const rows = [...out.matchAll(/^ {2}([a-z]+) +(.+)$/gm)].map(([, name, summary]) => ({
        name,
        summary,
      }));
      assert.deepEqual(
        rows,
        ALL_COMMANDS.map(({ name, summary }) => ({ name, summary })),
      );
    }
  });

  it('prints the help of a command for "help COMMAND" and "COMMAND --help", and runs nothing', async () => {
    for (const { name, help } of ALL_COMMANDS) {
      const expected = { status: 0, out: help, err: '' };
      assert.deepEqual([await run('help', name), await run(name, '--help')], [expected, expected]);
    }
  });

  const unknown: readonly [args: readonly string[], message: string][] = [
    [['aply'], 'unknown command "aply". Did you mean apply?'],
    [['aply', '--help'], 'unknown command "aply". Did you mean apply?'],
    [['help', 'pln'], 'unknown command "pln". Did you mean plan?'],
    [['srve'], 'unknown command "srve". Did you mean serve?'],
    [['hlep'], 'unknown command "hlep". Did you mean help?'],
    [['terraform'], 'unknown command "terraform".'],
    [['a\u001b[2J'], 'unknown command "a\u241b[2J".'],
    [['--versoin'], 'unknown option "--versoin". Did you mean --version?'],
    [['--zebra'], 'unknown option "--zebra".'],
  ];
  for (const [args, message] of unknown) {
    it(`rejects ${JSON.stringify(args)} with 64 and prints the usage`, async () => {
      const { status, out, err } = await run(...args);
      assert.deepEqual([status, out], [64, '']);
      assert.equal(err, `birddog: ${message}\n\n${(await run('--help')).out}`);
    });
  }

  it('prints the usage to standard error without a command', async () => {
    assert.deepEqual(await run(), { status: 64, out: '', err: (await run('--help')).out });
  });

  it('rejects unknown options of the programs, with a suggestion', async () => {
    for (const [name, option, suggested] of [
      ['serve', '--hepl', '--help'],
      ['init', '--wach', '--watch'],
    ] as const) {
      const { status, err } = await run(name, option);
      assert.equal(status, 64);
      assert.ok(
        err.startsWith(`birddog ${name}: unknown option ${option}. Did you mean ${suggested}?\n`),
        err,
      );
    }
  });

  it('does not start a server from the CLI', async () => {
    const { status, err } = await run('serve');
    assert.deepEqual(
      [status, err],
      [69, 'birddog serve: this file contains only the CLI; use bin/birddog\n'],
    );
  });
});
