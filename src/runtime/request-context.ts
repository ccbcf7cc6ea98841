import { randomUUID } from 'node:crypto';
import { HEADERS } from '../domain/headers.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter, type OwnDeadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { wholeNumberIn } from '../domain/whole-number.ts';

/** Milliseconds. The default is below the 30 s timeout of an OpenShift Route. */
const DEADLINE_MS = { default: 25_000, max: 600_000 };

type Header = (name: string) => string | undefined;

/** Returns the client's request id if it is valid, otherwise a new one. */
export function requestIdOf(header: Header): string {
  const given = header(HEADERS.requestId);
  return given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

/** Returns the deadline of a request. `gone` aborts it early. Throws `bad_request` if the header is invalid. */
export function deadlineOf(header: Header, clock: Clock, gone: AbortSignal): OwnDeadline {
  return deadlineAfter(deadlineMs(header(HEADERS.deadline)), clock, gone);
}

function deadlineMs(given: string | undefined): number {
  if (given === undefined) return DEADLINE_MS.default;
  const ms = wholeNumberIn(given, 1, DEADLINE_MS.max);
  if (ms === undefined) {
    throw new ProblemError(
      'bad_request',
      `The header Birddog-Deadline-Ms must be a whole number of milliseconds from 1 to ${DEADLINE_MS.max}, not "${given.slice(0, 40)}".`,
    );
  }
  return ms;
}
