import { readHandlesFile } from '../../contract/read-handles-file.ts';
import { utf8Text } from '../../format/decode.ts';
import type { Format } from '../../format/decoded.ts';
import type { KnownRecipients } from '../../lint/recipients/known-recipients.ts';
import { expandOptions, type Expanding } from '../../pipeline/expanded-body.ts';
import { SettingsError } from '../../runtime/settings.ts';
import { command, type Io } from '../command.ts';
import { type Fixed, fixText } from '../documents/fix-text.ts';
import { lintPart, lintText, ReadApplications, unreadable } from '../documents/lint-text.ts';
import { filesNamed } from '../documents/named-files.ts';
import { ALL_FINDINGS, withoutInfos } from '../documents/shown-findings.ts';
import { FileError, formatOfFile, readBounded, readBytes, replaceText } from '../documents/text-files.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { choice, FILES, flag, type Option } from '../options.ts';
import { printGithub } from '../print/print-github.ts';
import { printJson } from '../print/finding-json.ts';
import { printSarif } from '../print/print-sarif.ts';
import { printText } from '../print/print-text.ts';
import { inRepository } from '../print/repository-paths.ts';
import { type LintedFile, OUTPUT_FORMATS, type OutputFormat } from '../print/report.ts';
import { safeText } from '../print/safe-text.ts';
import { visible } from '../print/visible.ts';
import { INPUT_FORMAT, SET } from './client-options.ts';

const FORMAT = choice('format', OUTPUT_FORMATS, 'text', 'output format (default: text)');
const FIX = flag('fix', 'apply the available fixes to the files; - is written to standard output');
const STRICT = flag('strict', 'treat warnings as errors');
const HANDLES: Option<string | undefined> = {
  name: 'handles',
  value: 'FILE',
  help: 'warn about @handles that are not in FILE, which has one on each line or is a YAML list (default: BIRDDOG_HANDLES, if it is a file)',
  read: (text) => text,
};

export const lintCommand = command({
  name: 'lint',
  summary: 'Check files of monitors, alerts and dashboards offline',
  description:
    'Check files of monitors, alerts and dashboards in YAML, JSON or TOML, offline. FILE is a .yaml, .yml, .json or .toml file, or a folder; - is standard input. In a folder, all such files are checked, at any depth.',
  examples: ['birddog lint --strict .', 'birddog lint --fix payments.yaml'],
  options: [FORMAT, INPUT_FORMAT, FIX, STRICT, HANDLES, SET, ALL_FINDINGS],
  operands: FILES,
  statuses: {
    done: 'there are no findings, or only warnings and infos',
    failed: 'there is an error, or a file cannot be read',
    settings: 'the file of --handles is invalid',
  },
  run: ({ operands: files, get }, io) =>
    lintFiles(
      {
        files,
        output: get(FORMAT),
        inputFormat: get(INPUT_FORMAT),
        fix: get(FIX),
        strict: get(STRICT),
        handles: get(HANDLES),
        expand: expandOptions({ set: get(SET) }, io.lintConfig.packs),
        allFindings: get(ALL_FINDINGS),
      },
      io,
    ),
});

interface LintOptions {
  readonly files: readonly string[];
  readonly output: OutputFormat;
  /** Format of standard input and of files with another extension. */
  readonly inputFormat: Format | undefined;
  readonly fix: boolean;
  readonly strict: boolean;
  /** The file with the known recipients. */
  readonly handles: string | undefined;
  /** How documents are expanded. */
  readonly expand: Expanding;
  /** Whether infos are shown and fixed. */
  readonly allFindings: boolean;
}

interface LintRun extends LintOptions {
  readonly recipients: KnownRecipients | undefined;
  /** The documents of all files. */
  readonly earlier: ReadApplications;
}

/** Reads the file of known recipients. Throws SettingsError with every fault by line and column. */
async function recipientsIn(path: string | undefined): Promise<KnownRecipients | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readHandlesFile(await readBytes(path));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new SettingsError(error.message.split('\n').map((line) => `${path}:${line}`));
  }
}

async function lintFiles(given: LintOptions, io: Io): Promise<Exit> {
  const recipients = await recipientsIn(given.handles ?? io.lintConfig.handles);
  const options = { ...given, recipients, earlier: new ReadApplications() };
  const files: LintedFile[] = [];
  let failed = false;
  const attempt = async (name: string, action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      failed = true;
      io.err(`birddog lint: ${visible(name)}: ${visible(error.message)}\n`);
    }
  };
  for (const named of options.files) {
    await attempt(named, async () => {
      for (const name of await filesNamed(named)) {
        await attempt(name, async () => void files.push(await lintedFile(name, options, io)));
      }
    });
  }
  // The error on standard error says why nothing was checked.
  const isUnread = failed && files.length === 0 && options.output === 'text';
  const report = isUnread ? '' : await REPORTS[options.output](files, io);
  // With --fix and -, standard output holds the fixed text, so the findings go to standard error.
  (options.fix && options.files.includes('-') ? io.errExact : io.outExact)(report);
  const hasErrors = files.some(({ findings }) =>
    findings.some(({ severity }) => severity === 'error' || (options.strict && severity === 'warning')),
  );
  return failed || hasErrors ? EXIT.failed : EXIT.done;
}

const REPORTS: Readonly<
  Record<OutputFormat, (files: readonly LintedFile[], io: Io) => string | Promise<string>>
> = {
  text: (files, { paint }) => safeText(printText(files, paint)),
  json: printJson,
  sarif: (files, io) => printSarif(relativeToRepository(files, io)),
  github: (files, io) => printGithub(relativeToRepository(files, io)),
};

function relativeToRepository(files: readonly LintedFile[], { lintConfig }: Io): LintedFile[] {
  return inRepository(files, lintConfig.workspace, process.cwd());
}

async function lintedFile(name: string, options: LintRun, io: Io): Promise<LintedFile> {
  const format = formatOfFile(name, options.inputFormat);
  const bytes = name === '-' ? await readBounded(io.stdin) : await readBytes(name);
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch (error) {
    return { name, format, text: bytes.toString('utf8'), findings: unreadable(error) };
  }
  if (options.fix) text = await fixed(name, text, format, { options, io, bytes });
  const { recipients, earlier } = options;
  const findings = await lintText(text, format, {
    recipients,
    expand: options.expand,
    source: { name, earlier },
  });
  return { name, format, text, ...(options.allFindings ? { findings } : withoutInfos(findings)) };
}

/** Fixes a text, writes it back to its file or to standard output, and returns it. */
async function fixed(
  name: string,
  text: string,
  format: Format,
  { options, io, bytes }: { options: LintRun; io: Io; bytes: Buffer },
): Promise<string> {
  const find = async (part: string, of: Format) => {
    const findings = await lintPart(part, of, { recipients: options.recipients, expand: options.expand });
    return options.allFindings ? findings : withoutInfos(findings).findings;
  };
  const { text: result, fixed: fixes } = await fixText(text, format, find);
  const byteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? '\ufeff' : '';
  if (name === '-') io.outExact(byteOrderMark + result);
  else if (fixes.length > 0) await replaceText(name, byteOrderMark + result);
  const print = options.output === 'text' && !options.files.includes('-') ? io.out : io.err;
  for (const fix of fixes) print(fixLine(name, fix));
  return result;
}

function fixLine(name: string, { finding, title }: Fixed): string {
  const { line, column, code } = finding;
  return `${visible(name)}:${line}:${column}: fixed: ${visible(title)} [${visible(code)}]\n`;
}
