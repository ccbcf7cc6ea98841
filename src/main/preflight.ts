import { type RequiredPermission, requiredPermissions } from '../auth/required-permissions.ts';
import type { PipelineRequest } from '../pipeline/request.ts';
import { type Subject, subjectOf } from '../pipeline/subject.ts';

/**
 * Returns the application of a request and the permissions that its caller needs. Throws `invalid` or `bad_request` when the
 * request names no application.
 */
export function preflightOf(request: Pick<PipelineRequest, 'operation' | 'query' | 'body'>): {
  readonly subject: Subject;
  readonly wants: readonly RequiredPermission[];
} {
  const subject = subjectOf(request);
  return { subject, wants: requiredPermissions(request, subject) };
}
