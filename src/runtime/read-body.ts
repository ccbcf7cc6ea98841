import type { IncomingMessage } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import { ProblemError, tooLarge } from '../domain/problem.ts';
import { collectBytes } from './collect-bytes.ts';
import { systemClock } from './system-clock.ts';

/** Minimum rate of a body: slow clients hold memory that other requests wait for. */
const RATE = {
  /** Average since the start of the body, checked after the grace period. */
  minBytesPerSecond: 4096,
  graceSeconds: 10,
  /** Maximum duration of any body. */
  maxSeconds: 60,
};

/**
 * Reads the body of a request, at most `limit` bytes regardless of Content-Length. Calls `hold` with the size of each chunk;
 * `hold` may throw. Throws `too_large`, `request_timeout` if the client sends too slowly, `deadline_exceeded` if `signal`
 * aborts, `bad_request` if the connection or the framing fails or the chunks are too small, and errors of `hold`.
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
  const collector = collectBytes();
  const onData = (chunk: Buffer) => {
    try {
      requireBytes(collector.size() + chunk.length);
      hold(chunk.length);
      if (!collector.add(chunk)) throw new ProblemError('bad_request', 'The body has too many small chunks.');
    } catch (error) {
      reject(error);
    }
  };
  const onAbort = () =>
    reject(new ProblemError('deadline_exceeded', 'The deadline passed before the body was complete.'));
  incoming.on('data', onData);
  incoming.once('end', () => resolve(collector.bytes()));
  incoming.once('error', () =>
    reject(new ProblemError('bad_request', 'The connection closed before the body was complete.')),
  );
  const done = new AbortController();
  void tooSlow(collector.size, clock, done.signal).then(reject, () => {});
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
    done.abort(COMPLETE);
    incoming.off('data', onData);
    signal.removeEventListener('abort', onAbort);
    signals?.broken.removeEventListener('abort', onBroken);
    incoming.resume();
  }
}

/** Without a reason, each abort would create an exception with a stack trace. */
const COMPLETE = 'the body is complete';

/** Resolves with a problem when the body arrives too slowly. Counts slept seconds, so that clock changes do not matter. */
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

/** State of the connection while the body of a request arrives. */
export interface BodySignals {
  /** Sends `100 Continue` to a client that waits for it before it sends the body. Does nothing otherwise. */
  readonly start: () => void;
  /** Returns whether the client still waits for `100 Continue`: it may then send the body or leave it out. */
  readonly waits: () => boolean;
  /** Aborts where the bytes of the body are not valid HTTP: the rest of it never arrives. */
  readonly broken: AbortSignal;
}

const signals = new WeakMap<IncomingMessage, BodySignals>();

/** Stores the signals of a request for the code that reads its body. */
export function setBodySignals(incoming: IncomingMessage, of: BodySignals): void {
  signals.set(incoming, of);
}

/** Returns the signals of a request; undefined if none were stored. */
export function bodySignals(incoming: IncomingMessage): BodySignals | undefined {
  return signals.get(incoming);
}
