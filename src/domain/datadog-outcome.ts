/** A write was sent and its answer never came: it may have been carried out, may be yet, or not at all. */
export class AnswerLostError extends Error {
  constructor(cause: unknown) {
    super('the answer to a write was lost', { cause });
    this.name = 'AnswerLostError';
  }
}

/** Datadog says an equal monitor exists already. */
export class DuplicateMonitorError extends Error {
  /** The id of the monitor that exists. */
  readonly id: string;

  constructor(id: string, words: string) {
    super(words);
    this.name = 'DuplicateMonitorError';
    this.id = id;
  }
}
