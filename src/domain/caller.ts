import type { Deadline } from './deadline.ts';

/** Who asks. Every request has one, from the door to the audit line, over the hop too. */
export interface Caller {
  readonly name: string;
}

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
