import { append } from '../../domain/append.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { utf8Text } from '../../format/decode.ts';
import { type Decoded, DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';
import type { TextPart } from '../../format/split-yaml.ts';
import { noDocument } from '../../pipeline/body-kind.ts';
import { decodeExpanded, expandOptions, type Expanding } from '../../pipeline/expanded-body.ts';
import { type ReadDocument, readDocument } from '../../pipeline/document/read-document.ts';
import { keysByPointer } from '../../pipeline/document/selection.ts';
import type { ProcessIo } from '../command.ts';
import { suggestion, UsageError } from '../options.ts';
import { EXIT } from '../exit-status.ts';
import { filesNamed } from './named-files.ts';
import { findingJson } from '../print/finding-json.ts';
import { documentsOf, type LocatedFinding, movedDown, ReadApplications, unreadable } from './lint-text.ts';
import type { Failure } from '../print/print-failure.ts';
import { printFindings } from '../print/print-text.ts';
import type { Paint, ReadText } from '../print/report.ts';
import { readBounded, FileError, formatOfFile, readBytes } from './text-files.ts';
import { visible } from '../print/visible.ts';

/** One document of a file. It is sent to Birddog in a separate request. */
export interface FileDocument {
  readonly file: ReadText;
  /** The document's text and the line of the file on which it begins. */
  readonly part: TextPart;
  /** Position in a YAML stream of several documents, from 1. */
  readonly number: number | undefined;
  readonly value: JsonObject;
  /** The parsed document. */
  readonly read: ReadDocument;
  /** The keys of the entries to plan; undefined for all. */
  readonly only?: readonly string[];
  /** Values of its parameters, one on each line. */
  readonly set?: string | undefined;
  /** How it was expanded. */
  readonly expanding: Expanding;
  /** The findings of its expansion, which Birddog reports too. */
  readonly notes: readonly LocatedFinding[];
  /** The document as parsed. */
  readonly body: Decoded;
}

/** A document of a file, or why it could not be read. */
export type Source =
  | { readonly name: string; readonly document: FileDocument; readonly failure?: undefined }
  | { readonly name: string; readonly document?: undefined; readonly failure: Failure };

/** How documents are read. */
export interface ReadOptions {
  /** The format of standard input and of files with another extension. */
  readonly inputFormat: Format | undefined;
  /** Values of parameters, one on each line. */
  readonly set?: string | undefined;
}

/** Reads the documents of files, in order. A failure in one document does not hide the others. */
export async function readDocuments(
  files: readonly string[],
  { inputFormat, set }: ReadOptions,
  io: Pick<ProcessIo, 'stdin' | 'lintConfig'>,
  paint: Paint,
): Promise<Source[]> {
  const sources: Source[] = [];
  const earlier = new ReadApplications();
  for (const argument of files) {
    for (const source of await sourcesOf(argument, { inputFormat, set }, io, paint)) {
      const second = source.document && earlier.add(source.document.read.application, source.name);
      sources.push(
        second === undefined
          ? source
          : { name: source.name, failure: secondDocument(second, source.name, paint) },
      );
    }
  }
  return sources;
}

/**
 * Selects the entries with these keys. Leaves out documents that have none of them. Throws UsageError for a key that no document
 * has.
 */
export function selectEntries(sources: readonly Source[], only: readonly string[] | undefined): Source[] {
  if (!only) return [...sources];
  const keysOf = ({ read, value }: FileDocument) => new Set(keysByPointer(read, value).values());
  const known = new Set(sources.flatMap(({ document }) => (document ? [...keysOf(document)] : [])));
  const unknown = only.find((key) => !known.has(key));
  // A document that could not be read may have the key.
  if (unknown !== undefined && sources.every(({ document }) => document))
    throw new UsageError(
      `--only: "${unknown}" is not a key of the documents.${suggestion(unknown, [...known])}`,
    );
  return sources.flatMap((source): Source[] => {
    if (!source.document) return [source];
    const keys = keysOf(source.document);
    const selected = only.filter((key) => keys.has(key));
    return selected.length === 0 ? [] : [{ ...source, document: { ...source.document, only: selected } }];
  });
}

/** Returns the failure of a second document of an application. */
function secondDocument(message: string, name: string, paint: Paint): Failure {
  return {
    text: failureLine(name, message, paint),
    json: { code: 'second_document', detail: message },
    exit: EXIT.failed,
  };
}

/** Formats one error line about a file. */
export function failureLine(name: string, message: string, paint: Paint): string {
  return `${paint('place', `${visible(name)}:`)} ${paint('error', 'error:')} ${visible(message)}\n`;
}

/** Returns the documents of an argument: those of a file, or of all files in a folder. */
async function sourcesOf(argument: string, ...rest: Reading): Promise<Source[]> {
  try {
    const sources: Source[] = [];
    for (const name of await filesNamed(argument)) append(sources, await sourcesIn(name, ...rest));
    return sources;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const [, , paint] = rest;
    return [fileFailure(argument, error, paint)];
  }
}

function fileFailure(name: string, { message }: FileError, paint: Paint): Source {
  return {
    name,
    failure: {
      text: failureLine(name, message, paint),
      json: { code: 'file', detail: message },
      exit: EXIT.failed,
    },
  };
}

type Reading = [options: ReadOptions, io: Pick<ProcessIo, 'stdin' | 'lintConfig'>, paint: Paint];

async function sourcesIn(
  name: string,
  ...[{ inputFormat, set }, { stdin, lintConfig }, paint]: Reading
): Promise<Source[]> {
  let file: ReadText;
  try {
    const format = formatOfFile(name, inputFormat);
    const bytes = name === '-' ? await readBounded(stdin) : await readBytes(name);
    file = { name, format, text: bytes.toString('utf8') };
    file = { ...file, text: utf8Text(bytes) };
  } catch (error) {
    if (error instanceof FileError) return [fileFailure(name, error, paint)];
    return [{ name, failure: withFindings({ name, format: 'yaml', text: '' }, unreadable(error), paint) }];
  }
  const parts = documentsOf(file.text, file.format);
  const expanding = expandOptions({ set }, lintConfig.packs);
  return Promise.all(
    parts.map(async (part, at): Promise<Source> => {
      const number = parts.length > 1 ? at + 1 : undefined;
      const documentName = number === undefined ? name : `${name}#${number}`;
      try {
        const body = await decodeExpanded(part.text, file.format, DOCUMENT_LIMITS, expanding);
        const { value } = body;
        if (!isObject(value))
          return {
            name: documentName,
            failure: withFindings(file, [{ ...noDocument(value), line: part.line + 1, column: 1 }], paint),
          };
        const notes = expansionFindings(body).map((finding) => movedDown(finding, part.line));
        const document = {
          file,
          part,
          number,
          value,
          read: readDocument(value),
          set,
          expanding,
          notes,
          body,
        };
        return { name: documentName, document };
      } catch (error) {
        const findings = unreadable(error).map((finding) => movedDown(finding, part.line));
        return { name: documentName, failure: withFindings(file, findings, paint) };
      }
    }),
  );
}

/** Returns the findings about parameters, variants, `each` and packs. */
function expansionFindings({ written, notes = [], linted = [] }: Decoded): LocatedFinding[] {
  const found = written === undefined ? linted : notes;
  return found.map(({ line = 1, column = 1, fix: _, ...finding }) => ({ ...finding, line, column }));
}

function withFindings(file: ReadText, findings: readonly LocatedFinding[], paint: Paint): Failure {
  return {
    text: printFindings({ ...file, findings }, paint),
    json: { code: findings[0]?.code ?? '', findings: findings.map(findingJson) },
    exit: EXIT.failed,
  };
}
