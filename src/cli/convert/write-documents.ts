import { join } from 'node:path';
import { printJson } from '../../domain/json.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import type { Io } from '../command.ts';
import { createText, FileError, makeFolder } from '../documents/text-files.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { count } from '../print/print-text.ts';
import { visible } from '../print/visible.ts';
import type { ConvertedDocument, LeftOut } from './convert-state.ts';

/** What a conversion made. */
export interface Conversion {
  readonly documents: readonly ConvertedDocument[];
  readonly leftOut: readonly LeftOut[];
  /** The text of `removed.tf`; undefined if the source is not Terraform. */
  readonly removed?: string;
  /** The lines of the comment at the start of each document. */
  readonly comment: readonly string[];
}

/** Where the documents go. */
export interface Destination {
  /** The folder for one file per application; undefined for standard output. */
  readonly folder: string | undefined;
  readonly json: boolean;
}

/**
 * Writes the documents to new files in a folder, with `removed.tf` after them, or to standard output. Reports what was left out.
 * Throws FileError with the path in its message.
 */
export async function writeConversion(
  { documents, leftOut, removed, comment }: Conversion,
  { folder, json }: Destination,
  { err, outExact, paintErr }: Pick<Io, 'err' | 'outExact' | 'paintErr'>,
): Promise<Exit> {
  const head = comment.map((line) => `# ${line}\n`).join('');
  if (folder !== undefined) {
    await makeFolder(folder);
    for (const { application, document } of documents)
      await createIn(folder, `${application}.yaml`, head + printYaml(document));
    if (removed !== undefined && documents.length > 0) await createIn(folder, 'removed.tf', removed);
  } else if (!json) outExact(documents.map(({ document }) => head + printYaml(document)).join('---\n'));
  if (json) {
    const result = {
      documents: documents.map(({ document }) => document),
      left_out: leftOut.map(({ address, why }) => ({ address, why })),
      ...(removed === undefined ? {} : { removed }),
    };
    outExact(`${printJson(result)}\n`);
  }
  for (const { address, why } of leftOut)
    err(`${paintErr('warning', 'left out:')} ${visible(address)}: ${visible(why)}\n`);
  for (const { application, document } of documents) {
    const counts = ['alert', 'monitor', 'dashboard'].map((name) => {
      const list = document[`${name}s`];
      return count(Array.isArray(list) ? list.length : 0, name);
    });
    const [alerts, monitors, dashboards] = counts;
    const written = folder === undefined ? '' : ` written to ${visible(join(folder, `${application}.yaml`))}`;
    err(`${alerts}, ${monitors} and ${dashboards} of ${application}${written}\n`);
  }
  if (documents.length === 0) {
    err(`${paintErr('error', 'error:')} nothing was converted\n`);
    return EXIT.failed;
  }
  return leftOut.length > 0 ? EXIT.differences : EXIT.done;
}

/** Creates a file in a folder. Throws FileError with its path. */
async function createIn(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  try {
    await createText(path, text);
  } catch (error) {
    throw error instanceof FileError ? new FileError(`${path}: ${error.message}`, { cause: error }) : error;
  }
}
