import type { RequiredPermission } from '../../auth/required-permissions.ts';
import type { QueryName } from '../../contract/operations.ts';
import type { Position } from '../../domain/finding.ts';
import type { Pointer } from '../../domain/pointer.ts';
import type { ProblemCode, ProblemExtras } from '../../domain/problem.ts';
import type { DecodeLimits, Format } from '../../format/decoded.ts';
import type { Subject } from '../../pipeline/subject.ts';

/** The argument by which a program knows that it is to inspect a body, not to serve. */
export const INSPECT = 'inspect-body';

/** What a process is to inspect; the body follows. */
export interface Job {
  readonly path: string;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  readonly accept: 'json' | 'yaml';
  readonly requestId: string;
  readonly format: Format;
  readonly limits: DecodeLimits;
}

/** A preflight, with the positions of what a caller or a catalog may be refused for. */
export interface PlainPreflight {
  readonly subject: Subject;
  readonly wants: readonly RequiredPermission[];
  readonly places: readonly (readonly [Pointer, Position])[];
}

/** A problem. */
export interface PlainProblem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly extras: ProblemExtras;
}
