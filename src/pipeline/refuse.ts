import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Decoded } from '../format/decoded.ts';

type Located = Pick<Decoded, 'locate'>;

/**
 * Returns the findings of an answer, within its limits, with the line and column of the user's own text: only what is kept
 * is placed.
 */
export function toldFindings(findings: Iterable<Finding>, body: Located | undefined): Finding[] {
  const kept = new Findings();
  kept.addAll(findings);
  return kept.list().map((finding) => placedIn(finding, body));
}

function placedIn({ at, to: _, rest: __, ...finding }: Finding, body: Located | undefined): Finding {
  return body && finding.line === undefined ? { ...finding, ...body.locate(finding.pointer, at) } : finding;
}

/** Throws the `invalid` problem with every finding when one of them is an error. */
export function refuseErrors(findings: readonly Finding[], body: Located | undefined): void {
  const kept = new Findings();
  kept.addAll(findings);
  if (kept.errors === 0) return;
  const told = toldFindings(kept.list(), body);
  const first = told.find(({ severity }) => severity === 'error');
  if (!first) return;
  const where = first.line === undefined ? '' : ` (line ${first.line}, column ${first.column})`;
  const more = kept.errors > 1 ? ` And ${kept.errors - 1} more.` : '';
  throw new ProblemError('invalid', `${first.message}${where}${more}`, { findings: told });
}

/** Gives the findings of a problem their line and column before it is thrown on. */
export function placed(body: Located | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || !error.extras.findings) throw error;
    const findings = toldFindings(error.extras.findings, body);
    throw new ProblemError(error.code, error.message, { ...error.extras, findings });
  };
}
