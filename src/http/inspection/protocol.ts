import type { RequiredPermission } from '../../auth/required-permissions.ts';
import type { QueryName } from '../../contract/query-parameters.ts';
import type { Position } from '../../domain/finding.ts';
import type { Pointer } from '../../domain/pointer.ts';
import type { ProblemCode, ProblemExtras } from '../../domain/problem.ts';
import type { DecodeLimits, Format } from '../../format/decoded.ts';
import type { Subject } from '../../pipeline/subject.ts';

/** The argument that makes a program inspect a body instead of serving. */
export const INSPECT = 'inspect-body';

/** The work of an inspecting process. The body follows in the next frame. */
export interface Job {
  readonly path: string;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  readonly accept: 'json' | 'yaml';
  readonly requestId: string;
  readonly format: Format;
  readonly limits: DecodeLimits;
  /** The folder of further packs. */
  readonly packFolder?: string;
  /** Every recipient, for `/lint`. */
  readonly handles?: readonly string[];
}

/** A preflight, with the positions of the parts that a refusal can point at. */
export interface PlainPreflight {
  readonly subject: Subject;
  readonly wants: readonly RequiredPermission[];
  readonly places: readonly (readonly [Pointer, Position])[];
}

/** A ProblemError as JSON. */
export interface PlainProblem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly extras: ProblemExtras;
}

/** One message between the server and a process that inspects a body: a type and its payload. */
export interface Frame {
  readonly type: FrameType;
  readonly payload: Buffer;
}

const TYPES = [
  // To the child: the job, the body, and the request for its whole content.
  'job',
  'body',
  'want_document',
  // From the child.
  'about',
  'preflight',
  'reply',
  'reply_body',
  'problem',
  'failure',
  'findings',
  'top',
  'entries',
  'positions',
  'references',
  'origins',
  'end',
] as const;
export type FrameType = (typeof TYPES)[number];

const HEAD_BYTES = 5;

/** Returns the bytes before a payload: its type, and its length in bytes (32 bits, little endian). */
export function frameHead(type: FrameType, payloadBytes: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(TYPES.indexOf(type), 0);
  head.writeUInt32LE(payloadBytes, 1);
  return head;
}

/** Limits (bytes) on the input from the other process. */
export interface FrameLimits {
  readonly maxFrameBytes: number;
  readonly maxTotalBytes: number;
}

/** Thrown if the other process exceeds a limit or sends something that is not a frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Reads frames from a stream of bytes, one at a time, until the stream ends. Throws FrameError. */
export async function* readFrames(
  stream: AsyncIterable<Buffer>,
  { maxFrameBytes, maxTotalBytes }: FrameLimits,
): AsyncGenerator<Frame, void, void> {
  let chunks: Buffer[] = [];
  let held = 0;
  let total = 0;
  let needed = HEAD_BYTES;
  for await (const chunk of stream) {
    total += chunk.length;
    if (total > maxTotalBytes) throw new FrameError(`more than ${maxTotalBytes} bytes`);
    chunks.push(chunk);
    held += chunk.length;
    while (held >= needed) {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      chunks = [bytes];
      const end = HEAD_BYTES + bytes.readUInt32LE(1);
      if (end > maxFrameBytes + HEAD_BYTES)
        throw new FrameError(`a frame of more than ${maxFrameBytes} bytes`);
      needed = end;
      if (held < end) break;
      const type = TYPES[bytes.readUInt8(0)];
      if (type === undefined) throw new FrameError('an unknown type of frame');
      yield { type, payload: bytes.subarray(HEAD_BYTES, end) };
      chunks = [bytes.subarray(end)];
      held -= end;
      needed = HEAD_BYTES;
    }
  }
}
