import { styleText } from 'node:util';
import { lintCommand, STATUS } from './lint-command.ts';
import type { Paint } from './report.ts';

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
if (command === 'lint') {
  process.exitCode = await lintCommand(args, {
    stdin: process.stdin,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    paint,
  });
} else {
  process.stderr.write('usage: birddog lint FILE...\n');
  process.exitCode = STATUS.notDone;
}
