import type { Applied } from '../client/apply-until-done.ts';
import { failureLine } from '../documents/documents.ts';
import { EXIT } from '../exit-status.ts';
import { type Failure, failureOf, type SentText } from './print-failure.ts';
import type { Paint } from './report.ts';

/** Maximum number of remaining objects that a message names. */
const MAX_NAMED = 10;

/**
 * Returns why an apply, an undo or a restore ended early; undefined if it finished. `name` is what was applied. `sent` is the
 * text that the findings of a failure refer to; without it they are printed with their pointers.
 */
export function earlyEnd(
  { ended, remaining }: Pick<Applied, 'ended' | 'remaining'>,
  name: string,
  paint: Paint,
  sent?: SentText,
): Failure | undefined {
  if (!ended) return undefined;
  if (ended.by === 'failure') return failureOf(ended.error, paint, sent);
  const why = ended.by === 'interrupt' ? 'Interrupted.' : 'Birddog made no further progress.';
  return stoppedWith(ended.by, `${why}${remainingSentence(remaining)}`, name, paint);
}

/** Returns the failure of an apply that was interrupted before its first call. */
export function interruptedBefore(name: string, paint: Paint): Failure {
  return stoppedWith('interrupt', 'Interrupted before it started.', name, paint);
}

function remainingSentence(remaining: Applied['remaining']): string {
  if (remaining.length === 0) return '';
  const names = remaining.slice(0, MAX_NAMED).map(({ action, kind, key }) => `${action} ${kind} ${key}`);
  const more = remaining.length - names.length;
  return ` Remaining: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function stoppedWith(code: string, detail: string, name: string, paint: Paint): Failure {
  return { text: failureLine(name, detail, paint), json: { code, detail }, exit: EXIT.failed };
}
