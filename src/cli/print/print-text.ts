import type { Severity } from '../../domain/finding.ts';
import { excerpt } from './excerpt.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';
import { hiddenText } from '../documents/shown-findings.ts';
import type { LintedFile, Paint } from './report.ts';
import { visible } from './visible.ts';

/** Formats findings for people: position, severity, message, the marked line and the hint of each; then a count. */
export function printText(files: readonly LintedFile[], paint: Paint): string {
  const blocks = files.flatMap((file) => blocksOf(file, paint));
  return `${[...blocks, summary(files)].join('\n')}\n`;
}

/** Formats the findings of one text, separated by empty lines. */
export function printFindings(file: LintedFile, paint: Paint): string {
  return blocksOf(file, paint).join('\n');
}

/** Formats findings about objects that are in no file of the user: pointer, severity, message and hint of each. */
export function printPlacedFindings(findings: readonly LocatedFinding[], paint: Paint): string {
  return findings
    .map((finding) => {
      const { pointer, hint } = finding;
      const place = pointer === '' ? '' : `${paint('place', `${visible(pointer)}:`)} `;
      return `${place}${headline(finding, paint)}\n${hint === undefined ? '' : `  hint: ${visible(hint)}\n`}`;
    })
    .join('');
}

function headline({ severity, message, code }: LocatedFinding, paint: Paint): string {
  return `${paint(severity, `${severity}:`)} ${visible(message)} ${paint('aside', `[${visible(code)}]`)}`;
}

function blocksOf(file: LintedFile, paint: Paint): string[] {
  const lines = file.text.split(/\r\n|\n|\r/);
  return file.findings.map((finding) => block(file, finding, lines[finding.line - 1] ?? '', paint));
}

function block({ name }: LintedFile, finding: LocatedFinding, line: string, paint: Paint): string {
  const { line: number, column, end, severity, hint, fix } = finding;
  const place = paint('place', `${visible(name)}:${number}:${column}:`);
  const to = end === undefined ? undefined : end.line === number ? end.column : line.length + 1;
  const { shown, marks } = excerpt(line, column, to);
  const gutter = String(number);
  const rows = [
    `${place} ${headline(finding, paint)}`,
    `  ${paint('aside', `${gutter} |`)} ${shown}`,
    `  ${paint('aside', `${' '.repeat(gutter.length)} |`)} ${paint(severity, marks)}`,
  ];
  if (hint !== undefined) rows.push(`  hint: ${visible(hint)}`);
  if (fix) rows.push(`  fix: ${visible(fix.title)} (pass --fix to apply)`);
  return `${rows.join('\n')}\n`;
}

function summary(files: readonly LintedFile[]): string {
  const findings = files.flatMap((file) => file.findings);
  const checked = count(files.length, 'file');
  const infos = files.reduce((sum, { hidden }) => sum + (hidden?.infos ?? 0), 0);
  const hidden = hiddenText({ infos, unchanged: 0 });
  const rest = hidden === undefined ? '' : `; ${hidden}`;
  if (findings.length === 0) return `${checked}, no findings${rest}`;
  const counted = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const fixes = findings.filter((finding) => finding.fix).length;
  const errors = count(counted('error'), 'error');
  const warnings = count(counted('warning'), 'warning');
  const shown =
    counted('info') === 0
      ? `${errors} and ${warnings}`
      : `${errors}, ${warnings} and ${count(counted('info'), 'info')}`;
  const fixable = fixes === 0 ? '' : `; ${count(fixes, 'fix', 'fixes')} available with --fix`;
  return `${shown} in ${checked}${fixable}${rest}`;
}

/** Formats a number of things: "1 file", "2 files". */
export function count(number: number, one: string, more = `${one}s`): string {
  return `${number} ${number === 1 ? one : more}`;
}
