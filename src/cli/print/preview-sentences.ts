import { type Assumption, ASSUMPTIONS } from '../../evaluate/choices.ts';
import { WallClock } from '../../evaluate/wall-clock.ts';
import type {
  Agreement,
  AlertReport,
  Figures,
  MissingSeries,
  NotificationFigures,
  Preview,
  RealFigures,
  RecipientFigures,
  SkippedEvaluations,
  SweepRow,
} from '../../preview/report.ts';
import { count } from './print-text.ts';

/** Makes a text of users or Datadog safe to print. */
export type Quote = (text: string) => string;

/** How a report is worded. */
export interface Wording {
  readonly quote: Quote;
  readonly clock: WallClock;
  /** The length of the span: "7 days". */
  readonly length: string;
}

/** Returns how a preview is worded. Times are in its time zone. */
export function wordingOf({ from, to, time_zone: timeZone }: Preview, quote: Quote): Wording {
  const hours = (Date.parse(to) - Date.parse(from)) / 3_600_000;
  const length =
    hours % 24 === 0
      ? count(hours / 24, 'day')
      : hours % 1 === 0
        ? count(hours, 'hour')
        : durationText(hours * 3600);
  return { quote, clock: new WallClock(timeZone), length };
}

/** Returns the span in words: "7 days, Mon 23 Nov 00:00 to Mon 30 Nov 00:00, UTC". */
export function spanText({ from, to, time_zone: timeZone }: Preview, { clock, length }: Wording): string {
  return `${length}, ${dateTime(from, clock)} to ${dateTime(to, clock)}, ${timeZone}`;
}

const [MAX_RECIPIENTS, MAX_GROUPS, MAX_EXAMPLES, MAX_MISSING] = [3, 3, 5, 3];

/** Returns the figures of a definition; undefined without one that was evaluated. */
export function figuresIn(outcome: AlertReport['before']): Figures | undefined {
  return outcome === undefined || 'refused' in outcome ? undefined : outcome;
}

/** Returns whether no evaluation had a value. A composite has no values. */
export function hasNoData({ step_s: stepS, evaluated, transitions }: Figures): boolean {
  return stepS !== undefined && evaluated === 0 && transitions === 0;
}

/**
 * Says in one sentence, without the final period, what matters about an alert: how often it would have notified whom, and what
 * the change makes of that.
 */
export function headline(report: AlertReport, wording: Wording): string {
  const { before, after, id } = report;
  const { quote, length } = wording;
  if (after === undefined && before === undefined) return 'not evaluated';
  if (after === undefined) return deletedText(report, wording);
  if ('refused' in after) return `cannot be previewed: ${quote(after.refused.message)}`;
  const was = figuresIn(before);
  const { notifications, longest_alert_s: longest } = after;
  if (hasNoData(after)) return `no evaluation had data in ${length}`;
  const change = was
    ? ` (${wasText(was, after, wording)})`
    : before
      ? ' (the monitor in Datadog cannot be previewed)'
      : id === undefined
        ? ' (new)'
        : '';
  const parts =
    notifications.count > 0
      ? [
          `${weeklyText(notifications, length)} to ${recipientsText(after.recipients, wording)}${change}`,
          `${percentText(notifications.out_of_hours_percent)} out of hours`,
        ]
      : [`no notifications in ${length}${change}`];
  if (notifications.without_recipient > 0)
    parts.push(`${count(notifications.without_recipient, 'transition')} without a recipient`);
  parts.push(longest > 0 ? `longest alert ${durationText(longest)}` : 'never in alert');
  return parts.join(', ');
}

function deletedText({ before }: AlertReport, wording: Wording): string {
  const figures = figuresIn(before);
  if (!figures) return 'deleted';
  if (figures.notifications.count === 0) return `deleted; it did not notify anybody in ${wording.length}`;
  const { notifications, recipients } = figures;
  return `deleted: no longer ${weeklyText(notifications, wording.length)} to ${recipientsText(recipients, wording)}`;
}

