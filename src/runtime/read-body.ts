import type { IncomingMessage } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import { ProblemError } from '../domain/problem.ts';
import { systemClock } from './system-clock.ts';
import { tooLarge } from '../domain/too-large.ts';
import { bodySignals } from './body-signals.ts';

/** How slowly a body may arrive: a client that sends less holds what others wait for. */
const RATE = {
  /** Bytes per second, from the begin of the body, once the grace has passed. */
  minBytesPerSecond: 4096,
  graceSeconds: 10,
  /** For any body, however fast it came before. */
  maxSeconds: 60,
};

/**
 * Reads a request's body, never more than `limit` bytes of it, whatever Content-Length says. `hold` is called with the number
 * of bytes as they come, and may throw. Throws `too_large`, and what `hold` throws; `request_timeout` where the client sends
 * too slowly; `deadline_exceeded` where `signal` aborts; `bad_request` where the connection or the framing of the body fails.
 */
export async function readBody(
  incoming: IncomingMessage,
  limit: number,
  signal: AbortSignal,
  hold: (bytes: number) => void = () => {},
  clock: Pick<Clock, 'sleep'> = systemClock,
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
    reject(new ProblemError('deadline_exceeded', 'The deadline passed while the body was read.'));
  incoming.on('data', onData);
  incoming.once('end', () => resolve(Buffer.concat(chunks)));
  incoming.once('error', () =>
    reject(new ProblemError('bad_request', 'The connection ended within the body.')),
  );
  const done = new AbortController();
  void tooSlow(() => size, clock, done.signal).then(reject, () => {});
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
    done.abort();
    incoming.off('data', onData);
    signal.removeEventListener('abort', onAbort);
    signals?.broken.removeEventListener('abort', onBroken);
    incoming.resume();
  }
}

/** Resolves with a problem once the body arrives too slowly. Counts seconds that were slept: a clock that is set is no matter. */
async function tooSlow(size: () => number, clock: Pick<Clock, 'sleep'>, stop: AbortSignal) {
  const { minBytesPerSecond, graceSeconds, maxSeconds } = RATE;
  for (let seconds = 1; seconds <= maxSeconds; seconds += 1) {
    await clock.sleep(1000, stop);
    if (seconds >= graceSeconds && size() < seconds * minBytesPerSecond) {
      return new ProblemError(
        'request_timeout',
        `The body arrives too slowly: ${size()} bytes in ${seconds} s, at least ${minBytesPerSecond} bytes per second are required after ${graceSeconds} s.`,
      );
    }
  }
  return new ProblemError('request_timeout', `The body did not arrive within ${maxSeconds} s.`);
}
