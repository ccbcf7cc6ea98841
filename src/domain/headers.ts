/** The headers that travel with a request over every hop; those of a trace are W3C's (https://www.w3.org/TR/trace-context/). */
export const HEADERS = {
  deadline: 'birddog-deadline-ms',
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  caller: 'birddog-caller',
  callerAuth: 'birddog-caller-auth',
  missingFrom: 'birddog-missing-from',
} as const;