function wasText(was: Figures, now: Figures, wording: Wording): string {
  const names = (list: readonly RecipientFigures[]) => list.map(({ recipient }) => recipient).toSorted();
  const [before, after] = [names(was.recipients), names(now.recipients)];
  const isSame = before.length === after.length && before.every((name, at) => name === after[at]);
  const { per_week: perWeek } = was.notifications;
  if (isSame || before.length === 0)
    return perWeek === now.notifications.per_week && isSame ? 'as before' : `was ${perWeek}`;
  return `was ${perWeek} to ${recipientsText(was.recipients, wording)}`;
}

function weeklyText({ per_week: perWeek, count: number }: NotificationFigures, length: string): string {
  const counted = number === perWeek ? '' : ` (${number} in ${length})`;
  return `${count(perWeek, 'notification')} a week${counted}`;
}

/** Names recipients, with their numbers if there are several. */
function recipientsText(recipients: readonly RecipientFigures[], { quote }: Wording): string {
  const [first, ...others] = recipients;
  if (first === undefined) return 'nobody';
  if (others.length === 0) return quote(first.recipient);
  return listOf(
    recipients.map(({ recipient, per_week: perWeek }) => `${quote(recipient)} (${perWeek})`),
    MAX_RECIPIENTS,
    'others',
  );
}

/** One line about an alert below its headline. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** Returns what else is known about an alert. `isVerbose` adds examples and every threshold. */
export function factsOf(report: AlertReport, wording: Wording, isVerbose: boolean): Fact[] {
  const figures = figuresIn(report.after ?? report.before);
  const facts: (Fact | undefined)[] = [
    figures && timeFact(figures),
    figures && groupsFact(figures, wording, isVerbose),
    report.sweep && sweepFact(report.sweep, isVerbose),
    report.real && realFact(report.real, wording, isVerbose),
    report.agreement && agreementFact(report.agreement, wording, isVerbose),
    figures && skippedFact(figures.skipped, figures.evaluated),
    figures?.incomplete && incompleteFact(figures.incomplete, wording, isVerbose),
    isVerbose && figures ? stepsFact(figures) : undefined,
  ];
  return facts.filter((fact) => fact !== undefined);
}

function timeFact({
  time_in_alert_s: total,
  time_in_alert_percent: percent,
  flapping_percent: flapping,
}: Figures) {
  if (total === 0) return undefined;
  const text = `${durationText(total)} (${percentText(percent)} of the time)`;
  const flaps = flapping > 0 ? `; flapping score ${flapping} of 100` : '';
  return { name: 'in alert', text: `${text}${flaps}` };
}

function groupsFact(
  { groups, top_groups: top }: Figures,
  { quote }: Wording,
  isVerbose: boolean,
): Fact | undefined {
  if (groups <= 1) return undefined;
  const isNotified = top.some(({ notifications }) => notifications > 0);
  const named = top.map(({ group, notifications, transitions, time_in_alert_s: timeS }) => {
    const time = isVerbose && timeS > 0 ? `, ${durationText(timeS)} in alert` : '';
    return `${quote(group)} (${isNotified ? notifications : transitions}${time})`;
  });
  const heading = `; most ${isNotified ? 'notifications' : 'transitions'}: `;
  const shown = named.slice(0, isVerbose ? named.length : MAX_GROUPS).join(', ');
  return { name: 'groups', text: `${groups}${shown === '' ? '' : heading}${shown}` };
}

/** The thresholds on each side of the current one that are shown. */
const SWEEP_SIDE = 3;

function sweepFact(sweep: readonly SweepRow[], isVerbose: boolean): Fact | undefined {
  const current = sweep.find(({ is_current: isCurrent }) => isCurrent);
  if (!current || sweep.length === 1) return undefined;
  const below = sweep.filter(({ threshold }) => threshold < current.threshold).toReversed();
  const above = sweep.filter(({ threshold }) => threshold > current.threshold);
  const rows = isVerbose
    ? sweep.filter((row) => row !== current)
    : [...telling(below, current).toReversed(), ...telling(above, current)];
  const pair = ({ threshold, per_week: perWeek }: SweepRow) => `${threshold} -> ${perWeek}`;
  const [first, ...others] = rows.map(pair);
  const text =
    first === undefined
      ? `no other threshold gives other notifications than ${current.threshold}`
      : `${[`${first} notifications a week`, ...others].join(', ')} (now ${pair(current)})`;
  return { name: 'thresholds', text };
}

