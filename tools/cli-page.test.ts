import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ALL_COMMANDS } from '../src/cli/commands.ts';
import { EXIT, PROGRAM_MEANINGS } from '../src/cli/exit-status.ts';
import { PROGRAMS } from '../src/cli/programs.ts';
import { EXIT as SERVICE_EXIT } from '../src/runtime/run-service.ts';
import { VAULT_FAILURES } from '../src/init/vault/failures.ts';
import { cliPage } from './cli-page.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the lists of commands', () => {
  it('are the same in README.md, docs/cli.md and the table', () => {
    const names = ALL_COMMANDS.map(({ name }) => name);
    const list = /runs any command from a checkout: ([^.]+)\./.exec(read('README.md'))?.[1] ?? '';
    assert.deepEqual(
      [...list.matchAll(/`([^`]+)`/g)].map((match) => match[1]),
      names,
    );
    const page = cliPage();
    assert.deepEqual(
      [...page.matchAll(/^\| \[`([^`]+)`\]\(#birddog-\1\)/gm)].map((match) => match[1]),
      names,
    );
    assert.deepEqual(
      [...page.matchAll(/^## birddog (.+)$/gm)].map((match) => match[1]),
      names,
    );
  });

  it('are the same in bin/birddog, for the programs and the options of init', () => {
    const [, cases = ''] = /^case \$command in\n([\s\S]*?) {2}\*\)/m.exec(read('bin/birddog')) ?? [];
    const patterns = [...cases.matchAll(/^ {2}([^)]+)\)/gm)].flatMap((match) => match[1]?.split(' | ') ?? []);
    assert.deepEqual(
      patterns,
      PROGRAMS.map(({ name }) => name),
    );
    const [, passed = ''] = /^ +('init [^)]+)\)/m.exec(read('bin/birddog')) ?? [];
    const help = PROGRAMS.find(({ name }) => name === 'init')?.help ?? '';
    const options = [...help.matchAll(/^ {2}(--\w+)/gm)].map((match) => match[1]);
    assert.deepEqual(
      [...passed.split(' | '), "'init --help'"],
      options.map((option) => `'init ${option}'`),
    );
  });
});

describe('the table of exit statuses', () => {
  it('contains every status that the launcher and the servers exit with', () => {
    const shown = [...cliPage().matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)];
    const ofPrograms = shown.filter(([, , meaning]) => meaning !== '-').map(([, status]) => Number(status));
    const launcher = [...read('bin/birddog').matchAll(/(?:\bexit |^CONFIG_ERROR=)(\d+)/gm)].map((match) =>
      Number(match[1]),
    );
    assert.ok(launcher.length >= 3);
    for (const status of [...launcher, ...Object.values(SERVICE_EXIT), EXIT.usage])
      assert.ok(ofPrograms.includes(status), `status ${status}`);
    assert.equal(ofPrograms.length, Object.keys(PROGRAM_MEANINGS).length);
    assert.deepEqual(
      shown.map(([, status]) => Number(status)),
      Object.values(EXIT),
    );
  });

  it('contains the range of the failures of Vault, which the help of init names too', () => {
    const statuses = Object.values(VAULT_FAILURES).map(({ exit }) => exit);
    const [first, last] = [Math.min(...statuses), Math.max(...statuses)];
    assert.match(cliPage(), new RegExp(`^\\| ${first} to ${last} \\|`, 'm'));
    const help = PROGRAMS.find(({ name }) => name === 'init')?.help ?? '';
    assert.match(help.replace(/\s+/g, ' '), new RegExp(`from ${first} to ${last} that name a failure`));
  });
});
