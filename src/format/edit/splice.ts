/** A stretch of a text that becomes another. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Whether two changes overlap, or go to the very same place. */
export function collide(a: Splice, b: Splice): boolean {
  return a.from === b.from || (a.from < b.to && b.from < a.to);
}

/** The text with all changes, which must not collide. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let [result, at] = ['', 0];
  for (const { from, to, text: put } of [...splices].sort((a, b) => a.from - b.from)) {
    result += text.slice(at, from) + put;
    at = to;
  }
  return result + text.slice(at);
}
