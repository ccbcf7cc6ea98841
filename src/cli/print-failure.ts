import { BirddogProblem, NoAnswer } from './birddog-failures.ts';
import { printFindings } from './print-text.ts';
import type { Paint, ReadText } from './report.ts';
import { visible } from './visible.ts';

/**
 * What went wrong with a request to Birddog, for people: findings at their place in the text that was sent (`sent`), what
 * Birddog says, what to do, and the request's id. Throws on what is no such failure.
 */
export function printFailure(error: unknown, paint: Paint, sent?: ReadText): string {
  if (error instanceof NoAnswer) return `${paint('error', 'error:')} ${visible(error.message)}\n`;
  if (!(error instanceof BirddogProblem)) throw error;
  const { title, message, code, hint, requestId, findings } = error;
  const places = sent && findings.length > 0 ? `${printFindings({ ...sent, findings }, paint)}\n` : '';
  const rows = [
    `${paint('error', 'error:')} ${visible(title)} ${paint('aside', `[${visible(code)}]`)}`,
    `  ${visible(message)}`,
    ...(hint === undefined ? [] : [`  hint: ${visible(hint)}`]),
    paint('aside', `  request id: ${visible(requestId)}`),
  ];
  return `${places}${rows.join('\n')}\n`;
}
