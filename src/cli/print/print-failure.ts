import type { JsonObject } from '../../domain/json.ts';
import { BirddogProblem, exitOfError, NoAnswer } from '../client/birddog-failures.ts';
import type { Exit } from '../exit-status.ts';
import { findingJson } from './finding-json.ts';
import { type LocatedFinding, movedDown } from '../documents/lint-text.ts';
import { withoutInfos } from '../documents/shown-findings.ts';
import { printFindings, printPlacedFindings } from './print-text.ts';
import type { Paint, ReadText } from './report.ts';
import { visible } from './visible.ts';

/** A text that was sent to Birddog: its name, its file, and the line of the file on which it begins. */
export interface SentText {
  readonly name: string;
  readonly file: ReadText;
  readonly line: number;
  /** Whether infos are shown. */
  readonly allFindings?: boolean;
}

/** A failure, formatted for people and as JSON, and the exit status of the command. */
export interface Failure {
  readonly text: string;
  readonly json: JsonObject;
  readonly exit: Exit;
}

/**
 * Formats the failure of a request to Birddog: findings at their lines in the text that was sent, or at their pointers if no
 * text of the user was sent; the problem, a hint, and the request ID. Rethrows any other error.
 */
export function failureOf(error: unknown, paint: Paint, sent?: SentText): Failure {
  const head = `${sent ? `${paint('place', `${visible(sent.name)}:`)} ` : ''}${paint('error', 'error:')}`;
  if (error instanceof NoAnswer) {
    const json = { code: 'no_answer', detail: error.message };
    return { text: `${head} ${visible(error.message)}\n`, json, exit: exitOfError(error) };
  }
  if (!(error instanceof BirddogProblem)) throw error;
  const { title, message, code, hint, requestId, body } = error;
  const inFile = error.findings
    .map((finding) => movedDown(finding, sent?.line ?? 0))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const findings = sent && !sent.allFindings ? withoutInfos(inFile).findings : inFile;
  const rows = [
    `${head} ${visible(title)} ${paint('aside', `[${visible(code)}]`)}`,
    `  ${visible(message)}`,
    `  hint: ${visible(hint)}`,
    paint('aside', `  request id: ${visible(requestId)}`),
  ];
  const json = inFile.length === 0 ? body : { ...body, findings: findings.map(findingJson) };
  return {
    text: `${findingsText(findings, paint, sent)}${rows.join('\n')}\n`,
    json,
    exit: exitOfError(error),
  };
}

function findingsText(findings: readonly LocatedFinding[], paint: Paint, sent: SentText | undefined): string {
  if (!sent) return printPlacedFindings(findings, paint);
  return findings.length > 0 ? `${printFindings({ ...sent.file, findings }, paint)}\n` : '';
}
