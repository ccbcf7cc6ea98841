/** A write was sent but not answered. Datadog may have executed it, may still execute it, or may never do so. */
export class AnswerLostError extends Error {
  constructor(cause: unknown) {
    super('the answer to a write was lost', { cause });
    this.name = 'AnswerLostError';
  }
}

/** Datadog rejected a create because an equal monitor exists. */
export class DuplicateMonitorError extends Error {
  /** The id of the existing monitor. */
  readonly id: string;

  constructor(id: string, words: string) {
    super(words);
    this.name = 'DuplicateMonitorError';
    this.id = id;
  }
}
