import { durationText } from '../alerts/durations.ts';
import type { Finding } from '../domain/finding.ts';
import { pointerTo } from '../domain/pointer.ts';
import { type AlertTest, type Expectation, sortedGroup } from './alert-test.ts';
import { evaluate, type Evaluation, type Notification } from './evaluate.ts';
import { tagsOf } from './group-tags.ts';
import { NONE, STATES } from './states.ts';
import { pointsOf } from './test-series.ts';
import { windowsOf } from './window-values.ts';

/** The time of the first point: the start of a month on a Monday, 2024-01-01 in UTC (UNIX seconds). */
const START_S = 1_704_067_200;
/** Maximum number of times that a finding lists. */
const MAX_LISTED = 5;

/** Evaluates the alert of a test. Returns a finding for each expectation that fails, with what happened instead. */
export function runAlertTest({ condition, everyS, series, expectations }: AlertTest): Finding[] {
  const lastS = expectations.reduce((last, { atS }) => Math.max(last, atS), 0);
  const points = series.map(
    (groups) => new Map([...groups].map(([group, one]) => [group, pointsOf(one, START_S, everyS)])),
  );
  const windows = windowsOf(condition, points, { from: START_S, to: START_S + lastS + 1 });
  const result = new TestResult(evaluate(condition, windows), condition.everyS);
  return expectations.flatMap((expected) => result.check(expected, expectations));
}

class TestResult {
  readonly #evaluation: Evaluation;
  readonly #everyS: number;
  /** The names of the groups, by their names without order. */
  readonly #groups: ReadonlyMap<string, string>;

  constructor(evaluation: Evaluation, everyS: number) {
    this.#evaluation = evaluation;
    this.#everyS = everyS;
    this.#groups = new Map([...evaluation.groups.keys()].map((group) => [sortedGroup(group), group]));
  }

  check(expected: Expectation, all: readonly Expectation[]): Finding[] {
    const { atS, state, notified, pointer } = expected;
    const group = this.#groups.get(sortedGroup(expected.group)) ?? expected.group;
    const { states, values } = this.#evaluation.groups.get(group) ?? {};
    // The last evaluation at or before the time. The first is at the first point.
    const at = Math.floor(atS / this.#everyS);
    const found = STATES[states?.[at] ?? NONE] ?? 'none';
    const value = values?.[at] ?? Number.NaN;
    const name = group === '*' ? 'the alert' : group;
    const findings: Finding[] = [];
    const fail = (code: string, field: string, message: string): void =>
      void findings.push({
        code,
        severity: 'error',
        message,
        pointer: pointerTo(pointer, field),
        hint: `What happened: ${this.#history(group, atS)}`,
      });
    if (found !== state) {
      const is = found === 'none' ? 'has no state yet' : `is ${found}`;
      const because = Number.isNaN(value) ? 'Its window has no value.' : `Its value is ${value}.`;
      fail('expected_state', 'state', `At ${durationText(atS)}, ${name} ${is}, not ${state}. ${because}`);
    }
    if (notified) {
      const sinceS = all.reduce(
        (since, one) => (one.group === expected.group && one.atS < atS ? Math.max(since, one.atS) : since),
        -1,
      );
      const told = new Set(this.#notifications(group, sinceS, atS).flatMap(({ recipients }) => recipients));
      if (told.size !== new Set(notified).size || notified.some((one) => !told.has(one))) {
        const from = sinceS < 0 ? 'Until' : `After ${durationText(sinceS)} and until`;
        fail(
          'expected_notification',
          'notified',
          `${from} ${durationText(atS)}, ${listed([...told])} notified of ${name}, not ${notified.length === 0 ? 'nobody' : notified.join(', ')}.`,
        );
      }
    }
    return findings;
  }

  /** Returns the notifications about a group in a span, without its start and with its end. Seconds since the first point. */
  #notifications(group: string, afterS: number, untilS: number): Notification[] {
    const tags = new Set(tagsOf(group));
    return this.#evaluation.notifications.filter(
      ({ at, group: whole }) =>
        at - START_S > afterS && at - START_S <= untilS && tagsOf(whole).every((tag) => tags.has(tag)),
    );
  }

  /** Returns the transitions of a group until a time, and who was notified, latest last. */
  #history(group: string, untilS: number): string {
    const events = new Map<number, string[]>();
    const add = (at: number, text: string) => events.set(at, [...(events.get(at) ?? []), text]);
    for (const { at, to, group: one } of this.#evaluation.transitions)
      if (one === group && at - START_S <= untilS) add(at, to);
    for (const { at, recipients } of this.#notifications(group, -1, untilS))
      add(at, `${listed(recipients)} notified`);
    if (events.size === 0) return 'no transition, and nobody was notified.';
    const sorted = [...events].sort(([a], [b]) => a - b).slice(-MAX_LISTED);
    const shown = sorted.map(([at, texts]) => `${texts.join(', ')} at ${durationText(at - START_S)}`);
    return `${events.size > sorted.length ? '...; ' : ''}${shown.join('; ')}.`;
  }
}

function listed(recipients: readonly string[]): string {
  if (recipients.length === 0) return 'nobody was';
  return `${recipients.join(', ')} ${recipients.length === 1 ? 'was' : 'were'}`;
}
