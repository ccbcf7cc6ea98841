import { visible } from './visible.ts';

/** Escape sequences that the styles of `Paint` use. */
const STYLED = /(\x1b\[(?:1|2|22|31|32|33|35|39)m)/;
/**
 * Makes text safe to print, even if parts of it come from a server or a file. Shows control characters as symbols, except
 * those of our styles, and neutralizes commands to CI systems. All output for people passes through this function.
 */
export function safeText(text: string): string {
  const shown = text
    .split(STYLED)
    .map((part, at) => (at % 2 === 1 ? part : visibleLines(part)))
    .join('');
  return withoutCommands(shown).split('\n').map(withoutLineCommand).join('\n');
}

/** Breaks up `##[`, which begins a command of GitHub Actions or Azure Pipelines anywhere in a line. */
export function withoutCommands(text: string): string {
  return text.replaceAll('##[', '## [');
}

/** Breaks up `::` at the start of a line, a GitHub workflow command. The runner ignores whitespace before it. */
function withoutLineCommand(line: string): string {
  const command = line.trimStart();
  const indent = line.slice(0, line.length - command.length);
  return command.startsWith('::') ? `${indent}: ${command.slice(1)}` : line;
}

/** Shows control characters as symbols, but keeps line breaks and tabs. */
function visibleLines(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part, at) => (at % 2 === 1 ? part : visible(part)))
    .join('');
}
