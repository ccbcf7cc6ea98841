/** The headers between Birddog and the sidecar. The trace headers are defined by W3C (https://www.w3.org/TR/trace-context/). */
export const HEADERS = {
  deadline: 'birddog-deadline-ms',
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  caller: 'birddog-caller',
  callerAuth: 'birddog-caller-auth',
  missingFrom: 'birddog-missing-from',
  /** In a response of the sidecar: a write of the request may still take effect. */
  mayStillLand: 'birddog-may-still-land',
} as const;
