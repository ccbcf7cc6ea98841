import { setImmediate as immediately } from 'node:timers/promises';
import type { Finding, Position } from '../../domain/finding.ts';
import { isObject, type JsonObject, keepSpelling, parseTrustedJson } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { ProblemError } from '../../domain/problem.ts';
import { originsFrom, type PlainOrigins } from '../../expand/origins.ts';
import type { Decoded } from '../../format/decoded.ts';
import { ROW_BYTES, tableLocator } from '../../format/position-table.ts';
import type { Reply } from '../../runtime/reply.ts';
import type { SentBody, Inspection, InspectionRequest, Preflight } from './inspection.ts';
import type { Job, PlainProblem, Frame } from './protocol.ts';
import type { InspectingProcess } from './child-process.ts';
import { DocumentBuilder } from './document-pieces.ts';
import { preflightFrom } from './inspect.ts';

/** Inspects a body in the process `child`. Reads one frame per iteration of the event loop. */
export function inspectInChild(
  child: InspectingProcess,
  request: InspectionRequest,
  sent: SentBody,
): Inspection {
  const { operation, query, accept, context, recipients, packFolder } = request;
  const { format, limits } = sent;
  const job: Job = {
    path: operation.path,
    query,
    accept,
    requestId: context.requestId,
    format,
    limits,
    ...(recipients ? { handles: recipients.list() } : {}),
    ...(packFolder === undefined ? {} : { packFolder }),
  };
  child.send('job', Buffer.from(JSON.stringify(job)));
  child.send('body', sent.bytes);
  let preflight: Promise<Preflight> | undefined;
  let document: Promise<Decoded> | undefined;

  /** Returns the next frame that is not a problem and not `about`. Throws the problem. */
  const next = async (): Promise<Frame> => {
    for (;;) {
      const frame = await child.next();
      const { type, payload } = frame;
      if (type === 'about') request.onAbout(JSON.parse(payload.toString()));
      else if (type === 'problem') throw problemIn(payload);
      else if (type === 'failure') throw new Error(`the body could not be inspected: ${payload.toString()}`);
      else return frame;
    }
  };
  const readPreflight = async () => preflightFrom(JSON.parse((await next()).payload.toString()));
  const readDocument = async () => {
    await (preflight ??= readPreflight());
    child.send('want_document', Buffer.alloc(0));
    const decoded = await receiveDocument(next, sent, request.reserve);
    child.kill();
    return decoded;
  };
  return {
    preflight: () => (preflight ??= readPreflight()),
    document: () => (document ??= readDocument()),
    async answer() {
      const head: Pick<Reply, 'status' | 'headers'> = JSON.parse((await next()).payload.toString());
      const chunks: Buffer[] = [];
      for (let frame = await next(); frame.type !== 'end'; frame = await next()) chunks.push(frame.payload);
      return { ...head, body: Buffer.concat(chunks) };
    },
    close: child.kill,
  };
}

/** Memory of a decoded value without the characters of strings. */
const BYTES_PER_VALUE = 100;

/** Builds a document from its pieces. Throws `busy` if other documents use too much memory. */
async function receiveDocument(
  next: () => Promise<Frame>,
  { bytes: body, format }: SentBody,
  reserve: InspectionRequest['reserve'],
): Promise<Decoded> {
  const builder = new DocumentBuilder();
  const linted: Finding[] = [];
  const positions: Buffer[] = [];
  let references = new Map<string, Position>();
  const origins: PlainOrigins[] = [];
  for (let frame = await next(); frame.type !== 'end'; frame = await next()) {
    const { type, payload } = frame;
    if (type === 'top') {
      // The positions arrived first, so the number of values is known.
      const values = positions.reduce((bytes, { length }) => bytes + length, 0) / ROW_BYTES;
      reserve(body.length + values * BYTES_PER_VALUE);
      builder.top(parseTrustedJson(payload.toString()));
    }
    if (type === 'entries') builder.entries(entriesIn(payload));
    else if (type === 'positions') positions.push(payload);
    else if (type === 'findings') linted.push(findingIn(payload));
    else if (type === 'origins') origins.push(JSON.parse(payload.toString()));
    else if (type === 'references') references = referencesIn(payload);
    await immediately();
  }
  const value = builder.value();
  const bytes = Buffer.concat(positions);
  const table = new Uint32Array(bytes.length / Uint32Array.BYTES_PER_ELEMENT);
  bytes.copy(Buffer.from(table.buffer));
  const startOf = tableLocator(value, table);
  const locate: Decoded['locate'] = (pointer, at) =>
    (at === undefined ? undefined : references.get(`${at}:${pointer}`)) ?? startOf(pointer);
  return {
    format,
    value,
    linted,
    locate,
    span: (pointer, at) => ({ start: locate(pointer, at) }),
    ...(origins.length > 0 ? { origins: originsFrom(origins) } : {}),
  };
}

function entriesIn(payload: Buffer): JsonObject {
  const piece = parseTrustedJson(payload.toString());
  if (!isObject(piece)) throw new TypeError('a piece of a document is not an object');
  return piece;
}

/** Reads a finding, which already has its line and column. */
function findingIn(payload: Buffer): Finding {
  return JSON.parse(payload.toString(), keepSpelling);
}

/** Returns the positions of references within longer strings, by offset and pointer. */
function referencesIn(payload: Buffer): Map<string, Position> {
  const sent: readonly (readonly [Pointer, number, Position])[] = JSON.parse(payload.toString());
  return new Map(sent.map(([pointer, at, position]) => [`${at}:${pointer}`, position]));
}

function problemIn(payload: Buffer): ProblemError {
  const { code, detail, extras }: PlainProblem = JSON.parse(payload.toString(), keepSpelling);
  return new ProblemError(code, detail, extras);
}
