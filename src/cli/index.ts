import { createInterface } from 'node:readline/promises';
import { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { systemClock } from '../runtime/system-clock.ts';
import { createBirddogClient } from './client/birddog-client.ts';
import type { ProcessIo } from './command.ts';
import { runCommandLine } from './command-line.ts';
import { isAscii, readConfig, readLintConfig } from './config.ts';
import { EXIT } from './exit-status.ts';
import type { Paint, Style } from './print/report.ts';

/** The formats of each style, applied one by one: Node.js 20.12 does not take a list. */
const STYLES: Readonly<Record<Style, readonly Extract<Parameters<typeof styleText>[0], string>[]>> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  place: ['bold'],
  aside: ['dim'],
  added: ['green'],
  removed: ['red'],
  changed: ['yellow'],
  lost: ['bold', 'magenta'],
  info: ['cyan'],
};
/** Styles text for a terminal, or if FORCE_COLOR is set. NO_COLOR and TERM count too. */
const painted = (stream: NodeJS.WriteStream): Paint => {
  // oxlint-disable-next-line node/no-process-env -- styleText reads it too, but not in Node.js 20
  const wanted = stream.isTTY || process.env['FORCE_COLOR'] !== undefined;
  const colored = wanted && WriteStream.prototype.getColorDepth() > 2;
  return (style, text) =>
    colored
      ? STYLES[style].reduceRight(
          (inner, format) => styleText(format, inner, { validateStream: false }),
          text,
        )
      : text;
};

const listens = (signal: NodeJS.Signals) => (listener: () => void) => {
  process.on(signal, listener);
  return () => process.off(signal, listener);
};

const io: ProcessIo = {
  stdin: process.stdin,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  paint: painted(process.stdout),
  paintErr: painted(process.stderr),
  isTerminal: { stdin: process.stdin.isTTY, stderr: process.stderr.isTTY },
  columns: process.stderr.columns,
  isAscii: isAscii(),
  screen: process.stdout.isTTY ? () => process.stdout : undefined,
  clock: systemClock,
  clientOf: (url) => createBirddogClient(readConfig(url), systemClock),
  lintConfig: readLintConfig(),
  confirm,
  onInterrupt: listens('SIGINT'),
  onTerminate: listens('SIGTERM'),
  every(ms, work) {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  },
};

// The reader of the output may close the pipe early, as `head` does.
process.stdout.on('error', (error: Error & { code?: string }) => {
  process.exit(error.code === 'EPIPE' ? process.exitCode : EXIT.failed);
});

process.exitCode = await runCommandLine(process.argv.slice(2), io);

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