/** Returns a few rows, from the nearest to the farthest, each of which changes the number of notifications. */
function telling(rows: readonly SweepRow[], current: SweepRow): SweepRow[] {
  let last = current;
  const changing = rows.filter((row) => {
    if (row.per_week === last.per_week) return false;
    last = row;
    return true;
  });
  if (changing.length <= SWEEP_SIDE) return changing;
  const middle = Math.floor((changing.length - 1) / 2);
  return changing.filter((_, at) => at === 0 || at === middle || at === changing.length - 1);
}

function agreementFact(agreement: Agreement, { quote, clock }: Wording, isVerbose: boolean): Fact {
  const { real, matched, missed, invented, tolerance_s: toleranceS, examples } = agreement;
  const name = 'agreement';
  if (real === 0 && invented === 0)
    return { name, text: 'Datadog recorded no transition of the monitor, and none is computed' };
  const recorded = `Datadog recorded ${count(real, 'transition')} of the monitor`;
  if (missed === 0 && invented === 0) return { name, text: `${recorded}, and the same are computed` };
  const found = `${recorded}: ${matched} computed too (within ${durationText(toleranceS)}), ${missed} not`;
  const others = `${invented} computed that did not happen`;
  if (!isVerbose || examples.length === 0) return { name, text: `${found}; ${others}` };
  const listed = examples.slice(0, MAX_EXAMPLES).map(({ kind, at, group, to }) => {
    const what = kind === 'missed' ? 'is not computed' : 'did not happen';
    return `${dateTime(at, clock)} ${quote(group)} to ${to} ${what}`;
  });
  return { name, text: `${found}; ${others}: ${listed.join('; ')}` };
}

/** The real transitions of a monitor that cannot be evaluated. */
function realFact(
  { transitions, examples }: RealFigures,
  { quote, clock }: Wording,
  isVerbose: boolean,
): Fact {
  const recorded = `Datadog recorded ${transitions === 0 ? 'no transition' : count(transitions, 'transition')} of the monitor`;
  const latest = examples
    .slice(isVerbose ? -MAX_EXAMPLES : -1)
    .map(({ at, group, from, to }) => `${dateTime(at, clock)} ${quote(group)} from ${from} to ${to}`);
  return {
    name: 'real',
    text: latest.length === 0 ? recorded : `${recorded}; the latest: ${latest.join('; ')}`,
  };
}

const REASONS: readonly (readonly [name: keyof SkippedEvaluations, why: string])[] = [
  ['empty', 'without data'],
  ['no_finite_value', 'without a finite value'],
  ['window_not_full', 'with an incomplete window'],
  ['new_group', 'of a new group'],
];

function skippedFact(skipped: SkippedEvaluations, evaluated: number): Fact | undefined {
  const reasons = REASONS.filter(([name]) => skipped[name] > 0);
  if (reasons.length === 0) return undefined;
  const texts = reasons.map(([name, why], at) =>
    at === 0 ? `${count(skipped[name], 'evaluation')} ${why}` : `${skipped[name]} ${why}`,
  );
  return { name: 'skipped', text: `${texts.join(', ')}; ${evaluated} had a value` };
}

function incompleteFact(
  missing: readonly MissingSeries[],
  { quote, clock }: Wording,
  isVerbose: boolean,
): Fact {
  const parts = missing.map(
    ({ from, to, reason }) =>
      `${dateTime(from, clock)} to ${dateTime(to, clock)}: ${quote(reason.replace(/\.$/, ''))}`,
  );
  const max = isVerbose ? parts.length : MAX_MISSING;
  return { name: 'incomplete', text: `no data was fetched for ${listOf(parts, max, 'other times', '; ')}` };
}

