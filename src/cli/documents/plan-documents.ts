import type { FileDocument, Source } from './documents.ts';
import { type Failure, failureOf, type SentText } from '../print/print-failure.ts';
import { answerToDocument } from '../client/birddog-failures.ts';
import { type PlanAnswer, planAnswer } from '../client/plan-answer.ts';
import { countsOf, writesIn } from '../print/plan-summary.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import type { LocatedFinding } from './lint-text.ts';
import { movedDown } from './lint-text.ts';
import type { ClientIo } from '../commands/client-options.ts';
import { ofChangedObjects } from './shown-findings.ts';

/** A document with its plan, or why it could not be planned. */
export type Planned =
  | {
      readonly name: string;
      readonly document: FileDocument;
      readonly plan: PlanAnswer;
      readonly failure?: undefined;
    }
  | {
      readonly name: string;
      readonly document?: FileDocument | undefined;
      readonly plan?: undefined;
      readonly failure: Failure;
    };

interface PlanOptions {
  readonly prune: boolean;
  /** Whether Datadog is not asked to validate the monitors. */
  readonly offline?: boolean;
  /** The length of the span of a preview. */
  readonly preview?: string | undefined;
  /** Whether to keep infos, and the warnings about objects that do not change. */
  readonly allFindings: boolean;
  readonly deadlineMs: number;
}

/** Requests the plan of each document from Birddog. A failure of one does not hide the others. */
export async function planDocuments(
  sources: readonly Source[],
  { allFindings, ...options }: PlanOptions,
  io: Pick<ClientIo, 'client' | 'progress' | 'paintErr'>,
): Promise<Planned[]> {
  const { client, progress, paintErr } = io;
  const planned: Planned[] = [];
  for (const source of sources) {
    if (!source.document) {
      planned.push(source);
      continue;
    }
    const { name, document } = source;
    progress.show(planned.length, sources.length, `planning ${name}`);
    try {
      const body = await answerToDocument(client.send(planRequest(document, options)));
      planned.push({ name, document, plan: shownPlan(planAnswer(body), document, allFindings) });
    } catch (error) {
      const sent = { ...sentText(name, document), allFindings };
      planned.push({ name, document, failure: failureOf(error, paintErr, sent) });
    }
  }
  progress.clear();
  return planned;
}

/** Returns the request for the plan of a document. */
export function planRequest(
  document: FileDocument,
  { prune, offline = false, preview, deadlineMs }: Omit<PlanOptions, 'allFindings'>,
) {
  const query = {
    prune: prune ? 'true' : undefined,
    only: document.only?.join(','),
    validate: offline ? 'false' : undefined,
    set: document.set,
    preview,
  };
  return { method: 'POST' as const, path: '/plan' as const, query, body: bodyOf(document), deadlineMs };
}

/** Returns the request body of a document. */
export function bodyOf({ part, file }: FileDocument) {
  return { text: part.text, format: file.format };
}

/** Returns the description of a document that failures refer to. */
export function sentText(name: string, { file, part }: FileDocument): SentText {
  return { name, file, line: part.line };
}

/** Returns a plan with the findings to print, in text order, which refer to lines of the whole file. */
function shownPlan(plan: PlanAnswer, document: FileDocument, allFindings: boolean): PlanAnswer {
  const inOrder = findingsInFile(plan.findings, document).toSorted(
    (a, b) => a.line - b.line || a.column - b.column,
  );
  if (allFindings) return { ...plan, findings: inOrder };
  return { ...plan, ...ofChangedObjects(inOrder, plan.objects, document.read.entries) };
}

/** Moves findings of a document to the lines of the whole file. */
export function findingsInFile(
  findings: readonly LocatedFinding[],
  { part, number }: FileDocument,
): LocatedFinding[] {
  return findings.map((finding) => ({
    ...movedDown(finding, part.line),
    ...(number === undefined ? {} : { document: number }),
  }));
}

/** Returns the exit status of one plan. A plan with an error among its findings cannot be applied. */
export function exitOf({ plan, failure }: Planned): Exit {
  if (!plan) return failure.exit;
  if (plan.basis === '' || plan.findings.some(({ severity }) => severity === 'error')) return EXIT.failed;
  return writesIn(countsOf(plan.objects)) > 0 ? EXIT.differences : EXIT.done;
}
