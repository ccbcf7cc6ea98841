import { visible } from './visible.ts';

/** The codes that the styles of `Paint` begin and end with. */
const STYLED = /(\x1b\[(?:1|2|22|31|32|33|35|39)m)/;
/**
 * Returns text as it may be written for people, whatever parts of it come from a server or a file: control characters but
 * those of our own styles are shown as pictures, and no line of it is a command to a CI system. Every text that a command
 * writes for people passes through here.
 */
export function safeText(text: string): string {
  const shown = text
    .split(STYLED)
    .map((part, at) => (at % 2 === 1 ? part : lines(part)))
    .join('');
  return withoutCommands(shown).split('\n').map(noCommand).join('\n');
}

/** Returns text in which no `##[` begins a command of a GitHub workflow or of Azure Pipelines, where it may be anywhere. */
export function withoutCommands(text: string): string {
  return text.replaceAll('##[', '## [');
}

/** Two colons that begin a line are a command of a GitHub workflow. The runner skips blanks before them. */
function noCommand(line: string): string {
  const command = line.trimStart();
  const blanks = line.slice(0, line.length - command.length);
  return command.startsWith('::') ? `${blanks}: ${command.slice(1)}` : line;
}

/** Line breaks and tabs are kept. */
function lines(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part, at) => (at % 2 === 1 ? part : visible(part)))
    .join('');
}
