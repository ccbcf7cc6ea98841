import { durationText, secondsOf } from '../alerts/durations.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type JsonObject, textOf } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { parseMetricQuery } from '../language/query/parse-query.ts';
import { nodesIn } from '../language/query/walk-query.ts';
import type { Condition, QueryPlan } from './condition.ts';
import { keyAndValue, tagsOf } from './group-tags.ts';
import { readMonitor } from './read-monitor.ts';
import type { State } from './states.ts';
import { MAX_TEST_POINTS, readTestSeries, type TestSeries } from './test-series.ts';

/** A test of a document, in its schema. */
export interface WrittenTest {
  readonly alert: string;
  readonly every?: string | undefined;
  readonly series: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly expect: readonly {
    readonly at: string;
    readonly group?: string | undefined;
    readonly state: Exclude<State, 'none'>;
    readonly notified?: readonly string[] | undefined;
  }[];
}

/** What a test is about. */
export interface TestedMonitor {
  /** A monitor as it is written, or as an alert compiles to it. */
  readonly monitor: JsonObject;
  /** The signal of the alert; undefined for a monitor. */
  readonly signal?: JsonObject | undefined;
}

/** A state and recipients that a test expects. */
export interface Expectation {
  /** Seconds since the first point. */
  readonly atS: number;
  readonly group: string;
  readonly state: State;
  /** Undefined if they do not matter. */
  readonly notified: readonly string[] | undefined;
  readonly pointer: Pointer;
}

/** A test without mistakes. */
export interface AlertTest {
  readonly condition: Condition;
  /** The interval of the points, in seconds. */
  readonly everyS: number;
  /** The series of each query, in the order of `condition.queries`, by group. */
  readonly series: readonly ReadonlyMap<string, TestSeries>[];
  readonly expectations: readonly Expectation[];
}

type ReportMistake = (finding: Omit<Finding, 'severity'>) => void;

/** The latest time of an expectation: 35 days, in seconds. */
const MAX_TIME_S = 35 * 86_400;
const DEFAULT_EVERY_S = 60;
/** Maximum number of groups that a message lists. */
const MAX_NAMED_GROUPS = 5;

/** Reads a test at `pointer` that matches its schema. Reports every mistake, and returns undefined if there is one. */
export function readAlertTest(
  test: WrittenTest,
  { monitor, signal }: TestedMonitor,
  pointer: Pointer,
  report: ReportMistake,
): AlertTest | undefined {
  let isValid = true;
  const fail: ReportMistake = (finding) => {
    isValid = false;
    report(finding);
  };
  const condition = readMonitor(monitor);
  if (condition.kind === 'condition' && condition.recurrence) {
    fail({
      code: 'test_not_possible',
      message: `"${test.alert}" cannot be tested. It has a custom schedule, and the series of a test have no date.`,
      pointer: pointerTo(pointer, 'alert'),
      hint: 'Remove the test, and preview the alert.',
    });
    return undefined;
  }
  if (condition.kind !== 'condition') {
    fail({
      code: 'test_not_possible',
      message: `"${test.alert}" cannot be tested. ${condition.kind === 'composite' ? 'It combines other alerts, which the series of a test do not contain.' : condition.message}`,
      pointer: pointerTo(pointer, 'alert'),
      hint:
        condition.kind === 'composite' ? 'Test the alerts that it combines, each alone.' : 'Remove the test.',
    });
    return undefined;
  }
  const everyS = test.every === undefined ? DEFAULT_EVERY_S : (secondsOf(test.every) ?? 0);
  if (everyS === 0)
    fail({
      code: 'test_time',
      message: `"${test.every}" is not an interval of points.`,
      pointer: pointerTo(pointer, 'every'),
      hint: 'Write a duration such as 1m, 30s or 1h30m.',
    });
  const reader = new SeriesReader(test, condition, namesOf(condition, signal), pointer, fail);
  const series = reader.read();
  if (!isValid) return undefined;
  const endS = everyS * reader.maxLength;
  const expectations = test.expect.flatMap((expected, at): Expectation[] => {
    const place = pointerTo(pointer, 'expect', at);
    const atS = secondsOf(expected.at);
    const group = reader.groupOf(expected.group, place);
    if (atS === undefined || atS > Math.min(endS, MAX_TIME_S))
      fail({
        code: 'test_time',
        pointer: pointerTo(place, 'at'),
        ...timeMistake(expected.at, atS, endS, everyS),
      });
    if (atS === undefined || group === undefined) return [];
    return [{ atS, group, state: expected.state, notified: expected.notified, pointer: place }];
  });
  return isValid ? { condition, everyS, series, expectations } : undefined;
}

