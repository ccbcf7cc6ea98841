import type { Finding } from '../domain/finding.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Decoded } from '../format/decoded.ts';

type Located = Pick<Decoded, 'locate'>;

/** The findings with the line and column of the user's own text. */
export function withPositions(findings: readonly Finding[], body: Located | undefined): Finding[] {
  return findings.map(({ at, to: _, ...f }) =>
    body && f.line === undefined ? { ...f, ...body.locate(f.pointer, at) } : f,
  );
}

/** Throws the `invalid` problem with every finding when one of them is an error. */
export function refuseErrors(findings: readonly Finding[], body: Located | undefined): void {
  const errors = findings.filter((f) => f.severity === 'error');
  const [first] = withPositions(errors, body);
  if (!first) return;
  const where = first.line === undefined ? '' : ` (line ${first.line}, column ${first.column})`;
  const more = errors.length > 1 ? ` And ${errors.length - 1} more.` : '';
  throw new ProblemError('invalid', `${first.message}${where}${more}`, {
    findings: withPositions(findings, body),
  });
}

/** Gives the findings of a problem their line and column before it is thrown on. */
export function placed(body: Located | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || !error.extras.findings) throw error;
    const findings = withPositions(error.extras.findings, body);
    throw new ProblemError(error.code, error.message, { ...error.extras, findings });
  };
}
