import { durationText } from '../../alerts/durations.ts';
import type { ExplainAnswer } from '../../contract/explain-schema.ts';
import { LISTED_DIGITS, numberText, STATE_NAMES } from '../../preview/explanation-text.ts';
import type { Paint, Style } from './report.ts';
import { visible } from './visible.ts';

type Explanation = NonNullable<ExplainAnswer['explanation']>;
type Query = Explanation['queries'][number];

/** The number of steps, groups and missing parts that are printed. */
const [MAX_STEPS, MAX_GROUPS, MAX_MISSING] = [15, 10, 5];
const NAME_WIDTH = 14;

const STATE_STYLES: Readonly<Record<Explanation['state']['after'], Style>> = {
  none: 'aside',
  ok: 'added',
  no_data: 'warning',
  warn: 'warning',
  alert: 'error',
};
const THRESHOLD_NAMES: Readonly<Record<Explanation['thresholds'][number]['kind'], string>> = {
  critical: 'critical',
  warning: 'warning',
  critical_recovery: 'recovery from critical',
  warning_recovery: 'recovery from warning',
};

/** Formats an explanation for people. */
export function printExplanation(answer: ExplainAnswer, paint: Paint): string {
  const { key, title, url, explanation, refused, notes } = answer;
  const head = `${paint('place', visible(key))}: ${visible(title)}  ${paint('aside', visible(url))}`;
  const lines = [
    head,
    ...(explanation ? explanationLines(explanation, paint) : []),
    ...(refused ? [`  It cannot be explained: ${visible(refused.text)}`] : []),
    ...realLines(answer, paint),
    ...notes.map(({ text }) => paint('aside', `  ${visible(text)}`)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Returns a line with a name in the first column. Further lines have none. */
function named(name: string, texts: readonly string[], paint: Paint): string[] {
  return texts.map((text, at) => `  ${paint('aside', (at === 0 ? name : '').padEnd(NAME_WIDTH))}${text}`);
}

function explanationLines(explanation: Explanation, paint: Paint): string[] {
  const { at, group, state, comparator, calculation, thresholds, reasons, downtimes } = explanation;
  const { before, after, since } = state;
  const of = group === '*' ? '' : ` of ${visible(group)}`;
  const sinceText = since === undefined || since === at ? '' : `, since ${visible(since)}`;
  const change = before === after ? '' : `, before it was ${STATE_NAMES[before]}`;
  const says = thresholds.map(
    ({ kind, value: limit, is_met }) =>
      `${THRESHOLD_NAMES[kind]} ${numberText(limit)}${is_met === undefined ? '' : is_met ? ' (met)' : ' (not met)'}`,
  );
  return [
    after === 'none'
      ? `  At ${visible(at)} ${group === '*' ? 'it' : visible(group)} has no state${change}.`
      : `  At ${visible(at)} the state${of} is ${paint(STATE_STYLES[after], STATE_NAMES[after])}${change}${sinceText}.`,
    ...named(
      'why',
      reasons.map(({ text }) => visible(text)),
      paint,
    ),
    ...windowLines(explanation, paint),
    ...explanation.queries.flatMap((query) => queryLines(query, paint)),
    ...named(
      'members',
      (explanation.members ?? []).map(
        ({ member, state: own }) => `${visible(member)} ${own === 'none' ? 'has' : 'is'} ${STATE_NAMES[own]}`,
      ),
      paint,
    ),
    ...named('calculation', calculation.map(visible), paint),
    ...named(
      'thresholds',
      comparator === undefined || says.length === 0 ? [] : [`${comparator} ${says.join(', ')}`],
      paint,
    ),
    ...named(
      'downtime',
      downtimes.map(
        ({ from, to }) => `from ${visible(from)} ${to === undefined ? 'on' : `to ${visible(to)}`}`,
      ),
      paint,
    ),
    ...notificationLines(explanation, paint),
    ...named(
      'computed',
      explanation.recent.map(
        (one) => `${visible(one.at)} ${STATE_NAMES[one.from]} -> ${STATE_NAMES[one.to]}`,
      ),
      paint,
    ),
    ...groupLines(explanation, paint),
  ];
}

function windowLines({ window }: Explanation, paint: Paint): string[] {
  if (!window) return [];
  const { from, to, delay_s, every_s, earlier } = window;
  const delay = delay_s > 0 ? `, ${durationText(delay_s)} before the evaluation (evaluation_delay)` : '';
  const frequency =
    every_s === undefined ? 'evaluated on a custom schedule' : `evaluated each ${durationText(every_s)}`;
  return named(
    'window',
    [
      `from ${visible(from)} to before ${visible(to)}${delay}; ${frequency}`,
      ...(earlier ? [`compared with ${visible(earlier.from)} to before ${visible(earlier.to)}`] : []),
    ],
    paint,
  );
}

function queryLines(query: Query, paint: Paint): string[] {
  const { name, source, text, step_s, step_aggregation, points, steps, other_steps, missing, last_point } =
    query;
  const what = source === 'metrics' ? '' : `${visible(source)}: `;
  const shown = steps.slice(-MAX_STEPS);
  const count = other_steps + steps.length;
  const isEmpty = steps.every(({ value }) => value === null);
  const last =
    isEmpty && last_point !== undefined ? `; the last one is in the step at ${visible(last_point)}` : '';
  const aggregated = points > count ? `, of which each step has the ${visible(step_aggregation)}` : '';
  const values = shown
    .map(({ value }) => (value === null ? '-' : numberText(value, LISTED_DIGITS)))
    .join(' ');
  const gaps = missing.slice(0, MAX_MISSING).map(({ from, to }) => `${visible(from)} to ${visible(to)}`);
  return named(
    `query ${visible(name)}`,
    [
      `${what}${visible(text)}`,
      `${points} ${points === 1 ? 'point' : 'points'} in ${count} steps of ${durationText(step_s)}${aggregated}${last}`,
      ...(isEmpty ? [] : [`${count > shown.length ? '... ' : ''}${values}`]),
      ...(gaps.length === 0
        ? []
        : [`no value from ${gaps.join(', ')}${missing.length > gaps.length ? ', ...' : ''}`]),
    ],
    paint,
  );
}

const SENT: Readonly<Record<'transition' | 'renotification' | 'downtime_end', string>> = {
  transition: 'sent',
  renotification: 'sent again',
  downtime_end: 'sent at the end of a downtime',
};

function notificationLines({ notification, recipients }: Explanation, paint: Paint): string[] {
  if (!notification.sent) {
    const names = recipients.map(({ recipient }) => visible(recipient)).join(', ');
    const others = names === '' ? [] : [paint('aside', `not notified: ${names}`)];
    return named('notification', [`not sent. ${visible(notification.reason.text)}`, ...others], paint);
  }
  const { kind, from, to } = notification;
  const rows = recipients.map(({ recipient, notified, because }) => {
    const who = `${visible(recipient)} was ${notified ? '' : 'not '}notified`;
    return `${paint(notified ? 'added' : 'aside', who)}: ${visible(because)}`;
  });
  const nobody = ['Nobody is named in the message or by a notification rule.'];
  const lines = [
    `${SENT[kind]}: ${STATE_NAMES[from]} -> ${STATE_NAMES[to]}`,
    ...(rows.length > 0 ? rows : nobody),
  ];
  return named('notification', lines, paint);
}

function groupLines({ group, groups, other_groups }: Explanation, paint: Paint): string[] {
  const others = groups.filter((one) => one.group !== group);
  if (others.length === 0) return [];
  const shown = others.slice(0, MAX_GROUPS);
  const more = others.length - shown.length + other_groups;
  return named(
    'others',
    [
      ...shown.map(
        ({ group: other, state, value }) =>
          `${visible(other)} is ${STATE_NAMES[state]}${value === undefined ? '' : ` (${numberText(value)})`}`,
      ),
      ...(more > 0 ? [`and ${more} more`] : []),
    ],
    paint,
  );
}

function realLines({ real, refused }: ExplainAnswer, paint: Paint): string[] {
  const texts = real.map(
    ({ at, group, from, to }) =>
      `${visible(at)} ${group === '*' ? '' : `${visible(group)} `}${STATE_NAMES[from]} -> ${STATE_NAMES[to]}`,
  );
  const none = refused ? ['no transition in the day before'] : [];
  return named('in Datadog', texts.length > 0 ? texts : none, paint);
}