function timeMistake(
  text: string,
  atS: number | undefined,
  endS: number,
  everyS: number,
): { readonly message: string; readonly hint: string } {
  if (atS === undefined)
    return {
      message: `"${text}" is not a time after the first point.`,
      hint: 'Write a duration such as 20m or 1h30m.',
    };
  if (atS > MAX_TIME_S) return { message: 'A test has at most 35 days.', hint: 'Write an earlier time.' };
  return {
    message: `${text} is after the end of the series, which is at ${durationText(endS)}.`,
    hint: `Write an earlier time, or add points: "_x${Math.ceil((atS - endS) / everyS)}" for missing ones.`,
  };
}

/** Returns the names of the queries of a condition, as the signal of the alert has them. */
function namesOf({ queries }: Condition, signal: JsonObject = {}): readonly string[] {
  const { ratio, formula } = signal;
  if (isObject(ratio)) return ['of', 'to'];
  if (isObject(formula) && queries.every(({ source }) => source === 'metrics')) {
    const signals = formula['signals'];
    const words = nodesIn(parseMetricQuery(textOf(formula['expr'])).expression).flatMap((node) =>
      node.kind === 'word' && isObject(signals) && Object.hasOwn(signals, node.text) ? [node.text] : [],
    );
    if (words.length === queries.length) return words;
  }
  return queries.map(({ name }) => name);
}

/** Reads the series of one test. */
class SeriesReader {
  /** The number of points of the longest series. */
  maxLength = 0;
  readonly #test: WrittenTest;
  readonly #condition: Condition;
  readonly #names: readonly string[];
  readonly #pointer: Pointer;
  readonly #fail: ReportMistake;
  /** The names of the groups, by their names with sorted tags. */
  readonly #groups = new Map<string, string>();
  /** The first of the groups. */
  readonly #first: string[] = [];
  #points = 0;

  constructor(
    test: WrittenTest,
    condition: Condition,
    names: readonly string[],
    pointer: Pointer,
    fail: ReportMistake,
  ) {
    this.#test = test;
    this.#condition = condition;
    this.#names = names;
    this.#pointer = pointerTo(pointer, 'series');
    this.#fail = fail;
  }

  read(): ReadonlyMap<string, TestSeries>[] {
    const { series } = this.#test;
    const { queries } = this.#condition;
    const names = [...new Set(this.#names)];
    const entries = Object.entries(series);
    const [only] = queries;
    const flat = entries.flatMap(([group, value]) =>
      typeof value === 'string' ? [[group, value] as const] : [],
    );
    if (only && names.length === 1 && flat.length === entries.length) {
      const read = this.#readGroups(flat, only, this.#pointer);
      return queries.map(() => read);
    }
    const byName = new Map<string, ReadonlyMap<string, TestSeries>>();
    for (const [name, value] of entries) {
      const query = queries[this.#names.indexOf(name)];
      if (query && typeof value !== 'string')
        byName.set(name, this.#readGroups(Object.entries(value), query, pointerTo(this.#pointer, name)));
      else this.#failName(name, names);
    }
    const missing = names.filter((name) => !Object.hasOwn(series, name));
    if (missing.length > 0 && byName.size > 0)
      this.#fail({
        code: 'test_series',
        message: `"${missing[0]}" has no series.`,
        pointer: this.#pointer,
        hint: `Add "${missing[0]}" with the series of its groups.`,
      });
    if (entries.length === 0) this.#failEmpty(this.#pointer);
    return this.#names.map((name) => byName.get(name) ?? new Map<string, TestSeries>());
  }

  /** Returns the group of an expectation: by default, the only one. Reports a group without a series. */
  groupOf(written: string | undefined, pointer: Pointer): string | undefined {
    const { size } = this.#groups;
    if (written === undefined && size === 1) return this.#first[0];
    const group = written === undefined ? undefined : this.#groups.get(sortedGroup(written));
    if (group !== undefined) return group;
    const named = this.#first.map((one) => `"${one}"`);
    this.#fail({
      code: 'test_group',
      message:
        written === undefined
          ? '"group" is required, because the series have several groups.'
          : `The group "${written}" has no series.`,
      pointer: written === undefined ? pointer : pointerTo(pointer, 'group'),
      hint: `Write one of the groups of the series: ${named.join(', ')}${size > named.length ? ', ...' : ''}.`,
    });
    return undefined;
  }

