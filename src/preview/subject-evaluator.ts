import type { JsonObject } from '../domain/json.ts';
import { runAtOnce, type Steps } from '../domain/steps.ts';
import { evaluatingComposite } from '../evaluate/composite.ts';
import type { Composite, Condition, QueryPlan, Refusal } from '../evaluate/condition.ts';
import { type Evaluation, evaluating, type NoticeOptions } from '../evaluate/evaluate.ts';
import type { NotificationRules } from '../evaluate/notification-rules.ts';
import { computingWindows } from '../evaluate/window-values.ts';
import { type AlertFacts, type Definition, type ReportedAlert, reporting } from './alert-report.ts';
import {
  type EvaluatedSpan,
  evaluatedSpan,
  leadInOf,
  MIN_LEAD_IN_S,
  missingIn,
  wantedSeries,
} from './available-span.ts';
import { batchesOf, conditionsOf, type Task } from './batches.ts';
import type { Definitions, Reading } from './definitions.ts';
import type { Downtimes } from './downtimes.ts';
import type { FetchedSeries, MissingPart, WantedSeries } from './fetch-series.ts';
import { reasonOf, type RealTransitions } from './ports.ts';
import type { Budget, RealFigures, Span, Subject } from './report.ts';

/** A query of a subject about which its author should know something. */
export interface QueryNote {
  readonly code: 'no_points' | 'groups_cut';
  readonly subject: Subject;
  readonly query: QueryPlan;
}

/** What evaluations need besides the subjects. */
export interface Dependencies {
  readonly definitions: Definitions;
  readonly fetchSeries: (wanted: readonly WantedSeries[]) => Promise<FetchedSeries>;
  readonly real: RealTransitions;
  readonly rules: NotificationRules;
  readonly downtimes: Downtimes;
  readonly timeZone: string;
  readonly run: <Result>(steps: Steps<Result>) => Promise<Result>;
  /** Returns whether the time is up. */
  readonly isOver: () => boolean;
}

const DAY_S = 86_400;
/** The number of real transitions that a report lists. */
const MAX_EXAMPLES = 10;

/** Evaluates subjects one after the other, so that only the points of a part of them are in memory. */
export class SubjectEvaluator {
  readonly #subjects: readonly Subject[];
  readonly #span: Span;
  readonly #at: Dependencies;
  readonly #reports = new Map<Subject, ReportedAlert>();
  readonly #notes = new Map<Subject, QueryNote[]>();
  /** The states of the members of composites, by monitor. */
  readonly #members = new Map<JsonObject, Evaluation | Refusal>();
  #budget: Budget = { requests: 0, cached: 0, missing: 0 };

  constructor(subjects: readonly Subject[], span: Span, dependencies: Dependencies) {
    this.#subjects = subjects;
    this.#span = span;
    this.#at = dependencies;
  }

  /** Evaluates conditions first, and then the composites of them. */
  async evaluateAll(): Promise<void> {
    const { definitions } = this.#at;
    const own = this.#subjects.map((subject): Task => ({ subject, readings: definitions.of(subject) }));
    const others = definitions.outside.map((reading): Task => ({ subject: undefined, readings: [reading] }));
    const isComposite = ({ readings }: Task) => readings.some(({ read }) => read.kind === 'composite');
    for (const batch of batchesOf([...own, ...others].filter((task) => !isComposite(task))))
      await this.#evaluateBatch(batch);
    // A composite may have been another kind of monitor before.
    for (const task of own.filter(isComposite)) await this.#evaluateBatch([task]);
  }

  /** Returns the reports and notes in the order of the subjects. */
  result(): {
    readonly alerts: readonly ReportedAlert[];
    readonly budget: Budget;
    readonly notes: readonly QueryNote[];
  } {
    const alerts = this.#subjects.flatMap((subject) => this.#reports.get(subject) ?? []);
    const notes = this.#subjects.flatMap((subject) => this.#notes.get(subject) ?? []);
    return { alerts, budget: this.#budget, notes };
  }

  async #evaluateBatch(tasks: readonly Task[]): Promise<void> {
    const wanted = tasks.flatMap(conditionsOf).flatMap((condition) => wantedSeries(condition, this.#span));
    const fetched = wanted.length > 0 && !this.#at.isOver() ? await this.#at.fetchSeries(wanted) : undefined;
    if (fetched) this.#count(fetched, wanted);
    for (const task of tasks) await this.#evaluateTask(task, fetched);
  }

  #count(fetched: FetchedSeries, wanted: readonly WantedSeries[]): void {
    const parts = new Set(wanted.map(({ query }) => query))
      .values()
      .flatMap((query) => fetched.missingOf(query));
    let missing = 0;
    for (const { from, to } of parts) missing += Math.ceil((to - from) / DAY_S);
    this.#budget = {
      requests: this.#budget.requests + fetched.requests,
      cached: this.#budget.cached + fetched.cached,
      missing: this.#budget.missing + missing,
    };
  }

