import { randomUUID } from 'node:crypto';
import { HEADERS } from '../domain/headers.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter, type OwnDeadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { wholeNumberIn } from '../domain/whole-number.ts';

/** Milliseconds: an OpenShift Route cuts at 30 s, so 25 s unless the client says otherwise, ten minutes at most. */
const DEADLINE = { baseline: 25_000, max: 600_000 };

type Header = (name: string) => string | undefined;

/** The id of a request: the client's own where it is sane, else a new one. */
export function requestIdOf(header: Header): string {
  const given = header(HEADERS.requestId);
  return given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

/** When the client wants its answer. Throws `bad_request` for a deadline that is none. `gone` aborts it early. */
export function deadlineOf(header: Header, clock: Clock, gone: AbortSignal): OwnDeadline {
  return deadlineAfter(deadlineMs(header(HEADERS.deadline)), clock, gone);
}

function deadlineMs(given: string | undefined): number {
  if (given === undefined) return DEADLINE.baseline;
  const ms = wholeNumberIn(given, 1, DEADLINE.max);
  if (ms === undefined) {
    throw new ProblemError(
      'bad_request',
      `The header Birddog-Deadline-Ms is a whole number of milliseconds from 1 to ${DEADLINE.max}, not "${given.slice(0, 40)}".`,
    );
  }
  return ms;
}
