import type { RequiredPermission } from '../../auth/required-permissions.ts';
import type { QueryName } from '../../contract/operations.ts';
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