  async #evaluateTask(task: Task, fetched: FetchedSeries | undefined): Promise<void> {
    const { subject, readings } = task;
    const conditions = conditionsOf(task);
    const missing = fetched ? missingIn(conditions, fetched) : [];
    const span = evaluatedSpan(conditions, this.#span, missing);
    const evaluated = new Map<JsonObject, Definition>();
    for (const reading of readings) {
      const definition = await this.#evaluate(reading, fetched, span, missing);
      evaluated.set(reading.monitor, definition);
      if (this.#at.definitions.isMember(reading.monitor))
        this.#members.set(reading.monitor, this.#memberOf(definition, span, missing));
    }
    if (!subject) return;
    if (fetched) this.#note(subject, fetched);
    await this.#report(subject, evaluated, span, missing);
  }

  async #report(
    subject: Subject,
    evaluated: ReadonlyMap<JsonObject, Definition>,
    span: EvaluatedSpan | undefined,
    missing: readonly MissingPart[],
  ): Promise<void> {
    const { isOver, run, timeZone } = this.#at;
    const context = {
      span: span ?? this.#span,
      timeZone,
      incomplete: this.#isPart(span) ? missing.map(missingJson) : [],
    };
    const facts = this.#factsOf(subject, evaluated);
    const inTime = isOver() ? undefined : await run(untilOver(reporting(facts, context), isOver));
    const reported = inTime ?? runAtOnce(reporting(withoutTime(facts), context));
    this.#reports.set(subject, this.#withReal(facts, withoutEqualBefore(subject, reported)));
  }

  #isPart(span: Span | undefined): boolean {
    return span !== undefined && (span.from > this.#span.from || span.to < this.#span.to);
  }

