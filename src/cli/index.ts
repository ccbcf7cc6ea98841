import { styleText } from 'node:util';
import { lintCommand, STATUS } from './lint-command.ts';
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

const [command, ...args] = process.argv.slice(2);
const streams = {
  stdin: process.stdin,
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
  paint,
};
if (command === 'lint') process.exitCode = await lintCommand(args, streams);
else if (command === 'token') process.exitCode = tokenCommand(args, streams, Date.now());
else {
  process.stderr.write('usage: birddog lint FILE... | birddog token NAME\n');
  process.exitCode = STATUS.notDone;
}
