import { type Accepted, acceptDrift } from '../accept/accept-drift.ts';
import { applySources } from './apply.ts';
import { type Command, EXIT, type Exit, worst } from './command.ts';
import { DOCUMENT_OPTIONS, DOCUMENT_USAGE, documentOptions } from './document-options.ts';
import { type FileDocument, readDocuments, type Source } from '../documents/documents.ts';
import { type Drift, driftAnswer } from '../client/drift-answer.ts';
import { bodyOf, sentText } from '../documents/plan-documents.ts';
import { driftJson, printDrift } from '../print/print-drift.ts';
import { failureOf } from '../print/print-failure.ts';
import { readOptions, UsageError } from './read-options.ts';
import { runCommand, type Working } from './run-command.ts';
import { FileError, replaceText } from '../documents/text-files.ts';
import { visible } from '../print/visible.ts';

const USAGE = `usage: birddog drift [OPTION...] FILE...

Show what was changed in Datadog since the documents were applied: each field, and who changed it and when if known.

  birddog drift payments.yaml
  birddog drift --accept payments.yaml             # then review and commit the file
  birddog drift --revert payments.yaml

  --accept              write the changes into the files, keeping comments and order; - is written to standard output
  --revert              undo the changes: apply the documents after confirmation
  --yes                 revert without confirmation
${DOCUMENT_USAGE}
Exit status: 0 if nothing was changed, or every change was accepted or reverted, 2 if changes remain, 1 if something failed.
`;

/** `birddog drift` */
export const driftCommand: Command = (args, deps) =>
  runCommand({ name: 'drift', usage: USAGE }, deps, () => driftOptions(args), driftFiles);

function driftOptions(args: readonly string[]) {
  const { values, positionals } = readOptions(args, {
    ...DOCUMENT_OPTIONS,
    accept: { type: 'boolean', default: false },
    revert: { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
  });
  if (values.help) return undefined;
  const { accept, revert, yes } = values;
  if (accept && revert) throw new UsageError('--accept and --revert cannot be used together');
  return { ...documentOptions(values, positionals), accept, revert, yes };
}

async function driftFiles(
  options: NonNullable<ReturnType<typeof driftOptions>>,
  working: Working,
): Promise<Exit> {
  const { out, err, paint, paintErr } = working;
  const sources = await readDocuments(options.files, options.inputFormat, working, paintErr);
  const drifts = await findDrift(sources, options.deadlineMs, working);
  // With --accept and -, standard output holds the updated document, so the report goes to standard error.
  const report = options.accept && options.files.includes('-') ? err : out;
  if (options.json) {
    if (!options.revert) report(driftJson(drifts));
  } else report(printDrift(drifts, paint));
  for (const { failure } of drifts) if (failure) err(failure.text);
  const failed = drifts.some(({ failure }) => failure);
  const drifted = drifts.flatMap((one) => (one.objects && one.objects.length > 0 ? [one] : []));
  if (options.revert) {
    const again: Source[] = drifted.map(({ name, document }) => ({ name, document }));
    const exit = await applySources(again, { ...options, prune: false, force: false }, working);
    return failed ? EXIT.error : exit;
  }
  if (options.accept)
    return worst([
      failed ? EXIT.error : EXIT.nothing,
      await acceptAll(drifts, drifted, options.deadlineMs, working),
    ]);
  return failed ? EXIT.error : drifted.length > 0 ? EXIT.changes : EXIT.nothing;
}

async function findDrift(sources: readonly Source[], deadlineMs: number, working: Working): Promise<Drift[]> {
  const { client, progress, paintErr } = working;
  const drifts: Drift[] = [];
  for (const source of sources) {
    const { name, document } = source;
    if (!document) {
      drifts.push(source);
      continue;
    }
    progress.show(drifts.length, sources.length, `comparing ${name}`);
    try {
      const answer = await client.send({
        method: 'POST',
        path: '/drift',
        body: bodyOf(document),
        deadlineMs,
      });
      drifts.push({ name, document, objects: driftAnswer(answer) });
    } catch (error) {
      drifts.push({ name, document, failure: failureOf(error, paintErr, sentText(name, document)) });
    }
  }
  progress.clear();
  return drifts;
}

type Drifted = Extract<Drift, { failure?: undefined }>;

/** Writes the drift into each file, updating all documents of a YAML stream at once. */
async function acceptAll(
  drifts: readonly Drift[],
  drifted: readonly Drifted[],
  deadlineMs: number,
  working: Working,
): Promise<Exit> {
  const { outExact: exact, err, paintErr } = working;
  const exits: Exit[] = [];
  const accepted = new Map<FileDocument, Accepted>();
  for (const { name, document, objects } of drifted) {
    try {
      const one = await acceptDrift(document, objects, deadlineMs, working);
      accepted.set(document, one);
      for (const { object, reason } of one.refused) {
        err(
          `${paintErr('place', `${visible(name)}:`)} ${object.kind} ${visible(object.key)} could not be updated completely: ${visible(reason)}. Edit the file, or pass --revert.\n`,
        );
      }
      exits.push(one.refused.length > 0 ? EXIT.changes : EXIT.nothing);
    } catch (error) {
      err(failureOf(error, paintErr, sentText(name, document)).text);
      exits.push(EXIT.error);
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
      exits.push(EXIT.error);
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
