import { largest, smallest } from '../../domain/append.ts';
import type { AlertReport, Preview, Timeline } from '../../preview/report.ts';
import {
  assumptionsText,
  budgetText,
  factsOf,
  figuresIn,
  headline,
  ownAssumptions,
  spanText,
  totalText,
  type Wording,
  wordingOf,
} from './preview-sentences.ts';
import type { Paint } from './report.ts';
import { visible } from './visible.ts';

/** How a preview is printed. */
export interface PreviewStyle {
  /** Whether all thresholds, examples and assumptions are printed. */
  readonly isVerbose?: boolean;
  /** Whether the terminal has only ASCII characters. */
  readonly isAscii?: boolean;
}

const NAME_WIDTH = 12;

/** Formats a preview for people: for each alert a sentence, a sparkline and a few facts; then totals and assumptions. */
export function printPreview(preview: Preview, paint: Paint, style: PreviewStyle = {}): string {
  const wording = wordingOf(preview, visible);
  const blocks = preview.alerts.map((report) => alertLines(report, wording, paint, style));
  const { isVerbose = false } = style;
  const assumptions = isVerbose
    ? ['Assumptions:', ...preview.assumptions.map(({ code, text }) => `- ${code}: ${text}`)]
    : [assumptionsText(preview, 'birddog preview --verbose lists')];
  const own = ownAssumptions(preview).map(({ text }) => `${paint('warning', 'warning:')} ${visible(text)}`);
  return [
    [paint('place', `What the alerts would have done in ${spanText(preview, wording)}`)],
    ...blocks,
    [`${totalText(preview, wording)}.`, paint('aside', `${budgetText(preview)}.`), ...own],
    assumptions.map((line) => paint('aside', visible(line))),
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function alertLines(
  report: AlertReport,
  wording: Wording,
  paint: Paint,
  { isVerbose = false, isAscii = false }: PreviewStyle,
): string[] {
  const { key, kind, title, findings } = report;
  const figures = figuresIn(report.after ?? report.before);
  const shownTitle = title === key || title === '' ? '' : `: ${visible(title)}`;
  const [line, marks] = figures ? sparkline(figures.timeline, isAscii) : [];
  return [
    `${paint('place', `${kind} ${visible(key)}`)}${shownTitle}`,
    `  ${headline(report, wording)}`,
    ...(line === undefined ? [] : [`  ${line}`]),
    ...(marks === undefined ? [] : [`  ${paint('error', marks)}`]),
    ...factsOf(report, wording, isVerbose).map(
      ({ name, text }) => `  ${paint('aside', name.padEnd(NAME_WIDTH))}${text}`,
    ),
    ...findings.flatMap(({ severity, code, message, hint }) => [
      `  ${paint(severity, `${severity}:`)} ${visible(message)} ${paint('aside', `[${visible(code)}]`)}`,
      ...(hint === undefined ? [] : [`    hint: ${visible(hint)}`]),
    ]),
  ];
}

const [BLOCKS, ASCII_BLOCKS] = ['▁▂▃▄▅▆▇█', '_.-=+*%#'];
const [ABSENT, ASCII_ABSENT] = ['·', ' '];

/**
 * Returns a sparkline of a timeline with its lowest and highest value, and a line of `!` below the values beyond the critical
 * threshold. Empty without values; only one line if no value is beyond it.
 */
export function sparkline(timeline: Timeline, isAscii: boolean): readonly string[] {
  const { values, critical, comparator } = timeline;
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0) return [];
  const [low, high] = [smallest(numbers), largest(numbers)];
  const [blocks, absent] = isAscii ? [ASCII_BLOCKS, ASCII_ABSENT] : [BLOCKS, ABSENT];
  const bars = values.map((value) => {
    if (value === null) return absent;
    // Halved, because the difference of two numbers may be infinite.
    const share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0;
    return blocks[Math.round(share * (blocks.length - 1))] ?? absent;
  });
  const line = `${bars.join('')}  values ${numberText(low)} to ${numberText(high)}`;
  if (critical === undefined || comparator === undefined) return [line];
  const marks = values.map((value) => (value !== null && HOLDS[comparator](value, critical) ? '!' : ' '));
  if (!marks.includes('!')) return [`${line}, never critical (${comparator} ${critical})`];
  return [line, `${marks.join('')}  ! critical (${comparator} ${critical})`];
}

const HOLDS: Readonly<
  Record<NonNullable<Timeline['comparator']>, (value: number, threshold: number) => boolean>
> = {
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '==': (value, threshold) => value === threshold,
  '!=': (value, threshold) => value !== threshold,
};

function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}
