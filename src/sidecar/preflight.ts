import type { PipelineRequest } from '../pipeline/request.ts';
import { type Subject, subjectOf } from '../pipeline/subject.ts';

/** What a request is about. Birddog has checked the caller's permissions, so that none are needed here. */
export function preflightOf(request: Pick<PipelineRequest, 'operation' | 'query' | 'body'>): {
  readonly subject: Subject;
  readonly wants: readonly never[];
} {
  return { subject: subjectOf(request), wants: [] };
}
