import { largest } from '../../domain/append.ts';
import type { CheckedPart } from '../../contract/check-report.ts';
import type { Paint } from './report.ts';
import { visible } from './visible.ts';

const STYLES = { ok: 'aside', warning: 'warning', failed: 'error', skipped: 'warning' } as const;

/** Formats the checked parts as a table: state, name, duration, detail, and a hint. */
export function printCheck(parts: readonly CheckedPart[], url: URL, paint: Paint): string {
  const nameWidth = largest(parts.map(({ name }) => name.length));
  const rows = parts.map(({ name, state, ms, detail, hint }) => {
    const row = `${paint(STYLES[state], state.padEnd(7))}  ${name.padEnd(nameWidth)}  ${String(ms).padStart(6)} ms  ${visible(detail)}`;
    return hint === '' ? row : `${row}\n${' '.repeat(9)}${visible(`hint: ${hint}`)}`;
  });
  const unhealthy = parts.filter(({ state }) => state === 'failed' || state === 'skipped').length;
  const summary =
    unhealthy === 0
      ? 'Everything is healthy'
      : `${unhealthy} of ${parts.length} checks failed or were skipped`;
  return `${rows.join('\n')}\n\n${paint('place', `${summary} (${visible(url.href)})`)}\n`;
}
