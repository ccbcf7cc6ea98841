import { utf8Text } from '../../format/decode.ts';
import type { Format } from '../../format/decoded.ts';
import type { Streams } from './command.ts';
import { filesNamed } from '../documents/named-files.ts';
import { type Fixed, fixText } from '../documents/fix-text.ts';
import { LINT_USAGE, type LintOptions, lintOptions } from './lint-options.ts';
import { lintText, unreadable } from '../documents/lint-text.ts';
import { printGithub } from '../print/print-github.ts';
import { printJson } from '../print/print-json.ts';
import { printSarif } from '../print/print-sarif.ts';
import { printText } from '../print/print-text.ts';
import { UsageError } from './read-options.ts';
import type { LintedFile, OutputFormat, Paint } from '../print/report.ts';
import { bounded, FileError, formatOfFile, readBytes, replaceText } from '../documents/text-files.ts';
import { safeText } from '../print/safe-text.ts';
import { visible } from '../print/visible.ts';

export const STATUS = { well: 0, errors: 1, notDone: 2 } as const;

/** `birddog lint`: gives the exit status. */
export async function lintCommand(args: readonly string[], streams: Streams): Promise<number> {
  const { out } = streams;
  const err = (text: string) => streams.err(safeText(text));
  let options: LintOptions;
  try {
    options = lintOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`birddog lint: ${visible(error.message)}\n\n${LINT_USAGE}`);
    return STATUS.notDone;
  }
  if (options.help) {
    out(LINT_USAGE);
    return STATUS.well;
  }
  const files: LintedFile[] = [];
  let failed = false;
  const attempt = async (name: string, action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      failed = true;
      err(`birddog lint: ${visible(name)}: ${visible(error.message)}\n`);
    }
  };
  for (const named of options.files) {
    await attempt(named, async () => {
      for (const name of await filesNamed(named)) {
        await attempt(name, async () => void files.push(await lintedFile(name, options, streams)));
      }
    });
  }
  const report = await REPORTS[options.output](files, streams.paint);
  // Where standard output has the mended text, what is left goes beside it.
  (options.fix && options.files.includes('-') ? streams.err : out)(report);
  if (failed) return STATUS.notDone;
  const counts = files.some(({ findings }) => findings.some((f) => options.strict || f.severity === 'error'));
  return counts ? STATUS.errors : STATUS.well;
}

const REPORTS: Readonly<
  Record<OutputFormat, (files: readonly LintedFile[], paint: Paint) => string | Promise<string>>
> = {
  text: (files, paint) => safeText(printText(files, paint)),
  json: printJson,
  sarif: printSarif,
  github: printGithub,
};

async function lintedFile(name: string, options: LintOptions, streams: Streams): Promise<LintedFile> {
  const format = formatOfFile(name, options.inputFormat);
  const bytes = name === '-' ? await bounded(streams.stdin) : await readBytes(name);
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch (error) {
    return { name, format, text: bytes.toString('utf8'), findings: unreadable(error) };
  }
  if (options.fix) text = await mended(name, text, format, { options, streams, bytes });
  return { name, format, text, findings: await lintText(text, format) };
}

/** Mends a text where it was read, and gives it. */
async function mended(
  name: string,
  text: string,
  format: Format,
  { options, streams, bytes }: { options: LintOptions; streams: Streams; bytes: Buffer },
): Promise<string> {
  const { text: result, fixed } = await fixText(text, format);
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? '\ufeff' : '';
  if (name === '-') streams.out(mark + result);
  else if (fixed.length > 0) await replaceText(name, mark + result);
  const say = options.output === 'text' && !options.files.includes('-') ? streams.out : streams.err;
  for (const one of fixed) say(safeText(told(name, one)));
  return result;
}

function told(name: string, { finding, title }: Fixed): string {
  const { line, column, code } = finding;
  return `${visible(name)}:${line}:${column}: fixed: ${visible(title)} [${visible(code)}]\n`;
}
