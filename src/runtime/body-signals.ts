import type { IncomingMessage } from 'node:http';

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
