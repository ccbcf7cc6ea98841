/** A request that Datadog answers with a failure, in its own words. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, words: string) {
    super(words);
    this.name = 'Refused';
    this.status = status;
  }
}
