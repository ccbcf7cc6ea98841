import type { Finding } from '../domain/finding.ts';
import { Findings, shortenPointer } from '../domain/findings.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Decoded } from '../format/decoded.ts';

type Located = Pick<Decoded, 'locate'>;

/** Returns the findings of an answer, within its limits. Adds the line and column in the user's text to those that are returned. */
export function answerFindings(findings: Iterable<Finding>, body: Located | undefined): Finding[] {
  const kept = new Findings();
  kept.addAll(findings);
  return kept.list().map((finding) => withPosition(finding, body));
}

function withPosition({ at, to: _, rest: __, ...finding }: Finding, body: Located | undefined): Finding {
  const isPlaced = !body || finding.line !== undefined;
  return shortenPointer(isPlaced ? finding : { ...finding, ...body.locate(finding.pointer, at) });
}

/** Throws `invalid` with all findings if one of them is an error. */
export function refuseErrors(findings: readonly Finding[], body: Located | undefined): void {
  const kept = new Findings();
  kept.addAll(findings);
  if (kept.errors === 0) return;
  const located = answerFindings(kept.list(), body);
  const first = located.find(({ severity }) => severity === 'error');
  if (!first) return;
  const where = first.line === undefined ? '' : ` (line ${first.line}, column ${first.column})`;
  const more = kept.errors > 1 ? ` And ${kept.errors - 1} more.` : '';
  throw new ProblemError('invalid', `${first.message}${where}${more}`, { findings: located });
}

/** Returns an error handler that adds lines and columns to the findings of a problem and throws it again. */
export function addPositions(body: Located | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || !error.extras.findings) throw error;
    const findings = answerFindings(error.extras.findings, body);
    throw new ProblemError(error.code, error.message, { ...error.extras, findings });
  };
}
