import { type Want, wantsOf } from '../callers/wants.ts';
import type { Decoded } from '../format/decoded.ts';
import type { PipelineRequest } from '../pipeline/request.ts';
import { type Subject, subjectOf } from '../pipeline/subject.ts';

/** What must be known of a request before anybody is asked anything. */
export interface FirstLook {
  readonly subject: Subject;
  /** What the caller must be allowed. */
  readonly wants: readonly Want[];
  /** Where in the body the parts stand that a caller or a catalog may refuse; absent where there is no body. */
  readonly body?: Pick<Decoded, 'locate'>;
}

/** Looks at a request whose body has been read. Throws `invalid` and `bad_request` where it is about no application. */
export function firstLook(request: Pick<PipelineRequest, 'operation' | 'query' | 'body'>): FirstLook {
  const subject = subjectOf(request);
  return { subject, wants: wantsOf(request, subject), ...(request.body ? { body: request.body } : {}) };
}
