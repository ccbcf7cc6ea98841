import { largest } from '../domain/append.ts';
import { VERSION } from '../contract/version.ts';
import { type Command, type ProcessIo, start } from './command.ts';
import { ALL_COMMANDS, COMMANDS, TOP_OPTIONS } from './commands.ts';
import { EXIT, type Exit } from './exit-status.ts';
import { suggestion } from './options.ts';
import { visible } from './print/visible.ts';
import { PROGRAMS } from './programs.ts';

/** Runs `birddog` with these arguments and returns its exit status. */
export async function runCommandLine([name = '', ...args]: readonly string[], io: ProcessIo): Promise<Exit> {
  const chosen = commandNamed(name);
  if (chosen) return start(chosen, args, io);
  if (['--version', '-v', '-V'].includes(name)) {
    io.out(`birddog ${VERSION}\n`);
    return EXIT.done;
  }
  const wanted = ['--help', '-h', 'help'].includes(name) ? (args[0] ?? '') : name;
  if (wanted !== name) {
    const described = wanted === '' ? usage() : commandNamed(wanted)?.help;
    if (described !== undefined) {
      io.out(described);
      return EXIT.done;
    }
  }
  if (wanted !== '') io.err(`birddog: ${unknown(wanted)}\n\n`);
  io.err(usage());
  return EXIT.usage;
}

function commandNamed(name: string): Command | undefined {
  return ALL_COMMANDS.find((command) => command.name === name);
}

function unknown(name: string): string {
  if (!name.startsWith('-'))
    return `unknown command "${visible(name)}".${suggestion(name, [...ALL_COMMANDS.map((each) => each.name), 'help'])}`;
  const options = TOP_OPTIONS.map((option) => option.name);
  return `unknown option "${visible(name)}".${suggestion(name, options)}`;
}

function usage(): string {
  const width = largest(ALL_COMMANDS.map(({ name }) => name.length));
  const rows = (list: readonly { name: string; summary: string }[]) =>
    list.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('');
  return `usage: birddog COMMAND [OPTION...]

Servers and containers:
${rows(PROGRAMS)}
Commands:
${rows(COMMANDS)}
Options:
${rows(TOP_OPTIONS.map(({ name, help }) => ({ name, summary: help })))}
Run "birddog COMMAND --help" for the options of a command, with examples.
`;
}
