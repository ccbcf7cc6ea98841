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

Says what was changed in Datadog since the documents were applied: field by field, by whom and when where that is known.

  birddog drift payments.yaml
  birddog drift --accept payments.yaml             # then look at the file, and commit it
  birddog drift --revert payments.yaml

  --accept              writes it into the files, comments and order kept; - goes to standard output
  --revert              puts it back: applies the documents, after it was shown and asked for
  --yes                 --revert does not ask
${DOCUMENT_USAGE}
Ends with 0 where nothing was changed, or all was accepted or put back, 2 where something is left, 1 where something could
not be done.
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
  if (accept && revert) throw new UsageError('--accept and --revert exclude each other');
  return { ...documentOptions(values, positionals), accept, revert, yes };
}

async function driftFiles(
  options: NonNullable<ReturnType<typeof driftOptions>>,
  working: Working,
): Promise<Exit> {
  const { out, err, paint, paintErr } = working;
  const sources = await readDocuments(options.files, options.inputFormat, working, paintErr);
  const drifts = await askAll(sources, options.deadlineMs, working);
  // Standard output has the mended text, or what the apply says, where there is any.
  const say = options.accept && options.files.includes('-') ? err : out;
  if (options.json) {
    if (!options.revert) say(driftJson(drifts));
  } else say(printDrift(drifts, paint));
  for (const { failure } of drifts) if (failure) err(failure.said);
  const failed = drifts.some(({ failure }) => failure);
  const touched = drifts.flatMap((one) => (one.objects && one.objects.length > 0 ? [one] : []));
  if (options.revert) {
    const again: Source[] = touched.map(({ name, document }) => ({ name, document }));
    const exit = await applySources(again, { ...options, prune: false, force: false }, working);
    return failed ? EXIT.error : exit;
  }
  if (options.accept)
    return worst([
      failed ? EXIT.error : EXIT.nothing,
      await acceptAll(drifts, touched, options.deadlineMs, working),
    ]);
  return failed ? EXIT.error : touched.length > 0 ? EXIT.changes : EXIT.nothing;
}

async function askAll(sources: readonly Source[], deadlineMs: number, working: Working): Promise<Drift[]> {
  const { client, progress, paintErr } = working;
  const drifts: Drift[] = [];
  for (const source of sources) {
    const { name, document } = source;
    if (!document) {
      drifts.push(source);
      continue;
    }
    progress.show(drifts.length, sources.length, `looking at ${name}`);
    try {
      const answer = await client.ask({ method: 'POST', path: '/drift', body: bodyOf(document), deadlineMs });
      drifts.push({ name, document, objects: driftAnswer(answer) });
    } catch (error) {
      drifts.push({ name, document, failure: failureOf(error, paintErr, sentText(name, document)) });
    }
  }
  progress.clear();
  return drifts;
}

type Touched = Extract<Drift, { failure?: undefined }>;

/** Writes what drifted into each file, all documents of a stream at once. */
async function acceptAll(
  drifts: readonly Drift[],
  touched: readonly Touched[],
  deadlineMs: number,
  working: Working,
): Promise<Exit> {
  const { exact, err, paintErr } = working;
  const exits: Exit[] = [];
  const accepted = new Map<FileDocument, Accepted>();
  for (const { name, document, objects } of touched) {
    try {
      const one = await acceptDrift(document, objects, deadlineMs, working);
      accepted.set(document, one);
      for (const { object, because } of one.refused) {
        err(
          `${paintErr('place', `${visible(name)}:`)} ${object.kind} ${visible(object.key)} is not taken over wholly: ${visible(because)}; change the file, or --revert\n`,
        );
      }
      exits.push(one.refused.length > 0 ? EXIT.changes : EXIT.nothing);
    } catch (error) {
      err(failureOf(error, paintErr, sentText(name, document)).said);
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
        err(`${visible(name)}: written; birddog plan says whether anything is left\n`);
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      err(`birddog drift: ${visible(name)}: ${visible(error.message)}\n`);
      exits.push(EXIT.error);
    }
  }
  return worst(exits);
}

/** The text of a file with other texts in the places of its documents. */
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
