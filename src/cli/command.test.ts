import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../../test/command-io.ts';
import { SettingsError } from '../runtime/settings.ts';
import { command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, EXIT_MEANINGS, worst } from './exit-status.ts';
import { choice, FILES, flag, noOperands, textOption, UsageError } from './options.ts';

const COLOR = choice('color', ['red', 'green'], 'red', 'color of the fence');
const NAME = textOption('name', 'NAME', 'name of the fence');
const TALL = flag(
  'tall',
  'make it twice as tall as the neighbours expect of a fence that was built in this street',
);

const row = {
  name: 'paint',
  summary: 'Paint a fence',
  description: 'Paint a fence.',
  examples: [],
  options: [COLOR, NAME, TALL],
  operands: FILES,
  statuses: { done: 'it is painted', failed: 'it is not' },
};
const paint = command({
  ...row,
  run({ operands, get }, { out }) {
    out(JSON.stringify([get(COLOR), get(NAME) ?? null, get(TALL), operands]));
    return EXIT.differences;
  },
});

describe('a command', () => {
  it('receives the values of its options, or their defaults, and its operands', async () => {
    const { status, out } = await runCommand(paint, ['--color', 'green', 'a', '--name=b', '--tall', '-']);
    assert.deepEqual([status, JSON.parse(out)], [EXIT.differences, ['green', 'b', true, ['a', '-']]]);
    assert.deepEqual(JSON.parse((await runCommand(paint, ['a'])).out), ['red', null, false, ['a']]);
  });

  const invalid: readonly [args: readonly string[], message: string][] = [
    [['--colour', 'red', 'a'], 'unknown option --colour. Did you mean --color?'],
    [['--zebra', 'a'], 'unknown option --zebra.'],
    [['--color', 'gren', 'a'], '--color must be one of red, green, not "gren". Did you mean green?'],
    [['--color', 'blue', 'a'], '--color must be one of red, green, not "blue".'],
    [['--tall=1', 'a'], "Option '--tall' does not take an argument"],
    [['a', '--name'], "Option '--name <value>' argument missing"],
    [[], 'no file given'],
    [['-', '-'], 'standard input (-) can be read only once'],
  ];
  for (const [args, message] of invalid) {
    it(`rejects ${JSON.stringify(args)} and prints its usage`, async () => {
      const { status, out, err } = await runCommand(paint, args);
      const usage =
        'usage: birddog paint [OPTION...] FILE...\nRun "birddog paint --help" for its options, with examples.\n';
      assert.deepEqual([status, out, err], [EXIT.usage, '', `birddog paint: ${message}\n\n${usage}`]);
    });
  }

  it('rejects operands that it does not take', async () => {
    const none = command({ ...row, operands: noOperands('there is one fence'), run: () => EXIT.done });
    const { status, err } = await runCommand(none, ['a']);
    assert.equal(status, EXIT.usage);
    assert.match(err, /^birddog paint: unexpected argument "a": there is one fence\n/);
  });

  it('prints its help for --help and -h, even if an option is wrong', async () => {
    const expected = `usage: birddog paint [OPTION...] FILE...

Paint a fence.

  --color red|green     color of the fence
  --name NAME           name of the fence
  --tall                make it twice as tall as the neighbours expect of a fence that was built in
                        this street
  --help                show this help

Exit status:
  0   it is painted
  1   it is not
  64  the arguments are invalid
`;
    for (const args of [['--help'], ['-h', '--color', 'blue']])
      assert.deepEqual(await runCommand(paint, args), { status: 0, out: expected, err: '' });
  });

  it('exits with the status of an invalid setting, and does not hide other errors', async () => {
    const throwing = (error: Error) =>
      command({
        ...row,
        run() {
          throw error;
        },
      });
    const settings = await runCommand(throwing(new SettingsError(['BIRDDOG_URL: no'])), ['a']);
    assert.deepEqual(
      [settings.status, settings.err],
      [78, 'birddog paint: invalid settings:\n  BIRDDOG_URL: no\n'],
    );
    assert.equal((await runCommand(throwing(new UsageError('no')), ['a'])).status, 64);
    await assert.rejects(runCommand(throwing(new TypeError('a bug')), ['a']), TypeError);
  });
});

describe('the table of commands', () => {
  it('has a unique name, a summary and a help for each command', () => {
    assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
    for (const { name, summary, help } of COMMANDS) {
      assert.match(summary, /^[A-Z].*[^.]$/);
      assert.ok(help.startsWith(`usage: birddog ${name} `), name);
      assert.ok(
        help.split('\n').every((line) => line.length <= 105),
        name,
      );
    }
  });
});

describe('the exit status', () => {
  it('is the worst of several: failed, then unavailable, then differences', () => {
    const statuses = [EXIT.done, EXIT.differences, EXIT.unavailable, EXIT.failed];
    for (const [at, status] of statuses.entries()) {
      assert.equal(worst(statuses.slice(0, at + 1).toReversed()), status);
      assert.equal(worst(statuses.slice(0, at + 1)), status);
    }
    assert.equal(worst([]), EXIT.done);
  });

  it('follows sysexits.h from 64 on', () => {
    assert.deepEqual(Object.keys(EXIT), Object.keys(EXIT_MEANINGS));
    assert.deepEqual(Object.values(EXIT), [0, 1, 2, 64, 69, 78]);
  });
});
