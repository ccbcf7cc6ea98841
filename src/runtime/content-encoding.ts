import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import type { Caller } from '../domain/caller.ts';
import type { Deadline } from '../domain/deadline.ts';
import { ProblemError, type ProblemExtras, tooLarge } from '../domain/problem.ts';
import { collectBytes } from './collect-bytes.ts';
import { createSemaphore } from './concurrency/semaphore.ts';

/** Maximum window of zstd: 8 MiB, as RFC 9659 requires. A few bytes could otherwise allocate 128 MiB. */
const MAX_ZSTD_WINDOW_LOG = 23;

/** Bodies that are decompressed at once: each takes up to 16 MiB, and as much of the memory budget of all bodies. */
const CONCURRENCY = { maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 64 };

type Decoder = Transform & { readonly bytesWritten: number };

const DECODERS: ReadonlyMap<string, () => Decoder> = new Map<string, () => Decoder>([
  ['gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: MAX_ZSTD_WINDOW_LOG } })],
]);

/** The encoding of a compressed body. */
export interface ContentEncoding {
  readonly name: string;
  readonly createDecoder: () => Decoder;
}

/**
 * Returns the encoding that a Content-Encoding names; undefined for a body that is not compressed. Throws
 * `unsupported_media_type` for any other encoding, and for several.
 */
export function contentEncodingOf(header: string | undefined): ContentEncoding | undefined {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return undefined;
  const createDecoder = DECODERS.get(name);
  if (createDecoder) return { name, createDecoder };
  throw new ProblemError('unsupported_media_type', `Unsupported Content-Encoding ${name.slice(0, 80)}.`, {
    hint: `Compress the body once with ${[...DECODERS.keys()].join(', ')}, or not at all.`,
    acceptEncoding: [...DECODERS.keys(), 'identity'],
  });
}

/**
 * Returns the content of a compressed body: at most `limit` bytes. Calls `hold` with the size of each decoded part; `hold` may
 * throw. Throws `too_large`, `malformed_body` if the body is invalid, truncated or followed by other bytes,
 * `deadline_exceeded` if `signal` aborts, and errors of `hold`.
 */
export async function decodeContent(
  body: Buffer,
  { name, createDecoder }: ContentEncoding,
  limit: number,
  signal: AbortSignal,
  hold: (bytes: number) => void,
): Promise<Buffer> {
  const decoder = createDecoder();
  const collector = collectBytes();
  try {
    decoder.end(body);
    for await (const part of decoder) {
      const chunk: Buffer = part;
      const measured = collector.size() + chunk.length;
      if (measured > limit) throw tooLarge({ unit: 'bytes', limit, measured });
      if (signal.aborted)
        throw new ProblemError('deadline_exceeded', 'The deadline passed while the body was decompressed.');
      hold(chunk.length);
      collector.add(chunk);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw notCompressed(`The body is not valid ${name}.`, { cause: error });
  }
  if (decoder.bytesWritten < body.length) throw notCompressed(`The body continues after its ${name} data.`);
  return collector.bytes();
}

function notCompressed(detail: string, extras: ProblemExtras = {}): ProblemError {
  const hint = 'Compress the whole body as Content-Encoding says, or omit the header.';
  return new ProblemError('malformed_body', detail, { hint, ...extras });
}

/** Decompresses the body of a caller. Waits for a slot until the deadline. Throws `busy` and the errors of `decodeContent`. */
export type Decompress = (
  body: Buffer,
  encoding: ContentEncoding,
  limit: number,
  context: { readonly caller: Caller; readonly deadline: Deadline },
  hold: (bytes: number) => void,
) => Promise<Buffer>;

/** Creates a function that decompresses few bodies at once. `decode` is replaced in tests. */
export function createDecompress(decode = decodeContent): Decompress {
  const semaphore = createSemaphore(CONCURRENCY, 'compressed bodies in progress');
  return async (body, encoding, limit, { caller, deadline }, hold) => {
    const release = await semaphore.acquire(caller, deadline);
    return decode(body, encoding, limit, deadline.signal, hold).finally(release);
  };
}
