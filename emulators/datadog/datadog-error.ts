import type { RawObject } from './raw-json.ts';

/** A message, or the whole body where Datadog answers with another form than `{"errors": [message]}`. */
export type DatadogFailure = string | Readonly<RawObject>;

/** A failure that the emulator answers with Datadog's own status and message. */
export class DatadogError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, failure: DatadogFailure) {
    super(typeof failure === 'string' ? failure : JSON.stringify(failure));
    this.name = 'DatadogError';
    this.status = status;
    this.body = typeof failure === 'string' ? { errors: [failure] } : failure;
  }
}