  /** Returns what composites need of a member. */
  #memberOf(
    definition: Definition,
    span: Span | undefined,
    [first]: readonly MissingPart[],
  ): Evaluation | Refusal {
    if (definition.kind === 'refused') return definition;
    return first && this.#isPart(span)
      ? refused('no_series', reasonOf(first))
      : statesOf(definition.evaluation);
  }

  #factsOf(subject: Subject, evaluated: ReadonlyMap<JsonObject, Definition>): AlertFacts {
    const of = (monitor: JsonObject | undefined) => monitor && evaluated.get(monitor);
    const [before, after] = [of(subject.before), of(subject.after)];
    const { transitions, failure } = this.#at.real;
    const isKnown = subject.before !== undefined && subject.id !== undefined && !failure;
    return {
      subject,
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
      ...(isKnown ? { real: transitions.get(subject.id ?? '') ?? [] } : {}),
      findings: [],
    };
  }

  /** Adds the real transitions of a monitor that cannot be evaluated. */
  #withReal({ subject, before }: AlertFacts, reported: ReportedAlert): ReportedAlert {
    const { transitions, failure } = this.#at.real;
    if (before?.kind !== 'refused' || subject.id === undefined || failure) return reported;
    const own = transitions.get(subject.id) ?? [];
    const real: RealFigures = {
      transitions: own.length,
      examples: own.slice(-MAX_EXAMPLES).map(({ at, ...one }) => ({ at: isoTime(at), ...one })),
    };
    return { ...reported, report: { ...reported.report, real } };
  }

  async #evaluate(
    { monitor, read, id }: Reading,
    fetched: FetchedSeries | undefined,
    span: EvaluatedSpan | undefined,
    missing: readonly MissingPart[],
  ): Promise<Definition> {
    const { isOver, rules, downtimes, run } = this.#at;
    if (read.kind === 'refused') return read;
    if (isOver()) return OUT_OF_TIME;
    const notices = { downtimes: downtimes.of(id, monitor), rules };
    if (read.kind === 'composite') return this.#evaluateComposite(read, monitor, notices);
    const [first] = missing;
    if (!fetched || !span) return first ? refused('no_series', reasonOf(first)) : OUT_OF_TIME;
    return (await run(untilOver(evaluatingCondition(read, fetched, span, notices), isOver))) ?? OUT_OF_TIME;
  }

  async #evaluateComposite(
    read: Composite,
    monitor: JsonObject,
    notices: NoticeOptions,
  ): Promise<Definition> {
    const { definitions, isOver, run } = this.#at;
    const members = new Map<string, Evaluation>();
    for (const name of read.members) {
      const member = definitions.memberOf(monitor, name);
      const found = member && this.#members.get(member);
      if (!found) return refused('composite_member', `The member ${name} does not exist.`);
      if ('kind' in found)
        return refused('composite_member', `The member ${name} cannot be evaluated. ${found.message}`);
      members.set(name, found);
    }
    const span = { ...this.#span, leadInS: MIN_LEAD_IN_S };
    const evaluation = await run(untilOver(evaluatingComposite(read, members, span, notices), isOver));
    if (!evaluation) return OUT_OF_TIME;
    return 'kind' in evaluation ? evaluation : { kind: 'evaluated', read, evaluation, notices };
  }

  /** Notes the queries of the new definition without a point in the span, and those with too many groups. */
  #note(subject: Subject, fetched: FetchedSeries): void {
    const read = subject.after && this.#at.definitions.readingOf(subject.after)?.read;
    if (read?.kind !== 'condition') return;
    const notes = read.queries.flatMap((query): QueryNote[] => {
      if (fetched.cutOf(query) > 0) return [{ code: 'groups_cut', subject, query }];
      const isEmpty = fetched.missingOf(query).length === 0 && !hasPoint(query, fetched, this.#span);
      return isEmpty ? [{ code: 'no_points', subject, query }] : [];
    });
    this.#notes.set(subject, notes);
  }
}

function refused(code: string, message: string): Refusal {
  return { kind: 'refused', code, message };
}

const OUT_OF_TIME = refused('deadline', 'There was no time left to evaluate it.');

function* evaluatingCondition(
  read: Condition,
  fetched: FetchedSeries,
  span: EvaluatedSpan,
  notices: NoticeOptions,
): Steps<Definition> {
  const series = read.queries.map((query) => fetched.seriesOf(query));
  const leadInS = Math.min(span.leadInS, leadInOf(read));
  const windows = yield* computingWindows(read, series, { ...span, leadInS });
  const evaluation = yield* evaluating(read, windows, notices);
  return { kind: 'evaluated', read, evaluation, windows, notices };
}

/** Runs steps until the time is up. Returns undefined then. */
function* untilOver<Result>(steps: Steps<Result>, isOver: () => boolean): Steps<Result | undefined> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (isOver()) return undefined;
    yield;
  }
}

function statesOf(evaluation: Evaluation): Evaluation {
  const none = { changes: [], outcomes: new Uint8Array(), values: new Float64Array() };
  return {
    ...evaluation,
    groups: new Map([...evaluation.groups].map(([group, { states }]) => [group, { states, ...none }])),
    transitions: [],
    notifications: [],
  };
}

function hasPoint(query: QueryPlan, fetched: FetchedSeries, { from, to }: Span): boolean {
  return fetched
    .seriesOf(query)
    .values()
    .some(({ times, values }) =>
      times.some((time, at) => time >= from && time < to && !Number.isNaN(values[at] ?? Number.NaN)),
    );
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function missingJson(part: MissingPart) {
  return { from: isoTime(part.from), to: isoTime(part.to), reason: reasonOf(part) };
}

/** Returns facts that are reported in no time. */
function withoutTime(facts: AlertFacts): AlertFacts {
  const { before, after } = facts;
  return {
    ...facts,
    ...(before ? { before: OUT_OF_TIME } : {}),
    ...(after ? { after: OUT_OF_TIME } : {}),
  };
}

/** A monitor that does not change is reported once. */
function withoutEqualBefore({ before, after }: Subject, { report, ...rest }: ReportedAlert): ReportedAlert {
  if (before !== after) return { report, ...rest };
  const { before: _, ...once } = report;
  return { report: once, ...rest };
}
