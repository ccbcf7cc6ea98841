import type { Deadline } from './deadline.ts';
import { hasHiddenCharacters } from './hidden-characters.ts';

/** Who asks. Every request has one, from the door to the audit line, over the hop too. */
export interface Caller {
  readonly name: string;
  /** How the name is known: by a token of an OIDC issuer, by one of the tokens file, or not at all (`none`). */
  readonly auth?: AuthMethod;
  /** What the access file grants things to. */
  readonly groups?: readonly string[];
}

/** One text for each caller: names are unique only together with how they are known. */
export function callerKey({ name, auth = 'none' }: Pick<Caller, 'name' | 'auth'>): string {
  return `${auth}:${name}`;
}

export const AUTH_METHODS = ['oidc', 'tokens', 'none'] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

/** What travels with a request through the pipeline: who asks, until when, and under which ids. */
export interface RequestContext {
  readonly caller: Caller;
  readonly deadline: Deadline;
  readonly requestId: string;
  /** W3C trace context, as received or begun here, with a span of this process. */
  readonly traceparent: string;
  /** What tracing systems keep with the trace; for the hop between the containers alone. */
  readonly tracestate?: string;
}

/** The longest name of a caller or group, in UTF-16 units. */
const LONGEST_NAME = 200;

/** Whether a text can name a caller or a group: it fits into a header, and reads as it is on a line of a log. */
export function isName(text: unknown): text is string {
  return (
    typeof text === 'string' && text.length <= LONGEST_NAME && /\S/.test(text) && !hasHiddenCharacters(text)
  );
}

/** The ids by which a log line names its request, its trace and our span in that. */
export function logIds({ requestId, traceparent }: Pick<RequestContext, 'requestId' | 'traceparent'>) {
  const [, trace_id = '', span_id = ''] = traceparent.split('-');
  return { request_id: requestId, trace_id, span_id };
}
