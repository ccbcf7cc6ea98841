/** A replaced range of a text. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Returns whether two changes overlap or start at the same offset. */
export function collide(a: Splice, b: Splice): boolean {
  return a.from === b.from || (a.from < b.to && b.from < a.to);
}

/** Returns the text with all changes applied. They must not collide. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let [result, at] = ['', 0];
  for (const { from, to, text: put } of [...splices].sort((a, b) => a.from - b.from)) {
    result += text.slice(at, from) + put;
    at = to;
  }
  return result + text.slice(at);
}
