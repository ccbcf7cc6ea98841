import type { Deadline } from './deadline.ts';
import type { DoneObject } from './plan.ts';
import { hasHiddenCharacters } from './hidden-characters.ts';

/** The caller of a request. It is passed on to the sidecar and named in audit lines. */
export interface Caller {
  readonly name: string;
  /** How the caller was authenticated: by an OIDC token, by a token of the tokens file, or not at all (`none`). */
  readonly auth?: AuthMethod;
  /** The groups to which the access file grants permissions. */
  readonly groups?: readonly string[];
}

/** Returns a unique key for a caller. Names are unique only together with the authentication method. */
export function callerKey({ name, auth = 'none' }: Pick<Caller, 'name' | 'auth'>): string {
  return `${auth}:${name}`;
}

export const AUTH_METHODS = ['oidc', 'tokens', 'none'] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

/**
 * The lanes of Datadog's rate limits, in order of precedence. Each leaves a share of a period's limit to those above it, so
 * that neither a large apply nor background work delays people.
 */
export const LANES = ['interactive', 'apply', 'background'] as const;
export type Lane = (typeof LANES)[number];

/** The context of a request in the pipeline: caller, deadline and ids. */
export interface RequestContext {
  /** The lane of its calls to Datadog; default `interactive`. */
  readonly lane?: Lane;
  /** The application that it is about. Callers and applications share a rate limit fairly. */
  readonly application?: string;
  readonly caller: Caller;
  readonly deadline: Deadline;
  /** Aborts when the process stops: an apply stops at its next object. */
  readonly stopping?: AbortSignal;
  /** Aborts when the client of an apply has closed its connection: the apply stops at its next object. */
  readonly gone?: AbortSignal;
  /** Called for each object that an apply has written. */
  readonly onDone?: (object: DoneObject) => void;
  /** Called when a write of this request may still take effect after its response. */
  readonly onMayStillLand?: () => void;
  readonly requestId: string;
  /** W3C trace context, received or started here, with a span of this process. */
  readonly traceparent: string;
  /** Vendor data of the trace; passed on only to the sidecar. */
  readonly tracestate?: string;
}

/** Returns a context whose deadline also ends when the client of an apply is gone. Only for what comes before the first write. */
export function untilGone<Context extends Pick<RequestContext, 'deadline' | 'gone'>>(
  context: Context,
): Context {
  const { deadline, gone } = context;
  if (!gone) return context;
  const signal = AbortSignal.any([deadline.signal, gone]);
  return { ...context, deadline: { left: () => deadline.left(), signal } };
}

/** Maximum length of the name of a caller or group, in UTF-16 units. */
const MAX_NAME_LENGTH = 200;

/** Returns whether a string is a valid name of a caller or group: safe in a header and readable in a log line. */
export function isName(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text.length <= MAX_NAME_LENGTH &&
    /\S/.test(text) &&
    !hasHiddenCharacters(text)
  );
}

/** Returns the ids of the request, its trace and our span, for log lines. */
export function logIds({ requestId, traceparent }: Pick<RequestContext, 'requestId' | 'traceparent'>) {
  const [, trace_id = '', span_id = ''] = traceparent.split('-');
  return { request_id: requestId, trace_id, span_id };
}
