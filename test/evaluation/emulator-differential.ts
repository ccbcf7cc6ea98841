import { evaluateMonitor } from '../../emulators/datadog/evaluation/evaluate-monitor.ts';
import type { Evaluated } from '../../emulators/datadog/evaluation/group-walk.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { type Evaluation, evaluate } from '../../src/evaluate/evaluate.ts';
import { readMonitor } from '../../src/evaluate/read-monitor.ts';
import { windowsOf } from '../../src/evaluate/window-values.ts';
import { pick, seededRandom } from '../seeded-random.ts';
import { printDifferences, type Shares } from './differential.ts';
import type { OracleCase } from './oracle.ts';
import { monitorOf, randomCase, seriesOf } from './random-case.ts';

/** A random case with what the oracle does not know: recipients, groups of two tags, and downtimes of one group. */
interface EmulatedCase {
  readonly monitor: JsonObject;
  readonly given: OracleCase;
  /** The scope of each downtime: a tag, or `*`. */
  readonly scopes: readonly string[];
}

const CONDITIONS = [
  'is_alert',
  'is_warning',
  'is_no_data',
  'is_recovery',
  'is_alert_recovery',
  'is_warning_recovery',
  'is_no_data_recovery',
  'is_alert_to_warning',
  'is_renotify',
  'is_match "host.name" "a"',
  'is_exact_match "topic.name" "x" "z"',
] as const;
const TOPICS = new Map([
  ['host:a', 'host:a,topic:x'],
  ['host:b', 'host:b,topic:x'],
  ['host:c', 'host:c,topic:y'],
]);

/** Returns the random case of a seed: that of the oracle, with more. */
export function emulatedCase(seed: number): EmulatedCase {
  const random = seededRandom(seed + 1_000_000);
  const unscheduled = randomCase(seededRandom(seed));
  const scheduling = randomSchedule(seededRandom(seed + 2_000_000), unscheduled);
  const given = scheduling ? { ...unscheduled, missing: scheduling.missing } : unscheduled;
  const blocks = Array.from({ length: 3 }, (_, at) => {
    const condition = pick(random, CONDITIONS);
    const [name] = condition.split(' ');
    return random() < 0.3
      ? `{{^${condition}}}@not-${at}{{/${name}}}`
      : `{{#${condition}}}text @r${at}@example.com{{#is_alert}} @nested-${at}{{/is_alert}}{{/${name}}}`;
  });
  const plain = monitorOf(given);
  const escalation = random() < 0.5 ? { escalation_message: '@b {{#is_alert}}@c{{/is_alert}}' } : {};
  const options = { ...Object(plain['options']), ...escalation, ...scheduling?.options };
  const monitor = { ...plain, message: `@a ${blocks.join(' ')}`, options };
  const hasTopics = given.isGrouped && random() < 0.5;
  const scopes = given.downtimes.map(() => (given.isGrouped && random() < 0.3 ? 'host:a' : '*'));
  if (!hasTopics) return { monitor, given, scopes };
  const groups = new Map([...given.groups].map(([group, points]) => [TOPICS.get(group) ?? group, points]));
  const query = String(plain['query']).replaceAll('by {host}', 'by {host,topic}');
  const notifyBy = random() < 0.5 && !given.notifiesWhole ? { notify_by: ['topic'] } : {};
  return {
    monitor: { ...monitor, query, options: { ...options, ...notifyBy } },
    given: { ...given, groups },
    scopes,
  };
}

