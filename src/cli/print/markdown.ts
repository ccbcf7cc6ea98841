import { largest } from '../../domain/append.ts';
import { visible } from './visible.ts';

/** Characters that may have a meaning in Markdown or HTML. */
const SPECIAL = /[^A-Za-z0-9 .,:;/()%=?'"{}+-]/gu;

/**
 * Returns any text as inline code that contains no Markdown table, mention, link or HTML tag. Markdown code spans cannot hold
 * every text within a table, so the result is HTML with entities.
 */
export function codeSpan(text: string): string {
  const shown = visible(text.replace(/\r\n|\r|\n/g, '⏎'));
  return `<code>${shown.replace(SPECIAL, (char) => (char > '\x7f' ? char : `&#${char.charCodeAt(0)};`))}</code>`;
}

/** Returns a row of a table. Cells are trusted Markdown; pass other text through `codeSpan` first. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Returns text in a fenced code block whose fence no line of the text can close. */
export function codeBlock(text: string, language: string): string {
  const longest = largest([2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)]);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
