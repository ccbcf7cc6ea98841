import { writeSync } from 'node:fs';
import { offlineAnswer } from '../../pipeline/pipeline.ts';
import { isOffline, OPERATIONS } from '../../contract/operations.ts';
import { partOf } from '../../domain/finding.ts';
import { isObject, type Json } from '../../domain/json.ts';
import type { Origins } from '../../expand/origins.ts';
import { ProblemError } from '../../domain/problem.ts';
import { KnownRecipients } from '../../lint/recipients/known-recipients.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { decodeExpanded, expandOptions, withWrittenFix } from '../../pipeline/expanded-body.ts';
import { lintRequest } from '../../pipeline/lint.ts';
import { replyWith } from '../../runtime/reply.ts';
import { piecesOf } from './document-pieces.ts';
import { frameHead, type FrameType, readFrames, INSPECT, type Job, type PlainProblem } from './protocol.ts';
import { aboutOf, plainPreflight } from './inspect.ts';
import type { Inspected, PreflightOf } from './inspection.ts';

const LIMITS = { maxFrameBytes: 32 * 1024 * 1024, maxTotalBytes: 64 * 1024 * 1024 };
/** Maximum bytes of plain data in one frame. */
const MAX_DATA_BYTES = 4 * 1024 * 1024;
/** Maximum number of references whose positions are sent. */
const MAX_REFERENCES = 10_000;

/**
 * Runs the program of a container: a process that inspects one body if its argument says so, otherwise the server. `serve` loads
 * the server, so that an inspecting process does not load it.
 */
export async function runProgram(preflightOf: PreflightOf, serve: () => Promise<void>): Promise<void> {
  if (process.argv[2] !== INSPECT) return serve();
  await inspectBody(preflightOf);
  process.exit();
}

/**
 * Inspects the body that arrives on standard input, step by step, and answers on standard output. Returns when the answer is
 * complete, or when standard input ends because the server needs nothing more.
 */
export async function inspectBody(
  preflightOf: PreflightOf,
  input: AsyncIterable<Buffer> = process.stdin,
  write: Write = writeToServer,
): Promise<void> {
  const send = sender(write);
  let job: Job | undefined;
  let request: Inspected | undefined;
  try {
    for await (const { type, payload } of readFrames(input, LIMITS)) {
      if (type === 'job') job = JSON.parse(payload.toString());
      if (type === 'body' && job) {
        request = await decoded(job, payload, send);
        if (isOffline(request.operation)) return sendAnswer(request, job, send);
        send.data('preflight', JSON.stringify(plainPreflight(request, preflightOf)));
      }
      if (type === 'want_document' && request) return sendDocument(request, send);
    }
  } catch (error) {
    if (error instanceof ProblemError) sendProblem(error, send);
    else send.data('failure', String(error instanceof Error ? error.stack : error).slice(0, 4000));
  }
}

async function decoded(
  { path, query, format, limits, packFolder }: Job,
  bytes: Buffer,
  send: Send,
): Promise<Inspected> {
  const operation = OPERATIONS.find((one) => one.path === path);
  if (!operation) throw new Error(`there is no operation ${path}`);
  const body = await decodeExpanded(bytes, format, limits, expandOptions(query, packFolder));
  send.data('about', JSON.stringify(aboutOf(body)));
  return { operation, query, body };
}

function sendAnswer(request: Inspected, { accept, requestId, handles }: Job, send: Send): void {
  const recipients = handles && new KnownRecipients(handles, () => true);
  const { status, body } = offlineAnswer(request, requestId, recipients);
  const { headers, body: text } = replyWith(status, body, accept, requestId);
  send.data('reply', JSON.stringify({ status, headers }));
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += MAX_DATA_BYTES)
    send.bytes('reply_body', bytes.subarray(from, from + MAX_DATA_BYTES));
  send.bytes('end', Buffer.alloc(0));
}

/** Sends what the server needs to serve the request: findings, positions, and the content in pieces. */
function sendDocument(request: Inspected, send: Send): void {
  const { body } = request;
  for (const found of lintRequest(request)) {
    const { at, atName, to: _, ...finding } = withWrittenFix(found, body);
    const isPlaced = finding.line !== undefined;
    const position = isPlaced ? {} : body.locate(finding.pointer, partOf({ at, atName }));
    send.data('findings', JSON.stringify({ ...finding, ...position }));
  }
  if (body.origins) sendOrigins(body.origins, send);
  send.data('references', JSON.stringify(references(request)));
  const table = body.positionTable?.() ?? new Uint32Array();
  const bytes = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  for (let from = 0; from < bytes.length; from += MAX_DATA_BYTES)
    send.bytes('positions', bytes.subarray(from, from + MAX_DATA_BYTES));
  for (const { type, json } of piecesOf(body.value)) send.bytes(type, Buffer.from(json));
  send.bytes('end', Buffer.alloc(0));
}

/** Sends where the values of an expanded document are written, in parts that fit into frames. */
function sendOrigins(origins: Origins, send: Send): void {
  for (const part of origins.data()) send.data('origins', JSON.stringify(part));
}

/** Returns the positions of references within longer strings. */
function references({ operation, body }: Inspected): Json {
  if (operation.kind !== undefined || !isObject(body.value)) return [];
  return readDocument(body.value)
    .entries.flatMap(({ references: some }) => some)
    .slice(0, MAX_REFERENCES)
    .map(({ pointer, at }) => [pointer, at, { ...body.locate(pointer, at) }]);
}

function sendProblem(error: ProblemError, send: Send): void {
  const { cause: _, ...extras } = error.extras;
  const problem: PlainProblem = { code: error.code, detail: error.message, extras };
  const json = JSON.stringify(problem);
  const fits = Buffer.byteLength(json) <= MAX_DATA_BYTES;
  send.data('problem', fits ? json : JSON.stringify({ ...problem, extras: {} }));
}

type Write = (bytes: Buffer) => void;

/** Sends frames to the server. */
interface Send {
  bytes(type: FrameType, payload: Buffer): void;
  /** Sends plain data. Throws `too_large` if the server would not accept it. */
  data(type: FrameType, text: string): void;
}

function sender(write: Write): Send {
  const bytes: Send['bytes'] = (type, payload) => {
    write(frameHead(type, payload.length));
    write(payload);
  };
  return {
    bytes,
    data(type, text) {
      const payload = Buffer.from(text);
      if (payload.length > MAX_DATA_BYTES) {
        throw new ProblemError('too_large', 'The report about the body is too large for one response.', {
          members: { unit: 'bytes', limit: MAX_DATA_BYTES, measured: payload.length },
        });
      }
      bytes(type, payload);
    },
  };
}

/** Writes synchronously, so that little is buffered while the server does not read. */
function writeToServer(bytes: Buffer): void {
  for (let from = 0; from < bytes.length; ) from += writeSync(1, bytes, from);
}
