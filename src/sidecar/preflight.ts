import type { PipelineRequest } from '../pipeline/request.ts';
import { type Subject, subjectOf } from '../pipeline/subject.ts';

/** Returns the application of a request. The main container has already checked the caller's permissions. */
export function preflightOf(request: Pick<PipelineRequest, 'operation' | 'query' | 'body'>): {
  readonly subject: Subject;
  readonly wants: readonly never[];
} {
  return { subject: subjectOf(request), wants: [] };
}
