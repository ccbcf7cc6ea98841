import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../domain/problem.ts';
import { tooLarge } from '../domain/too-large.ts';
import { bodySignals } from './body-signals.ts';

/** For how long (ms) a body may arrive, however late the client wants its answer: others may wait for their turn. */
const MOST_MS = 60_000;

/**
 * Reads a request's body, never more than `limit` bytes of it, whatever Content-Length says, and for `mostMs` milliseconds
 * at most. `hold` is told of the bytes as they come, and may throw. Throws `too_large`, and what `hold` throws; `deadline_passed` where the client sends too slowly or goes away.
 */
export async function readBody(
  incoming: IncomingMessage,
  limit: number,
  signal: AbortSignal,
  hold: (bytes: number) => void = () => {},
  mostMs = MOST_MS,
): Promise<Buffer> {
  const requireBytes = (measured: number) => {
    if (measured > limit) throw tooLarge({ unit: 'bytes', limit, measured });
  };
  requireBytes(Number(incoming.headers['content-length'] ?? 0));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    try {
      requireBytes(size);
      hold(chunk.length);
      chunks.push(chunk);
    } catch (error) {
      reject(error);
    }
  };
  const onAbort = () =>
    reject(new ProblemError('deadline_passed', 'The deadline passed while the body was read.'));
  incoming.on('data', onData);
  incoming.once('end', () => resolve(Buffer.concat(chunks)));
  incoming.once('error', () =>
    reject(new ProblemError('bad_request', 'The connection ended within the body.')),
  );
  const slow = setTimeout(
    () => reject(new ProblemError('deadline_passed', `The body did not arrive within ${mostMs} ms.`)),
    mostMs,
  );
  const signals = bodySignals(incoming);
  const onBroken = () => reject(new ProblemError('bad_request', 'The body is not valid HTTP.'));
  if (signals?.broken.aborted) onBroken();
  signals?.broken.addEventListener('abort', onBroken, { once: true });
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  signals?.start();
  try {
    return await promise;
  } finally {
    clearTimeout(slow);
    incoming.off('data', onData);
    signal.removeEventListener('abort', onAbort);
    signals?.broken.removeEventListener('abort', onBroken);
    incoming.resume();
  }
}