function stepsFact({ step_s: stepS, point_s: pointS, lead_in_s: leadS }: Figures): Fact {
  const steps = stepS === undefined ? '' : `steps of ${durationText(stepS)}, `;
  const points = pointS === undefined ? '' : `a point each ${durationText(pointS)}, `;
  return {
    name: 'computed',
    text: `${steps}${points}${durationText(leadS)} before the span decides the first states`,
  };
}

/** Sums up the notifications of all alerts, with those before the change, and by recipient. */
export function totalText({ alerts }: Preview, wording: Wording): string {
  const totals = new Map<string, { before: number; after: number }>();
  let [before, after, refused] = [0, 0, 0];
  for (const report of alerts) {
    const now = figuresIn(report.after);
    if ((report.after && !now) || (report.before && !figuresIn(report.before))) {
      refused += 1;
      continue;
    }
    // An alert that does not change has only one definition.
    const isUnchanged = report.before === undefined && report.id !== undefined;
    const was = isUnchanged ? now : figuresIn(report.before);
    before += was?.notifications.per_week ?? 0;
    after += now?.notifications.per_week ?? 0;
    for (const [figures, side] of [
      [was, 'before'],
      [now, 'after'],
    ] as const)
      for (const { recipient, per_week: perWeek } of figures?.recipients ?? []) {
        const total = totals.get(recipient) ?? { before: 0, after: 0 };
        total[side] += perWeek;
        totals.set(recipient, total);
      }
  }
  const recipients = [...totals]
    .toSorted(([, one], [, other]) => other.after - one.after)
    .map(([name, total]) => `${wording.quote(name)} ${changeText(total.before, total.after)}`);
  const sum = `${count(alerts.length, 'alert')}: ${changeText(before, after)} notifications a week`;
  const who = recipients.length === 0 ? '' : `: ${listOf(recipients, MAX_RECIPIENTS, 'others')}`;
  return `${sum}${who}${refused > 0 ? `; ${refused} cannot be previewed` : ''}`;
}

/** Returns a number, with the one before if it differs: "3 -> 12". */
export function changeText(before: number | undefined, after: number): string {
  const [was, now] = [before, after].map((each) =>
    each === undefined ? undefined : Math.round(each * 10) / 10,
  );
  return was === undefined || was === now ? `${now}` : `${was} -> ${now}`;
}

const KNOWN = new Set(ASSUMPTIONS.map(({ code }) => code));

/** Returns the assumptions that only this preview makes, because something could not be read. */
export function ownAssumptions({ assumptions }: Preview): Assumption[] {
  return assumptions.filter(({ code }) => !KNOWN.has(code));
}

/** Returns the assumptions that matter most in one sentence. */
export function assumptionsText({ assumptions }: Preview, how: string): string {
  return `Computed by Birddog from Datadog's series; Datadog may evaluate at other seconds, and points that arrived late look as if on time. ${how} the assumptions (${assumptions.length}).`;
}

/** Returns how the series were obtained. */
export function budgetText({ budget: { requests, cached, missing } }: Preview): string {
  const days = cached > 0 ? [`${count(cached, 'day')} of series from the cache`] : [];
  const without = missing > 0 ? [`${count(missing, 'day')} of series not fetched`] : [];
  return [`${count(requests, 'request')} to Datadog`, ...days, ...without].join(', ');
}

/** Formats a time of the API: "Mon 23 Nov 08:15". */
function dateTime(iso: string, clock: WallClock): string {
  const { date, time } = clock.textsOf(Date.parse(iso) / 1000);
  return `${date} ${time}`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** Formats a duration in its two largest units: "2 h 10 min". */
export function durationText(seconds: number): string {
  let rest = Math.round(seconds);
  const parts = UNITS.flatMap(([unit, size]) => {
    const number = Math.floor(rest / size);
    rest -= number * size;
    return number > 0 ? [`${number} ${unit}`] : [];
  });
  return parts.slice(0, 2).join(' ') || '0 s';
}

function percentText(percent: number): string {
  return `${percent} %`;
}

function listOf(texts: readonly string[], max: number, others: string, separator = ', '): string {
  const more = texts.length - max;
  const shown = texts.slice(0, more === 1 ? max + 1 : max).join(separator);
  return more > 1 ? `${shown} and ${more} ${others}` : shown;
}
