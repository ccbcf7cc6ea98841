import { randomUUID, randomBytes } from 'node:crypto';
import { HEADERS } from '../domain/headers.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter, type OwnDeadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { wholeNumberIn } from '../domain/whole-number.ts';
import type { RequestContext } from '../domain/caller.ts';

/** Milliseconds. The default is below the 30 s timeout of an OpenShift Route. */
const DEADLINE_MS = { default: 25_000, min: 100, max: 600_000 };

type Header = (name: string) => string | undefined;

/** Returns the client's request id if it is valid, otherwise a new one. */
export function requestIdOf(header: Header): string {
  const given = header(HEADERS.requestId);
  return given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

/**
 * Returns the deadline of a request. `gone` aborts it early. `minMs` is the minimum that the header may give; another process
 * may forward less. Throws `bad_request` if the header is invalid.
 */
export function deadlineOf(
  header: Header,
  clock: Clock,
  gone: AbortSignal,
  minMs: number = DEADLINE_MS.min,
): OwnDeadline {
  return deadlineAfter(deadlineMs(header(HEADERS.deadline), minMs), clock, gone);
}

function deadlineMs(given: string | undefined, minMs: number): number {
  if (given === undefined) return DEADLINE_MS.default;
  const ms = wholeNumberIn(given, minMs, DEADLINE_MS.max);
  if (ms === undefined) {
    throw new ProblemError(
      'bad_request',
      `The header Birddog-Deadline-Ms must be a whole number of milliseconds from ${minMs} to ${DEADLINE_MS.max}, not "${given.slice(0, 40)}".`,
    );
  }
  return ms;
}

/** Version, trace id, span id and flags. Later versions may append more fields. */
const PARENT =
  /^(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;
const NOTHING = /^0+$/;
/** The length that tracing systems must forward. A longer or malformed tracestate is dropped. */
const MAX_STATE = 512;
const MEMBER =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MAX_MEMBERS = 32;

/**
 * Returns the trace context of a request with a new span. An invalid `traceparent` starts a new trace, and its `tracestate`
 * is dropped.
 */
export function traceOf(
  header: (name: string) => string | undefined,
): Pick<RequestContext, 'traceparent' | 'tracestate'> {
  const span = randomBytes(8).toString('hex');
  const parts = PARENT.exec(header(HEADERS.traceparent) ?? '')?.groups;
  const { version = 'ff', trace = '', span: parent = '', flags = '00', more } = parts ?? {};
  const wrong = version === 'ff' || (version === '00' && more !== undefined);
  if (wrong || NOTHING.test(trace) || NOTHING.test(parent)) {
    return { traceparent: `00-${randomBytes(16).toString('hex')}-${span}-01` };
  }
  const tracestate = stateOf(header(HEADERS.tracestate));
  return {
    // Version 00 defines only the flag "sampled".
    traceparent: `00-${trace}-${span}-${Number.parseInt(flags, 16) & 1 ? '01' : '00'}`,
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}

function stateOf(given: string | undefined): string | undefined {
  if (given === undefined || given.length > MAX_STATE) return undefined;
  const members = given
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
  const sound = members.length > 0 && members.length <= MAX_MEMBERS && members.every((m) => MEMBER.test(m));
  return sound ? members.join(',') : undefined;
}
