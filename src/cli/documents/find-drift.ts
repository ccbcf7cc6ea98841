import { type DriftedObject, driftAnswerSchema } from '../../contract/answers.ts';
import { answerToDocument, located, parsedAnswer } from '../client/birddog-failures.ts';
import type { ClientIo } from '../commands/client-options.ts';
import { type Failure, failureOf } from '../print/print-failure.ts';
import type { FileDocument, Source } from './documents.ts';
import type { LocatedFinding } from './lint-text.ts';
import { bodyOf, findingsInFile, sentText } from './plan-documents.ts';

/** A document with its drift, or why the drift is unknown. */
export type Drift =
  | {
      readonly name: string;
      readonly document: FileDocument;
      readonly objects: readonly DriftedObject[];
      /** The errors of the document. */
      readonly errors: readonly LocatedFinding[];
      readonly failure?: undefined;
    }
  | {
      readonly name: string;
      readonly document?: FileDocument | undefined;
      readonly objects?: undefined;
      readonly failure: Failure;
    };

/** Requests the drift of each document from Birddog. A failure of one does not hide the others. */
export async function findDrift(
  sources: readonly Source[],
  deadlineMs: number,
  { client, progress, paintErr }: Pick<ClientIo, 'client' | 'progress' | 'paintErr'>,
): Promise<Drift[]> {
  const drifts: Drift[] = [];
  for (const source of sources) {
    const { name, document } = source;
    if (!document) {
      drifts.push(source);
      continue;
    }
    progress.show(drifts.length, sources.length, `comparing ${name}`);
    try {
      const answer = await answerToDocument(
        client.send({
          method: 'POST',
          path: '/drift',
          query: { set: document.set },
          body: bodyOf(document),
          deadlineMs,
        }),
      );
      const { objects, findings } = parsedAnswer(driftAnswerSchema, answer);
      const errors = located(findings.filter(({ severity }) => severity === 'error'));
      drifts.push({ name, document, objects, errors: findingsInFile(errors, document) });
    } catch (error) {
      drifts.push({ name, document, failure: failureOf(error, paintErr, sentText(name, document)) });
    }
  }
  progress.clear();
  return drifts;
}
