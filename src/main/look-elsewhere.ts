import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Want } from '../callers/wants.ts';
import { OPERATIONS, type QueryName } from '../contract/operations.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { Position } from '../domain/finding.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { type ProblemCode, ProblemError } from '../domain/problem.ts';
import { decode } from '../format/decode.ts';
import type { DecodeLimits, Format } from '../format/decoded.ts';
import type { Incoming } from '../http/contract-app.ts';
import { type Reply, replyWith } from '../http/reply.ts';
import type { SentBody } from '../http/sent-body.ts';
import { lintAnswer } from '../pipeline/pipeline.ts';
import type { Subject } from '../pipeline/subject.ts';
import { type FirstLook, firstLook } from './first-look.ts';

/** MiB of objects that a document of 16 MiB, the largest, can be read in; the process itself is not put at risk by more. */
const HEAP = 384;

/** A request and its body as plain data, as another thread gets it. */
interface Unseen {
  readonly path: string;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  readonly accept: 'json' | 'yaml';
  readonly requestId: string;
  readonly bytes: Uint8Array;
  readonly format: Format;
  readonly limits: DecodeLimits;
}

/** What the other thread has seen, as plain data. */
type Seen =
  | { readonly reply: Reply }
  | { readonly subject: Subject; readonly wants: readonly Want[]; readonly places: [Pointer, Position][] }
  | { readonly problem: { readonly code: ProblemCode; readonly detail: string; readonly extras: string } };

/**
 * Looks at a large document in a thread of its own, so that this one serves others meanwhile: the answer to a lint, or
 * what must be known to send it on its way. `entry` is the program to run there, which calls `lookHere`.
 * Throws what `decode` and `firstLook` throw; `deadline_passed`; `too_large` where it cannot be held in memory.
 */
export async function lookElsewhere(
  entry: URL,
  incoming: Incoming,
  sent: SentBody,
): Promise<Reply | FirstLook> {
  const { operation, query, accept, context } = incoming;
  const { bytes, format, limits } = sent;
  const unseen: Unseen = {
    path: operation.path,
    query,
    accept,
    requestId: context.requestId,
    bytes,
    format,
    limits,
  };
  const seen = await seenBy(
    new Worker(entry, { workerData: unseen, env: {}, resourceLimits: { maxOldGenerationSizeMb: HEAP } }),
    context.deadline,
  );
  if ('reply' in seen) return seen.reply;
  if ('problem' in seen) {
    const { code, detail, extras } = seen.problem;
    throw new ProblemError(code, detail, JSON.parse(extras));
  }
  const places = new Map(seen.places);
  return {
    subject: seen.subject,
    wants: seen.wants,
    body: { locate: (pointer) => places.get(pointer) ?? { line: 1, column: 1 } },
  };
}

async function seenBy(worker: Worker, { signal }: Deadline): Promise<Seen> {
  const { promise, resolve, reject } = Promise.withResolvers<Seen>();
  const onAbort = () =>
    reject(new ProblemError('deadline_passed', 'The deadline passed while the body was looked at.'));
  worker.once('message', resolve);
  worker.once('error', (error: NodeJS.ErrnoException) =>
    reject(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? new ProblemError('too_large', 'What the body holds takes more memory than one document may.')
        : error,
    ),
  );
  worker.once('exit', () => reject(new Error('the thread that looked at the body ended without a word')));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

/** Whether this is such a thread, and not the process that serves. */
export const isElsewhere = !isMainThread;

/** Does the work of `lookElsewhere` in its thread. */
export async function lookHere(): Promise<void> {
  const unseen: Unseen = workerData;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread, not a window
  parentPort?.postMessage(await seenOf(unseen));
}

async function seenOf({ path, query, accept, requestId, bytes, format, limits }: Unseen): Promise<Seen> {
  try {
    const operation = OPERATIONS.find((one) => one.path === path);
    if (!operation) throw new Error(`there is no operation ${path}`);
    const body = await decode(bytes, format, limits);
    if (operation.verb === 'lint') {
      const answer = lintAnswer({ query, body }, requestId);
      return { reply: replyWith(answer.status, answer.body, accept, requestId) };
    }
    const { subject, wants } = firstLook({ operation, query, body });
    return { subject, wants, places: refusable(wants).map((pointer) => [pointer, body.locate(pointer)]) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { cause: _, ...extras } = error.extras;
    return { problem: { code: error.code, detail: error.message, extras: JSON.stringify(extras) } };
  }
}

/** Every part of a body that a caller or a catalog may refuse. */
function refusable(wants: readonly Want[]): Pointer[] {
  const catalogs = CATALOG_NAMES.map((name) => pointerTo('', 'catalogs', name));
  const wanted = wants.flatMap(({ pointer }) => (pointer === undefined ? [] : [pointer]));
  return ['', pointerTo('', 'application'), pointerTo('', 'catalogs'), ...catalogs, ...wanted];
}
