import { type Want, wantsOf } from '../auth/required-permissions.ts';
import type { PipelineRequest } from '../pipeline/request.ts';
import { type Subject, subjectOf } from '../pipeline/subject.ts';

/**
 * What a request is about, and what its caller needs permissions for. Throws `invalid` and `bad_request` where it is about no
 * application.
 */
export function preflightOf(request: Pick<PipelineRequest, 'operation' | 'query' | 'body'>): {
  readonly subject: Subject;
  readonly wants: readonly Want[];
} {
  const subject = subjectOf(request);
  return { subject, wants: wantsOf(request, subject) };
}
