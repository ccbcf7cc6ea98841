import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { systemClock } from '../runtime/system-clock.ts';
import { applyCommand } from './commands/apply.ts';
import { createBirddogClient } from './client/birddog-client.ts';
import type { Command } from './commands/command.ts';
import { readConfig } from './config.ts';
import { checkCommand } from './commands/check.ts';
import { driftCommand } from './commands/drift.ts';
import { importCommand } from './commands/import.ts';
import { lintCommand, STATUS } from './commands/lint.ts';
import { planCommand } from './commands/plan.ts';
import type { Paint, Style } from './print/report.ts';
import { tokenCommand } from './commands/token.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries<Command>({
    lint: lintCommand,
    plan: planCommand,
    apply: applyCommand,
    drift: driftCommand,
    import: importCommand,
    check(args, deps) {
      const stopped = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
      return checkCommand(args, deps, systemClock, stopped.signal);
    },
    token: (args, streams) => tokenCommand(args, streams, Date.now()),
  }),
);

const STYLES: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  place: ['bold'],
  aside: ['dim'],
  added: ['green'],
  removed: ['red'],
  changed: ['yellow'],
  lost: ['bold', 'magenta'],
};
const painted =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(STYLES[style], text, { stream });

// The reader of the output may close the pipe early, as `head` does.
process.stdout.on('error', (error: Error & { code?: string }) => {
  process.exit(error.code === 'EPIPE' ? process.exitCode : STATUS.failed);
});

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS.get(name);
if (command) {
  process.exitCode = await command(args, {
    stdin: process.stdin,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    paint: painted(process.stdout),
    paintErr: painted(process.stderr),
    isTerminal: { stdin: process.stdin.isTTY, stderr: process.stderr.isTTY },
    columns: process.stderr.columns,
    clock: systemClock,
    clientOf: (url) => createBirddogClient(readConfig(url), systemClock),
    confirm,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
    every(ms, work) {
      const timer = setInterval(work, ms).unref();
      return () => clearInterval(timer);
    },
  });
} else {
  process.stderr.write(`usage: birddog ${[...COMMANDS.keys()].join('|')} ...
`);
  process.exitCode = STATUS.failed;
}

/** Asks for confirmation. Treats EOF and Ctrl-C as "no". */
async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''));
  });
  const answer = await Promise.race([lines.question(question), closed]);
  lines.close();
  return /^(y|yes)$/i.test(answer.trim());
}
