import { largest } from '../../domain/append.ts';
import type { CheckedPart } from '../../contract/check-report.ts';
import type { Paint } from './report.ts';
import { visible } from './visible.ts';

const STYLES = { ok: 'aside', warning: 'warning', failed: 'error', skipped: 'warning' } as const;

/** The parts as a table for people: how each stands, its name, its time, and what to do. */
export function printCheck(parts: readonly CheckedPart[], url: URL, paint: Paint): string {
  const widest = largest(parts.map(({ name }) => name.length));
  const rows = parts.map(({ name, state, ms, detail, hint }) => {
    const row = `${paint(STYLES[state], state.padEnd(7))}  ${name.padEnd(widest)}  ${String(ms).padStart(6)} ms  ${visible(detail)}`;
    return hint === '' ? row : `${row}\n${' '.repeat(9)}${visible(`to do: ${hint}`)}`;
  });
  const bad = parts.filter(({ state }) => state === 'failed' || state === 'skipped').length;
  const sum = bad === 0 ? 'All is well' : `${bad} of ${parts.length} are not well`;
  return `${rows.join('\n')}\n\n${paint('place', `${sum} with the Birddog at ${visible(url.href)}`)}\n`;
}
