import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import { flag, textOption } from '../options.ts';
import { SHELLS } from '../print/completion-scripts.ts';
import { ALL_COMMANDS, COMMANDS, TOP_OPTIONS } from '../commands.ts';

const command = COMMANDS.find(({ name }) => name === 'completion');
assert.ok(command);
const completion = command;
const scriptOf = async (shell: string) => (await runCommand(completion, [shell])).out;
const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const unless = (shell: string) =>
  has(shell) || process.env['CI'] === 'true' ? {} : { skip: `${shell} is not installed` };

/** Writes the script of a shell into a file for one test. Returns its path. */
async function scriptFile(t: TestContext, shell: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-completion-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, shell), await scriptOf(shell));
  return join(folder, shell);
}

/** Runs bash once: loads the script and completes each list of words at its last word. Returns the answers. */
function completed(script: string, lists: readonly (readonly string[])[]): string[][] {
  const input = [
    `source '${script}'`,
    'complete -p birddog',
    ...lists.map((words) => {
      const quoted = words.map((word) => `'${word}'`).join(' ');
      return `COMP_WORDS=(birddog ${quoted}); COMP_CWORD=${words.length}; COMPREPLY=(); _birddog; echo "\${COMPREPLY[*]}"`;
    }),
  ].join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-u'], { input, encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  const [registered, ...answers] = stdout.trimEnd().split('\n');
  assert.equal(registered, 'complete -o default -F _birddog birddog');
  return answers.map((answer) => answer.split(' ').filter((word) => word !== ''));
}

describe('birddog completion', () => {
  it('completes commands, every option and every value of a fixed set in bash', unless('bash'), async (t) => {
    const names = ALL_COMMANDS.map(({ name }) => name);
    const expected: [words: string[], answers: string[]][] = [
      [[''], ['help', ...names, ...TOP_OPTIONS.map(({ name }) => name)]],
      [['--v'], ['--version']],
      [['pl'], ['plan']],
      [['help', 'und'], ['undo']],
      [['lint', '--fo'], ['--format']],
      [['lint', '--format', 's'], ['sarif']],
      [['lint', '--format', '=', 'g'], ['github']],
      [
        ['completion', ''],
        ['bash', 'zsh', 'fish'],
      ],
      [['lint', ''], []],
      [['unknown', '--'], []],
      [['plan', '--url', ''], []],
    ];
    for (const { name, options } of ALL_COMMANDS) {
      expected.push([[name, '--'], options.map((option) => `--${option.name}`)]);
      for (const { name: option, words = [], value } of options) {
        if (value === undefined) continue;
        expected.push([[name, `--${option}`, ''], [...words]], [[name, `--${option}`, '='], [...words]]);
      }
    }
    const last = ['lint', '--help'];
    const answers = completed(await scriptFile(t, 'bash'), [...expected.map(([words]) => words), last]);
    assert.deepEqual(answers, [...expected.map(([, words]) => words), ['--help']]);
  });

  for (const [shell, check] of [
    ['bash', '-n'],
    ['zsh', '-n'],
    ['fish', '--no-execute'],
  ] as const)
    it(`prints a script that ${shell} can parse`, unless(shell), async (t) => {
      const { status, stderr } = spawnSync(shell, [check, await scriptFile(t, shell)], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });

  it('completes commands and options in fish', unless('fish'), async (t) => {
    const script = await scriptFile(t, 'fish');
    const run = `source '${script}'; complete -C 'birddog app'; complete -C 'birddog apply --off'`;
    const { stdout } = spawnSync('fish', ['-c', run], {
      encoding: 'utf8',
      env: { ...process.env, HOME: dirname(script) },
    });
    assert.match(stdout, /^apply\t.*\n--offline\t.*\n$/);
  });

  it('is loaded by the completion system of zsh', unless('zsh'), async (t) => {
    const script = await scriptFile(t, 'zsh');
    renameSync(script, join(dirname(script), '_birddog'));
    const run =
      'fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; echo $_comps[birddog]; whence -w _birddog';
    const { stdout } = spawnSync('zsh', ['-fc', run, 'zsh', dirname(script)], { encoding: 'utf8' });
    assert.equal(stdout, '_birddog\n_birddog: function\n');
  });

  it('contains every command, option and value for zsh and fish', async () => {
    const [zsh, fish] = [await scriptOf('zsh'), await scriptOf('fish')];
    for (const { name, options } of ALL_COMMANDS) {
      assert.match(zsh, new RegExp(`^    ${name}\\)$`, 'm'));
      assert.match(fish, new RegExp(`^complete -c birddog -n __fish_use_subcommand -a ${name} `, 'm'));
      for (const { name: option, value, words } of options) {
        assert.ok(zsh.includes(`'--${option}${value === undefined ? '[' : '=['}`), `${name} --${option}`);
        assert.ok(fish.includes(`_from ${name}' -l ${option} `), `${name} --${option}`);
        if (words === undefined) continue;
        assert.ok(zsh.includes(`:(${words.join(' ')})'`), option);
        assert.ok(fish.includes(`-l ${option} -x -a '${words.join(' ')}'`), option);
      }
    }
  });

  it('escapes the texts of the help', () => {
    const commands = [
      {
        name: 'paint',
        summary: `Paint the neighbour's fence: \\ twice`,
        options: [flag('tall', `the fence's [new] height`), textOption('out', 'FILE', 'a file')],
        operands: { files: true as const },
      },
    ];
    const [zsh = '', fish = ''] = ['zsh', 'fish'].map((shell) =>
      SHELLS.get(shell)?.({ commands, topOptions: [] }),
    );
    assert.ok(zsh.includes(`'paint:Paint the neighbour'\\''s fence: \\ twice'`), zsh);
    assert.ok(zsh.includes(`'--tall[the fence'\\''s \\[new\\] height]'`), zsh);
    assert.ok(zsh.includes(`'--out=[a file]:FILE:_files' \\\n        '*:file:_files'`), zsh);
    assert.ok(fish.includes(`-d 'Paint the neighbour\\'s fence: \\\\ twice'`), fish);
    assert.ok(fish.includes(`_from paint' -l out -r -F -d 'a file'`), fish);
    assert.ok(fish.includes(`_from paint' -F\n`), fish);
  });

  it('has only words that a shell does not expand or split', () => {
    const words = ALL_COMMANDS.flatMap(({ name, options, operands }) => [
      name,
      ...(operands.words ?? []),
      ...options.flatMap((option) => [option.name, ...(option.words ?? [])]),
    ]);
    for (const word of words) assert.match(word, /^[a-z][a-z0-9_.-]*$/);
  });

  for (const [args, message] of [
    [[], 'exactly one shell is required: bash, zsh, fish.'],
    [['bash', 'zsh'], 'exactly one shell is required: bash, zsh, fish.'],
    [['fisch'], 'exactly one shell is required: bash, zsh, fish, not "fisch". Did you mean fish?'],
  ] as const)
    it(`rejects ${JSON.stringify(args)}`, async () => {
      const { status, out, err } = await runCommand(completion, args);
      assert.deepEqual([status, out], [64, '']);
      assert.ok(err.startsWith(`birddog completion: ${message}\n`), err);
    });
});
