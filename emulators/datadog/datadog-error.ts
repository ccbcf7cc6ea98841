/** A request that Datadog answers with a failure, in its own words. */
export class DatadogError extends Error {
  readonly status: number;
  /** What the answer holds. */
  readonly body: unknown;

  /** Words become `{"errors": ["words"]}`, the usual form; a body of another form is taken as it is. */
  constructor(status: number, words: string | Readonly<Record<string, unknown>>) {
    super(typeof words === 'string' ? words : JSON.stringify(words));
    this.name = 'DatadogError';
    this.status = status;
    this.body = typeof words === 'string' ? { errors: [words] } : words;
  }
}
