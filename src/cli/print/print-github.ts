import type { Severity } from '../../domain/finding.ts';
import type { LintedFile } from './report.ts';
import { withoutCommands } from './safe-text.ts';
import { visible } from './visible.ts';

/**
 * Formats findings as workflow commands of GitHub Actions, which shows them beside the changed lines
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
 */
export function printGithub(files: readonly LintedFile[]): string {
  return files
    .flatMap(({ name, findings }) =>
      findings.map(({ severity, message, code, hint, line, column, end }) => {
        const properties = Object.entries({
          file: name,
          line,
          col: column,
          // GitHub ignores an end column on another line.
          ...(end && end.line === line ? { endLine: line, endColumn: end.column } : {}),
          title: code,
        });
        const list = properties.map(([key, value]) => `${key}=${property(String(value))}`).join(',');
        return `::${COMMANDS[severity]} ${list}::${data(hint === undefined ? message : `${message} ${hint}`)}\n`;
      }),
    )
    .join('');
}

/** The workflow command for each severity. */
const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

function data(text: string): string {
  return text
    .split(/(\r|\n|%)/)
    .map((part) => ESCAPES.get(part) ?? withoutCommands(visible(part)))
    .join('');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\r', '%0D'],
  ['\n', '%0A'],
  ['%', '%25'],
]);
