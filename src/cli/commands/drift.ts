import { type Accepted, acceptDrift } from '../accept/accept-drift.ts';
import { command } from '../command.ts';
import { type FileDocument, readDocuments, type Source } from '../documents/documents.ts';
import { type Drift, findDrift } from '../documents/find-drift.ts';
import { sentText } from '../documents/plan-documents.ts';
import { FileError, replaceText } from '../documents/text-files.ts';
import { EXIT, type Exit, worst } from '../exit-status.ts';
import { FILES, flag, UsageError } from '../options.ts';
import { driftJson, printDrift } from '../print/print-drift.ts';
import { failureOf } from '../print/print-failure.ts';
import { printFindings } from '../print/print-text.ts';
import { visible } from '../print/visible.ts';
import { applySources } from './apply.ts';
import {
  CLIENT_STATUSES,
  type ClientIo,
  DOCUMENT_OPTIONS,
  type DocumentOptions,
  documentOptions,
  MAX_CHANGES,
  withClient,
} from './client-options.ts';

const ACCEPT = flag(
  'accept',
  'write the changes into the files, keeping comments and order; - is written to standard output',
);
const REVERT = flag('revert', 'undo the changes: apply the documents after confirmation');
const YES = flag('yes', 'revert without confirmation');

export const driftCommand = command({
  name: 'drift',
  summary: 'Show what was changed in Datadog since the last apply; accept or revert it',
  description:
    'Show each field that was changed in Datadog since the documents were applied and, if known, who changed it and when.',
  examples: [
    'birddog drift payments.yaml',
    'birddog drift --accept payments.yaml             # then review and commit the file',
    'birddog drift --revert payments.yaml',
  ],
  options: [ACCEPT, REVERT, YES, MAX_CHANGES, ...DOCUMENT_OPTIONS],
  operands: FILES,
  statuses: {
    done: 'nothing was changed, or every change was accepted or reverted',
    differences: 'changes remain',
    failed: 'something failed',
    ...CLIENT_STATUSES,
  },
  run(args, io) {
    const { get } = args;
    const options = {
      ...documentOptions(args),
      accept: get(ACCEPT),
      revert: get(REVERT),
      yes: get(YES),
      maxChanges: get(MAX_CHANGES),
    };
    if (options.accept && options.revert)
      throw new UsageError('--accept and --revert cannot be used together');
    return withClient(args, io, (clientIo) => driftFiles(options, clientIo));
  },
});

interface DriftOptions extends DocumentOptions {
  readonly accept: boolean;
  readonly revert: boolean;
  readonly yes: boolean;
  readonly maxChanges: number | undefined;
}

async function driftFiles(options: DriftOptions, io: ClientIo): Promise<Exit> {
  const { out, err, paint, paintErr } = io;
  const sources = await readDocuments(options.files, options, io, paintErr);
  const drifts = await findDrift(sources, options.deadlineMs, io);
  // With --accept and -, standard output holds the updated document, so the report goes to standard error.
  const report = options.accept && options.files.includes('-') ? err : out;
  if (options.json) {
    if (!options.revert) report(driftJson(drifts));
  } else report(printDrift(drifts, paint));
  for (const drift of drifts) {
    if (drift.failure) err(drift.failure.text);
    else if (drift.errors.length > 0)
      err(`${printFindings({ ...drift.document.file, findings: drift.errors }, paintErr)}\n`);
  }
  const failures = drifts.flatMap((drift): Exit[] => {
    if (drift.failure) return [drift.failure.exit];
    return drift.errors.length > 0 ? [EXIT.failed] : [];
  });
  const drifted = drifts.flatMap((result) => (result.objects && result.objects.length > 0 ? [result] : []));
  if (options.revert) {
    const driftedSources: Source[] = drifted.map(({ name, document }) => ({ name, document }));
    const exit = await applySources(
      driftedSources,
      { ...options, prune: false, force: false, allFindings: false },
      io,
      { by: 'drift', verb: 'revert' },
    );
    return worst([...failures, exit]);
  }
  if (options.accept) return worst([...failures, await acceptAll(drifts, drifted, options.deadlineMs, io)]);
  return worst([...failures, drifted.length > 0 ? EXIT.differences : EXIT.done]);
}

type Drifted = Extract<Drift, { failure?: undefined }>;

/** Writes the drift into each file, updating all documents of a YAML stream at once. */
async function acceptAll(
  drifts: readonly Drift[],
  drifted: readonly Drifted[],
  deadlineMs: number,
  io: ClientIo,
): Promise<Exit> {
  const { outExact: exact, err, paintErr } = io;
  const exits: Exit[] = [];
  const accepted = new Map<FileDocument, Accepted>();
  for (const { name, document, objects } of drifted) {
    try {
      const result = await acceptDrift(document, objects, deadlineMs, io);
      accepted.set(document, result);
      for (const { object, reason } of result.refused) {
        err(
          `${paintErr('place', `${visible(name)}:`)} ${object.kind} ${visible(object.key)} could not be updated completely: ${visible(reason)}. Edit the file, or pass --revert.\n`,
        );
      }
      exits.push(result.refused.length > 0 ? EXIT.differences : EXIT.done);
    } catch (error) {
      const failure = failureOf(error, paintErr, sentText(name, document));
      err(failure.text);
      exits.push(failure.exit);
    }
  }
  for (const file of new Set(drifts.flatMap(({ document }) => document?.file ?? []))) {
    const { name } = file;
    const documents = drifts.flatMap(({ document }) => (document?.file === file ? [document] : []));
    const text = withParts(file.text, documents, accepted);
    try {
      if (name === '-') exact(text);
      else if (text !== file.text) {
        await replaceText(name, text);
        err(`${visible(name)}: updated. Run birddog plan to see whether differences remain.\n`);
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      err(`birddog drift: ${visible(name)}: ${visible(error.message)}\n`);
      exits.push(EXIT.failed);
    }
  }
  return worst(exits);
}

/** Returns the text of a file in which the accepted documents are replaced. */
function withParts(
  text: string,
  documents: readonly FileDocument[],
  accepted: ReadonlyMap<FileDocument, Accepted>,
): string {
  let [result, rest] = ['', text];
  for (const document of documents) {
    const at = rest.indexOf(document.part.text);
    result += rest.slice(0, at) + (accepted.get(document)?.text ?? document.part.text);
    rest = rest.slice(at + document.part.text.length);
  }
  return result + rest;
}
