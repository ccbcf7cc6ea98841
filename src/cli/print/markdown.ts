import { largest } from '../../domain/append.ts';
import { visible } from './visible.ts';

/** Everything but letters, digits, blanks and what says nothing in Markdown and HTML. */
const SPECIAL = /[^A-Za-z0-9 .,:;/()%=?'"{}+-]/gu;

/**
 * A text as it is, in the type of code: no table, mention, link or tag comes of it, whatever it holds. Markdown's own code
 * cannot hold every text within a table, so it is HTML with entities.
 */
export function codeSpan(text: string): string {
  const shown = visible(text.replace(/\r\n|\r|\n/g, '⏎'));
  return `<code>${shown.replace(SPECIAL, (char) => (char > '\x7f' ? char : `&#${char.charCodeAt(0)};`))}</code>`;
}

/** A row of a table. Cells are Markdown of our own making, texts in them by `codeSpan`. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Lines as they are, within a fence that none of them can end. */
export function codeBlock(text: string, language: string): string {
  const longest = largest([2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)]);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
