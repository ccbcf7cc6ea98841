import { styleText } from 'node:util';
import { checkCommand } from './check-command.ts';
import { lintCommand, STATUS } from './lint-command.ts';
import { systemClock } from '../process/system-clock.ts';
import type { Paint } from './report.ts';
import { tokenCommand } from './token-command.ts';

const STYLES = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  place: ['bold'],
  aside: ['dim'],
} as const;
const paint: Paint = (style, text) => styleText([...STYLES[style]], text, { stream: process.stdout });

// Whoever reads the output may have read enough.
process.stdout.on('error', (error: Error & { code?: string }) => {
  process.exit(error.code === 'EPIPE' ? process.exitCode : STATUS.notDone);
});

const streams = {
  stdin: process.stdin,
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
  paint,
};
const stopped = new AbortController();

/** Each gives the exit status. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => number | Promise<number>>> = {
  lint: (args) => lintCommand(args, streams),
  check(args) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
    return checkCommand(args, streams, systemClock, stopped.signal);
  },
  token: (args) => tokenCommand(args, streams, Date.now()),
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command) process.exitCode = await command(args);
else {
  process.stderr.write(`usage: birddog ${Object.keys(COMMANDS).join('|')} ...\n`);
  process.exitCode = STATUS.notDone;
}
