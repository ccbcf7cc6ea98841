/** The version of the contract between the containers that this release knows (docs/protocol.md). */
export const CONTRACT_VERSION = '1';

/** The headers that are forwarded with a request. The trace headers are defined by W3C (https://www.w3.org/TR/trace-context/). */
export const HEADERS = {
  contract: 'birddog-contract',
  deadline: 'birddog-deadline-ms',
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  caller: 'birddog-caller',
  callerAuth: 'birddog-caller-auth',
  missingFrom: 'birddog-missing-from',
  notChecked: 'birddog-not-checked',
} as const;

/** A header in a response of the sidecar: a write of the request may still take effect. */
export const MAY_STILL_LAND = 'birddog-may-still-land';
