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
import { readBounded, FileError, formatOfFile, readBytes, replaceText } from '../documents/text-files.ts';
import { safeText } from '../print/safe-text.ts';
import { visible } from '../print/visible.ts';

export const STATUS = { success: 0, errors: 1, failed: 2 } as const;

/** Runs `birddog lint` and returns the exit status. */
export async function lintCommand(args: readonly string[], streams: Streams): Promise<number> {
  const { out } = streams;
  const err = (text: string) => streams.err(safeText(text));
  let options: LintOptions;
  try {
    options = lintOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`birddog lint: ${visible(error.message)}\n\n${LINT_USAGE}`);
    return STATUS.failed;
  }
  if (options.help) {
    out(LINT_USAGE);
    return STATUS.success;
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
  // With --fix and -, standard output holds the fixed text, so the findings go to standard error.
  (options.fix && options.files.includes('-') ? streams.err : out)(report);
  if (failed) return STATUS.failed;
  const hasErrors = files.some(({ findings }) =>
    findings.some((f) => options.strict || f.severity === 'error'),
  );
  return hasErrors ? STATUS.errors : STATUS.success;
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
  const bytes = name === '-' ? await readBounded(streams.stdin) : await readBytes(name);
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch (error) {
    return { name, format, text: bytes.toString('utf8'), findings: unreadable(error) };
  }
  if (options.fix) text = await fixed(name, text, format, { options, streams, bytes });
  return { name, format, text, findings: await lintText(text, format) };
}

/** Fixes a text, writes it back to its file or to standard output, and returns it. */
async function fixed(
  name: string,
  text: string,
  format: Format,
  { options, streams, bytes }: { options: LintOptions; streams: Streams; bytes: Buffer },
): Promise<string> {
  const { text: result, fixed: fixes } = await fixText(text, format);
  const byteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? '\ufeff' : '';
  if (name === '-') streams.out(byteOrderMark + result);
  else if (fixes.length > 0) await replaceText(name, byteOrderMark + result);
  const print = options.output === 'text' && !options.files.includes('-') ? streams.out : streams.err;
  for (const fix of fixes) print(safeText(fixLine(name, fix)));
  return result;
}

function fixLine(name: string, { finding, title }: Fixed): string {
  const { line, column, code } = finding;
  return `${visible(name)}:${line}:${column}: fixed: ${visible(title)} [${visible(code)}]\n`;
}
