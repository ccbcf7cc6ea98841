import type { AlertReport, Preview } from '../../preview/report.ts';
import {
  assumptionsText,
  budgetText,
  changeText,
  durationText,
  factsOf,
  figuresIn,
  hasNoData,
  headline,
  ownAssumptions,
  spanText,
  totalText,
  type Wording,
  wordingOf,
} from './preview-sentences.ts';
import { codeBlock, codeSpan, tableRow } from './print-markdown.ts';
import { sparkline } from './print-preview.ts';

/** The default maximum of a report. GitHub accepts 65,536 characters in a comment. */
const MAX_LENGTH = 60_000;
/** The table takes at most this share of it. */
const TABLE_SHARE = 0.4;
const MAX_TEXT_LENGTH = 100;
const MAX_RECIPIENTS = 3;

/**
 * Formats a preview for reviewers, such as a pull request comment: a table with a row for each alert, the largest change first;
 * then the details of each, folded. Leaves alerts out, and says how many, where it would be longer than `maxLength`.
 */
export function previewMarkdown(preview: Preview, maxLength = MAX_LENGTH): string {
  const wording = wordingOf(preview, quote);
  const alerts = preview.alerts.toSorted((one, other) => weightOf(other) - weightOf(one));
  const head = [
    `## What the alerts would have done in ${spanText(preview, wording)}`,
    `${totalText(preview, wording)}.`,
    ...ownAssumptions(preview).map(({ text }) => `**Warning:** ${quote(text)}`),
  ].join('\n\n');
  const foot = `<sub>${budgetText(preview)}. ${assumptionsText(preview, 'The JSON output lists')}</sub>\n`;
  const rest = maxLength - head.length - foot.length - 400;
  const rows = fitting(
    alerts.map((report) => `\n${rowOf(report)}`),
    rest * TABLE_SHARE,
  );
  const details = fitting(
    alerts.slice(0, rows.length).map((report) => `\n\n${detailsOf(report, wording)}`),
    rest - lengthOf(rows),
  );
  return [
    head,
    ...(rows.length === 0 ? [] : [`${tableRow(HEAD)}\n${tableRow(HEAD.map(() => '---'))}${rows.join('')}`]),
    ...leftOut(alerts.length - rows.length, 'more alerts with smaller changes are not listed here.'),
    ...(details.length === 0 ? [] : [details.join('').trimStart()]),
    ...leftOut(rows.length - details.length, 'of the alerts above have no details here.'),
    foot,
  ].join('\n\n');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function leftOut(number: number, what: string): string[] {
  return number === 0 ? [] : [`**${number}** ${what} \`birddog preview\` prints everything.`];
}

/** Returns the texts from the first on that are together at most so long. */
function fitting(texts: readonly string[], maxLength: number): string[] {
  let left = maxLength;
  const end = texts.findIndex(({ length }) => {
    left -= length;
    return left < 0;
  });
  return end === -1 ? [...texts] : texts.slice(0, end);
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

function quote(text: string): string {
  return codeSpan(text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text);
}

/** Errors come first, then alerts by how much the number of notifications changes, then by that number. */
function weightOf({ before, after, id, findings }: AlertReport): number {
  if (findings.some(({ severity }) => severity === 'error')) return Number.POSITIVE_INFINITY;
  const now = figuresIn(after)?.notifications.per_week ?? 0;
  const was =
    before === undefined && id !== undefined ? now : (figuresIn(before)?.notifications.per_week ?? 0);
  return Math.abs(now - was) * 1e6 + now;
}

const HEAD = ['alert', 'before', 'after', 'notifications a week', 'who'];

function rowOf(report: AlertReport): string {
  const { key, before, after, findings } = report;
  const [was, now] = [figuresIn(before)?.notifications.per_week, figuresIn(after)?.notifications.per_week];
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return tableRow([
    `${quote(key)}${errors > 0 ? ' **error**' : ''}`,
    outcomeText(before, before === undefined && report.id !== undefined ? 'unchanged' : 'none'),
    outcomeText(after, 'deleted'),
    now === undefined ? (was === undefined ? '' : `${was} -> none`) : changeText(was, now),
    recipientsOf(report),
  ]);
}

function outcomeText(outcome: AlertReport['before'], otherwise: string): string {
  if (outcome === undefined) return otherwise;
  if ('refused' in outcome) return 'cannot be previewed';
  if (hasNoData(outcome)) return '**no data**';
  const { time_in_alert_s: timeS, longest_alert_s: longestS } = outcome;
  return timeS === 0
    ? 'never in alert'
    : `${durationText(timeS)} in alert, longest ${durationText(longestS)}`;
}

function recipientsOf({ before, after }: AlertReport): string {
  const names = (outcome: AlertReport['before']) =>
    (figuresIn(outcome)?.recipients ?? []).map(({ recipient }) => recipient);
  const [was, now] = [names(before), names(after)];
  const lost = before === undefined ? [] : was.filter((name) => !now.includes(name));
  const shown = [...now.map(quote), ...lost.map((name) => `**no longer** ${quote(name)}`)];
  const more = shown.length - MAX_RECIPIENTS;
  if (shown.length === 0) return figuresIn(after) ? 'nobody' : '';
  return `${shown.slice(0, MAX_RECIPIENTS).join('<br>')}${more > 0 ? `<br>and ${more} more` : ''}`;
}

function detailsOf(report: AlertReport, wording: Wording): string {
  const { key, title, findings } = report;
  const figures = figuresIn(report.after ?? report.before);
  const lines = figures ? sparkline(figures.timeline, false) : [];
  const facts = [
    ...findings.slice(0, 10).map(({ severity, message }) => `- **${severity}** ${quote(message)}`),
    ...factsOf(report, wording, false).map(({ name, text }) => `- **${name}** ${text}`),
  ];
  return [
    `<details><summary>${quote(key)} ${quote(title)}</summary>`,
    `${capitalized(headline(report, wording))}.`,
    ...(lines.length === 0 ? [] : [codeBlock(lines.join('\n'), '')]),
    ...(facts.length === 0 ? [] : [facts.join('\n')]),
    '</details>',
  ].join('\n\n');
}
