/** Words at most so far away are taken for a slip. */
const FARTHEST = 2;

/** The known word that a wrong one was probably meant to be; undefined where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= FARTHEST && distance < candidate.length && (!best || distance < best.distance))
      best = { word: candidate, distance };
  }
  return best?.word;
}

/** Letters to put in, leave out or change to make one word of another. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > FARTHEST) return FARTHEST + 1;
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [read, letter] of [...from].entries()) {
    const next = [read + 1];
    for (const [at, other] of [...to].entries()) {
      const changed = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
