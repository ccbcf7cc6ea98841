/**
 * The verdict on a literal: `safe` if its time is linear in the text, a degree if it is not, `unknown` if the checker timed
 * out.
 */
export type Verdict = 'safe' | 'polynomial' | 'exponential' | 'unknown';
const VERDICTS: readonly string[] = ['safe', 'polynomial', 'exponential', 'unknown'] satisfies Verdict[];

/** Verdicts by `/source/flags`. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/** Returns the name of a literal in the table of verdicts, without line breaks. */
export function literalName({ source, flags }: { readonly source: string; readonly flags: string }): string {
  return `/${source}/${flags}`;
}

/** Reads the table: a verdict, a tab and a literal on each line. Throws Error for a malformed line. */
export function readVerdicts(text: string): Verdicts {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const tab = line.indexOf('\t');
        const [verdict, literal] = [line.slice(0, tab), line.slice(tab + 1)];
        if (!isVerdict(verdict) || !literal.startsWith('/')) throw new Error(`not a verdict: ${line}`);
        return [literal, verdict];
      }),
  );
}

/** Writes the table, sorted by literal. */
export function writeVerdicts(verdicts: Verdicts): string {
  return [...verdicts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([literal, verdict]) => `${verdict}\t${literal}\n`)
    .join('');
}

function isVerdict(text: string): text is Verdict {
  return VERDICTS.includes(text);
}
