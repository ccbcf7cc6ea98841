import { type PreviewAnswer, previewAnswerSchema, type PreviewJson } from '../../contract/preview-schema.ts';
import { BirddogProblem, located, parsedAnswer } from '../client/birddog-failures.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Preview } from '../../preview/report.ts';
import type { ClientIo } from '../commands/client-options.ts';
import { type Failure, failureOf } from '../print/print-failure.ts';
import type { FileDocument, Source } from './documents.ts';
import type { LocatedFinding } from './lint-text.ts';
import { bodyOf, findingsInFile, sentText } from './plan-documents.ts';

/** What the alerts of a document would have done, or why that is not known. */
export type Previewed =
  | {
      readonly name: string;
      /** Undefined for a monitor that is named by its key. */
      readonly document?: FileDocument;
      readonly preview: Omit<PreviewAnswer, 'findings' | 'request_id'>;
      readonly findings: readonly LocatedFinding[];
      readonly failure?: undefined;
    }
  | {
      readonly name: string;
      readonly document?: FileDocument | undefined;
      readonly preview?: undefined;
      readonly failure: Failure;
    };

export type PreviewQuery = Readonly<Partial<Record<'span' | 'from' | 'to' | 'svg', string>>>;

interface PreviewOptions {
  readonly query: PreviewQuery;
  readonly deadlineMs: number;
}

type Requesting = Pick<ClientIo, 'client' | 'progress' | 'paintErr'>;

/** Requests the preview of each document from Birddog. A failure of one does not hide the others. */
export async function previewDocuments(
  sources: readonly Source[],
  { query, deadlineMs }: PreviewOptions,
  { client, progress, paintErr }: Requesting,
): Promise<Previewed[]> {
  const previewed: Previewed[] = [];
  for (const { name, document, failure } of sources) {
    if (!document) {
      previewed.push({ name, failure });
      continue;
    }
    progress.show(previewed.length, sources.length, `previewing ${name}`);
    const request = {
      method: 'POST' as const,
      path: '/preview' as const,
      query: { ...query, only: document.only?.join(','), set: document.set },
      body: bodyOf(document),
      deadlineMs,
    };
    try {
      const { preview, findings } = readPreview(await answerOrPart(client.send(request)));
      previewed.push({ name, document, preview, findings: findingsInFile(findings, document) });
    } catch (error) {
      previewed.push({ name, document, failure: failureOf(error, paintErr, sentText(name, document)) });
    }
  }
  progress.clear();
  return previewed;
}

/** Requests the preview of an existing monitor. */
export async function previewKey(
  target: JsonObject,
  { query, deadlineMs }: PreviewOptions,
  { client, paintErr }: Pick<ClientIo, 'client' | 'paintErr'>,
): Promise<Previewed> {
  const name = String(target['key']);
  const body = { text: JSON.stringify(target), format: 'json' as const };
  try {
    const answer = await client.send({ method: 'POST', path: '/preview', query, body, deadlineMs });
    return { name, ...readPreview(answer) };
  } catch (error) {
    return { name, failure: failureOf(error, paintErr) };
  }
}

/** Waits for a preview, or for the part of it that the problem of a document with errors has. */
async function answerOrPart(sent: Promise<JsonObject>): Promise<JsonObject> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof BirddogProblem && error.code === 'invalid' && error.body['alerts'] !== undefined)
      return error.body;
    throw error;
  }
}

/** Returns a preview with those findings that are about one of its alerts. */
export function reportOf(
  preview: PreviewJson,
  findings: readonly LocatedFinding[] = [],
  document?: FileDocument,
): Preview {
  const pointers = new Map(document?.read.entries.map(({ key, pointer }) => [key, `${pointer}/`]));
  const alerts = preview.alerts.map((alert) => {
    const pointer = pointers.get(alert.key);
    const own = findings.filter((one) => pointer !== undefined && one.pointer.startsWith(pointer));
    return { ...alert, findings: own };
  });
  return { ...preview, alerts };
}

function readPreview(body: JsonObject) {
  const { findings, request_id: _, ...preview } = parsedAnswer(previewAnswerSchema, body);
  return { preview, findings: located(findings) };
}
