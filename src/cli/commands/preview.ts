import { join } from 'node:path';
import { APPLICATION_SLUG, KEY_SLUG } from '../../domain/application.ts';
import { momentSeconds } from '../../contract/span.ts';
import type { JsonObject } from '../../domain/json.ts';
import { command } from '../command.ts';
import { readDocuments, selectEntries } from '../documents/documents.ts';
import {
  type Previewed,
  previewDocuments,
  previewKey,
  type PreviewQuery,
  reportOf,
} from '../documents/preview-documents.ts';
import { EXIT, type Exit, worst } from '../exit-status.ts';
import { choice, flag, type Operands, type Option, textOption, UsageError } from '../options.ts';
import { findingJson } from '../print/finding-json.ts';
import { type PreviewStyle, printPreview } from '../print/print-preview.ts';
import { previewMarkdown } from '../print/print-preview-markdown.ts';
import { FileError, makeFolder, saveText } from '../documents/text-files.ts';
import { withoutInfos } from '../documents/shown-findings.ts';
import { printFindings } from '../print/print-text.ts';
import { visible, visibleJson } from '../print/visible.ts';
import {
  CLIENT_STATUSES,
  type ClientIo,
  DOCUMENT_OPTIONS,
  documentOptions,
  ONLY,
  spanOption,
  withClient,
} from './client-options.ts';
import { APPLICATION, applicationOf, CATALOGS } from './history.ts';

function momentOption(name: string, help: string): Option<string | undefined> {
  return {
    name,
    value: 'TIME',
    help,
    read(text) {
      if (text !== undefined && momentSeconds(text) === undefined)
        throw new UsageError(`--${name} must be a time such as 2026-11-23T12:00:00Z, not "${text}"`);
      return text;
    },
  };
}

const KEY = textOption('key', 'KEY', 'preview the existing monitor with this key, instead of a document');
const SPAN = spanOption('span', 'how many days or hours until now, or until --to (default: 7d)');
const FROM = momentOption('from', 'the start of the span, instead of --span');
const TO = momentOption('to', 'the end of the span (default: now)');
const FORMAT = choice('format', ['text', 'markdown'], 'text', 'format of the report (default: text)');
const SVG = textOption('svg', 'DIR', 'also draw each alert into the folder, as KEY.svg');
const VERBOSE = flag('verbose', 'also print all thresholds, examples and assumptions');
const ASCII = flag('ascii', 'use only ASCII characters, as in a locale without UTF-8');

const DOCUMENTS: Operands<readonly string[]> = { usage: '[FILE...]', files: true, read: (given) => given };

export const previewCommand = command({
  name: 'preview',
  summary: 'Show what alerts would have done in the last days',
  description:
    'Show what the alerts of documents would have done in the last days, before and after their change: when, for how long, and who would have been notified; and how well that agrees with what really happened. FILE is a .yaml, .yml, .json or .toml file; - is standard input.',
  examples: [
    'birddog preview payments.yaml',
    'birddog preview --span 1d --only queue-depth payments.yaml',
    'birddog preview --application checkout --key queue-depth',
    'birddog preview --format markdown --svg pictures payments.yaml > preview.md',
  ],
  options: [
    KEY,
    APPLICATION,
    CATALOGS,
    ONLY,
    SPAN,
    FROM,
    TO,
    FORMAT,
    VERBOSE,
    ASCII,
    SVG,
    ...DOCUMENT_OPTIONS,
  ],
  operands: DOCUMENTS,
  statuses: {
    done: 'the preview was printed',
    failed: 'a document has an error, such as a query without any point, or the preview failed',
    ...CLIENT_STATUSES,
  },
  run(args, commandIo) {
    const { get } = args;
    const given = documentOptions(args);
    const { files, json, deadlineMs } = given;
    const [key, only, folder, format] = [get(KEY), get(ONLY), get(SVG), get(FORMAT)];
    if ((key === undefined) === (files.length === 0))
      throw new UsageError(
        key === undefined ? 'give a file, or --key' : 'give either files or --key, not both',
      );
    if (json && format !== 'text') throw new UsageError('--json and --format cannot be used together');
    if (folder === '') throw new UsageError('--svg needs the name of a folder');
    const application = key === undefined ? undefined : applicationOf(get(APPLICATION));
    const catalogs = get(CATALOGS);
    const query = queryOf({ span: get(SPAN), from: get(FROM), to: get(TO), svg: folder && 'true' });
    return withClient(args, commandIo, async (io) => {
      const options = { query, deadlineMs };
      const previewed =
        key === undefined || application === undefined
          ? await previewDocuments(
              selectEntries(await readDocuments(files, given, io, io.paintErr), only),
              options,
              io,
            )
          : [await previewKey({ application, key, ...(catalogs ? { catalogs } : {}) }, options, io)];
      const style = { isVerbose: get(VERBOSE), isAscii: get(ASCII) || io.isAscii };
      if (json) io.out(`${visibleJson({ documents: previewed.map(previewJson) })}\n`);
      for (const one of previewed) {
        if (one.failure) io.err(one.failure.text);
        else if (!json) printOne(one, format, style, io);
      }
      const exits = previewed.map(exitOf);
      try {
        if (folder !== undefined) await writeImages(folder, previewed);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        io.err(`birddog preview: ${visible(`${folder}: ${error.message}`)}\n`);
        return worst([...exits, EXIT.failed]);
      }
      return worst(exits);
    });
  },
});

function queryOf(given: { readonly [Name in keyof PreviewQuery]: string | undefined }): PreviewQuery {
  const { span, from, to, svg } = given;
  if (span !== undefined && from !== undefined)
    throw new UsageError('give either --span or --from, not both');
  return {
    ...(span === undefined ? {} : { span }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(svg === undefined ? {} : { svg }),
  };
}

function printOne(
  one: Extract<Previewed, { failure?: undefined }>,
  format: 'text' | 'markdown',
  style: PreviewStyle,
  { out, paint }: Pick<ClientIo, 'out' | 'paint'>,
): void {
  const { preview, document } = one;
  const { findings } = withoutInfos(one.findings);
  if (format === 'markdown') {
    out(previewMarkdown(reportOf(preview, findings, document)));
    return;
  }
  if (document && findings.length > 0) out(`${printFindings({ ...document.file, findings }, paint)}\n`);
  out(`${paint('place', visible(`${one.name}: ${preview.application}`))}\n`);
  out(printPreview(reportOf(preview), paint, style));
}

/** Returns the answer for a document as JSON, with its file and the lines of the whole file. */
function previewJson({ name, document, ...one }: Previewed): JsonObject {
  if (one.failure) return { file: document?.file.name ?? name, error: one.failure.json };
  const { preview, findings } = one;
  const number = document?.number;
  return {
    ...(document ? { file: document.file.name } : {}),
    ...(number === undefined ? {} : { document: number }),
    ...preview,
    findings: findings.map(findingJson),
  };
}

/** Writes the image of each alert; those of several documents into folders by application. Throws FileError. */
async function writeImages(folder: string, previewed: readonly Previewed[]): Promise<void> {
  for (const { preview } of previewed) {
    if (!preview || !APPLICATION_SLUG.test(preview.application)) continue;
    const own = previewed.length === 1 ? folder : join(folder, preview.application);
    await makeFolder(own);
    // A key is the name of a file, so one that is no key is not trusted.
    for (const { key, svg } of preview.alerts)
      if (svg !== undefined && KEY_SLUG.test(key)) await saveText(join(own, `${key}.svg`), svg);
  }
}

function exitOf(one: Previewed): Exit {
  if (one.failure) return one.failure.exit;
  return one.findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.done;
}