/** Returns a custom schedule for some of the cases; those last four hours or a day, and so have several times a day. */
function randomSchedule(random: () => number, { missing }: OracleCase) {
  if (random() > 0.15) return undefined;
  const chance = (share: number) => random() < share;
  const frequency = pick(random, ['DAILY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']);
  const parts = [
    `FREQ=${frequency}`,
    ...(chance(0.3) ? [`INTERVAL=${pick(random, [1, 1, 2])}`] : []),
    ...(chance(0.6)
      ? [`BYDAY=${pick(random, frequency === 'MONTHLY' ? ['MO', '1MO', '-5MO,TU'] : ['MO', 'MO,TU'])}`]
      : []),
    `BYHOUR=${Array.from({ length: 24 }, (_, hour) => hour).join()}`,
    ...(chance(0.5) ? [`BYMINUTE=${Math.floor(random() * 60)}`] : []),
  ];
  const start = `202${pick(random, ['5-03-03', '6-11-02', '6-10-05', '4-11-02'])}T${pick(random, ['00:07:00', '13:30:40'])}`;
  const timezone = pick(random, ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York']);
  const recurrence = { rrule: parts.join(';'), start, timezone };
  return {
    missing: missing === 'legacy' ? pick(random, ['default', 'show_and_notify_no_data'] as const) : missing,
    options: { scheduling_options: { custom_schedule: { recurrences: [recurrence] } } },
  };
}

/** Evaluates a case with src/evaluate. */
function evaluateBirddog({ monitor, given, scopes }: EmulatedCase): Evaluation {
  const condition = readMonitor(monitor);
  if (condition.kind !== 'condition') throw new Error(JSON.stringify([condition, monitor]));
  const downtimes = given.downtimes.map((one, at) => {
    const scope = scopes[at] ?? '*';
    return { ...one, covers: (group: string) => scope === '*' || group.split(',').includes(scope) };
  });
  return evaluate(condition, windowsOf(condition, seriesOf(given), given), { downtimes });
}

/** Evaluates a case with the emulator's own evaluator. */
function emulate({ monitor, given, scopes }: EmulatedCase): Evaluated {
  const downtimes = given.downtimes.map(({ start, end, isCanceled, mutesFirstRecovery }, at) => ({
    start,
    end: isCanceled ? end + 1 : end,
    ...(isCanceled ? { canceled: end } : {}),
    scope: scopes[at] ?? '*',
    mute_first_recovery_notification: mutesFirstRecovery,
  }));
  const series = given.queries.flatMap(({ kind }, at) =>
    [...given.groups].map(([group, points]) => ({
      metric: `m${at}`,
      tags: group === '*' ? [] : group.split(','),
      type: kind,
      points: points[at] ?? [],
    })),
  );
  const found = evaluateMonitor(monitor, series, { from: given.from, to: given.to, downtimes });
  if (typeof found === 'string') throw new Error(`${found}: ${JSON.stringify(monitor)}`);
  return found;
}

/** Compares src/evaluate with the emulator for one seed. Returns a description of the first difference, if any. */
export function compareWithEmulator(seed: number, shares: Shares): string | undefined {
  const one = emulatedCase(seed);
  const [ours, theirs] = [evaluateBirddog(one), emulate(one)];
  count(shares, one.given, theirs);
  const difference =
    firstDifference(
      'transition',
      ours.transitions.map(transitionLine),
      theirs.transitions.map(transitionLine),
    ) ?? firstDifference('notice', ours.notifications.map(noticeLine), theirs.notifications.map(noticeLine));
  return difference === undefined
    ? undefined
    : `seed ${seed}: ${difference}, from ${one.given.from}\n${JSON.stringify([one.monitor, one.given.downtimes, one.scopes])}`;
}

function count(
  shares: Shares,
  { groups }: OracleCase,
  { transitions, notifications, results }: Evaluated,
): void {
  shares.cases += 1;
  if (transitions.length > 0) shares.transitions += 1;
  if (groups.size > 1) shares.groups += 1;
  if (results.skipped > 0) shares.skipped += 1;
  if (transitions.some(({ to }) => to === 'No Data')) shares.noData += 1;
  if (notifications.some(({ kind }) => kind === 'renotification')) shares.renotified += 1;
}

interface Line {
  readonly at: number;
  readonly group: string;
  readonly from: string;
  readonly to: string;
}

function transitionLine({ at, group, from, to }: Line): string {
  return [at, group, nameOf(from), nameOf(to)].join(' ');
}

function noticeLine(
  notice: Line & { readonly kind: string; readonly recipients: readonly string[] },
): string {
  return `${transitionLine(notice)} ${notice.kind} ${notice.recipients.toSorted().join()}`;
}

/** Returns a state of either evaluator as `no_data`. */
function nameOf(state: string): string {
  return state.toLowerCase().replace(' ', '_');
}

function firstDifference(
  what: string,
  ours: readonly string[],
  theirs: readonly string[],
): string | undefined {
  const at = [...ours, ...theirs].findIndex((_, index) => ours[index] !== theirs[index]);
  return at === -1 ? undefined : `${what} ${at}: evaluate ${ours[at] ?? '-'}, emulator ${theirs[at] ?? '-'}`;
}

if (import.meta.main) printDifferences(compareWithEmulator);
