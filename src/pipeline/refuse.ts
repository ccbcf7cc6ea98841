import type { Finding } from '../domain/finding.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Decoded } from '../format/decoded.ts';

type Located = Pick<Decoded, 'locate'>;

/** An answer tells at most so many findings: a text of 16 MiB can be wrong everywhere. */
export const MOST_FINDINGS = 1000;

/**
 * The findings as an answer tells them, with the line and column of the user's own text. Of too many the errors come first,
 * and the last of those told says how many more there are.
 */
export function toldFindings(findings: readonly Finding[], body: Located | undefined): Finding[] {
  return fewest(findings).map(({ at, to: _, ...f }) =>
    body && f.line === undefined ? { ...f, ...body.locate(f.pointer, at) } : f,
  );
}

function fewest(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MOST_FINDINGS) return findings;
  const isError = ({ severity }: Finding) => severity === 'error';
  const sorted = [...findings.filter(isError), ...findings.filter((one) => !isError(one))];
  const left = sorted.splice(MOST_FINDINGS - 1);
  const errors = left.filter(isError).length;
  return [
    ...sorted,
    {
      code: 'more_findings',
      severity: errors > 0 ? 'error' : 'warning',
      message: `There are ${left.length} more findings than are told here: ${errors} errors and ${left.length - errors} warnings.`,
      pointer: '',
      hint: 'Mend what is told first, and ask again; birddog lint tells all there is to say without Datadog.',
    },
  ];
}

/** Throws the `invalid` problem with every finding when one of them is an error. */
export function refuseErrors(findings: readonly Finding[], body: Located | undefined): void {
  const errors = findings.filter((f) => f.severity === 'error');
  const [first] = toldFindings(errors.slice(0, 1), body);
  if (!first) return;
  const where = first.line === undefined ? '' : ` (line ${first.line}, column ${first.column})`;
  const more = errors.length > 1 ? ` And ${errors.length - 1} more.` : '';
  throw new ProblemError('invalid', `${first.message}${where}${more}`, {
    findings: toldFindings(findings, body),
  });
}

/** Gives the findings of a problem their line and column before it is thrown on. */
export function placed(body: Located | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || !error.extras.findings) throw error;
    const findings = toldFindings(error.extras.findings, body);
    throw new ProblemError(error.code, error.message, { ...error.extras, findings });
  };
}