  #readGroups(
    entries: readonly (readonly [group: string, text: string])[],
    { by }: QueryPlan,
    pointer: Pointer,
  ): ReadonlyMap<string, TestSeries> {
    const read = new Map<string, TestSeries>();
    if (entries.length === 0) this.#failEmpty(pointer);
    for (const [group, text] of entries) {
      const place = pointerTo(pointer, group);
      const keys = tagsOf(group).map((tag) => keyAndValue(tag)[0]);
      const isKnown = by.length === 0 ? group === '*' : keys.join() === by.join();
      if (!isKnown || tagsOf(group).some((tag) => keyAndValue(tag)[1] === ''))
        this.#failGroup(group, by, place);
      else if (by.length > 0 || this.#condition.by.length === 0) this.#addGroup(group);
      const series = readTestSeries(text);
      if ('runs' in series) {
        read.set(group, series);
        this.#count(series.length, place);
      } else {
        const { from, to, message, hint } = series;
        this.#fail({ code: 'test_series', message, pointer: place, at: from, to, hint });
      }
    }
    return read;
  }

  #addGroup(group: string): void {
    const { size } = this.#groups;
    const sorted = sortedGroup(group);
    if (!this.#groups.has(sorted)) this.#groups.set(sorted, group);
    if (this.#groups.size > size && size < MAX_NAMED_GROUPS) this.#first.push(group);
  }

  #count(length: number, pointer: Pointer): void {
    this.maxLength = Math.max(this.maxLength, length);
    const before = this.#points;
    this.#points += length;
    if (before <= MAX_TEST_POINTS && this.#points > MAX_TEST_POINTS)
      this.#fail({
        code: 'test_series',
        message: `The series of the test have more than ${MAX_TEST_POINTS} points together.`,
        pointer,
        hint: 'Write lower counts, a longer "every", or several tests.',
      });
  }

  #failGroup(group: string, by: readonly string[], pointer: Pointer): void {
    const expected = by.length === 0 ? '*' : by.map((key) => `${key}:VALUE`).join();
    this.#fail({
      code: 'test_group',
      message: `"${group}" is not a group of "${this.#test.alert}"${by.length === 0 ? ', which has no groups' : ''}.`,
      pointer,
      atName: true,
      hint: `Write "${expected}".`,
    });
  }

  #failName(name: string, names: readonly string[]): void {
    this.#fail({
      code: 'test_series',
      message: names.includes(name)
        ? `"${name}" needs the series of its groups.`
        : `"${name}" is not a signal of "${this.#test.alert}".`,
      pointer: pointerTo(this.#pointer, name),
      atName: true,
      hint:
        names.length === 1
          ? 'The alert has one signal: write its groups, such as {"*": "0x10"}.'
          : `Write one map for each signal: {${names.map((one) => `${one}: {...}`).join(', ')}}.`,
    });
  }

  #failEmpty(pointer: Pointer): void {
    this.#fail({
      code: 'test_series',
      message: 'There are no series.',
      pointer,
      hint: 'Write a group and its values, such as {"*": "0x10 1500x15"}.',
    });
  }
}

/** Returns the name of a group without the order of its tags. */
export function sortedGroup(group: string): string {
  return group === '*' ? group : tagsOf(group).sort().join();
}
