import { DatadogError } from '../datadog-error.ts';
import { mutedTimes } from '../downtimes/muted-times.ts';
import { transitionEvent } from '../events/transition-event.ts';
import { tagsNamedBy } from '../downtimes/downtime-target.ts';
import { eventSeries } from '../metrics/event-queries.ts';
import { storedSources } from '../metrics/event-rows.ts';
import { metricSeries, type Series } from '../metrics/series.ts';
import { evaluatedStates, statesOfGroups, isStateFixed, withStates } from '../monitors/monitor-states.ts';
import type { Organisation } from '../organisation.ts';
import { type RawObject, toNumber } from '../raw-json.ts';
import { CompositeEvaluation, type MemberHistory, memberIds } from './composite-evaluation.ts';
import { MonitorEvaluation } from './evaluate-monitor.ts';
import { termsOf } from './expression.ts';
import { notifiesNoData } from './group-state.ts';
import { type Evaluated, tagsIn, type Transition } from './group-walk.ts';
import { type MonitorQuery, queryWithoutThreshold, readMonitorQuery } from './monitor-query.ts';
import type { State } from './thresholds.ts';
import { type Downtime, downtimesByTags, isActive, optionsOf } from './notices.ts';

const MINUTE = 60;
const DAY = 86_400;
/** How far back a monitor is evaluated at most: after a long absence, or a jump of the clock, it continues from there. */
const MAX_CATCH_UP_SECONDS = 14 * DAY;
/** The longest interval of a query that states none. */
const MAX_STEP_SECONDS = 3600;

/** Epoch seconds. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** What the evaluation of a monitor remembers. Times are epoch seconds. */
interface Living<Evaluation> {
  readonly created: unknown;
  readonly query: string;
  readonly evaluation: Evaluation;
  /** The time of the next evaluation, or before it. */
  next: number;
}

/**
 * Evaluates the monitors of an organisation as its clock goes on: keeps the states of their groups in the collection of
 * monitors, and writes an event for each transition. A monitor lives from its creation on, as soon as there is a series or a
 * generator of one of its metrics. A point counts from its own time on; one that arrives after its evaluation changes nothing.
 */
export class LivingMonitors {
  readonly #organisation: Organisation;
  readonly #living = new Map<string, Living<MonitorEvaluation>>();
  /** The queries that were read, by the monitors as stored: an update stores another object. */
  readonly #queries = new WeakMap<RawObject, MonitorQuery | string>();
  readonly #composites = new Map<string, Living<CompositeEvaluation>>();
  #minute = Number.NEGATIVE_INFINITY;
  #background: Generator<void, void, void> | undefined;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
  }

  /** Evaluates everything up to the present. */
  catchUp(): void {
    if (this.#background && this.#organisation.now() / 1000 >= this.#minute) return;
    // A clock that was set back ends the work in the background, which went towards a later time.
    this.#background = undefined;
    const work = this.#work();
    while (work.next().done !== true);
  }

  /** Evaluates everything up to the present in pieces. Requests in between see what is evaluated so far. */
  catchUpInBackground(): void {
    const work = this.#work();
    this.#background = work;
    const step = () => {
      if (this.#background !== work) return;
      if (work.next().done === true) this.#background = undefined;
      else setImmediate(step);
    };
    setImmediate(step);
  }

  /** Yields after each monitor and day. */
  *#work(): Generator<void, void, void> {
    const minute = Math.floor(this.#organisation.now() / 1000 / MINUTE) * MINUTE;
    if (minute === this.#minute) return;
    if (minute < this.#minute) this.#restart(minute);
    this.#minute = minute;
    const names = namesOfSeries(this.#organisation);
    if (names.size === 0) return;
    const monitors = this.#organisation.collection('monitors');
    for (const living of [this.#living, this.#composites])
      for (const id of living.keys()) if (!monitors.get(id)) living.delete(id);
    const composites = monitors.ids().filter((id) => monitors.get(id)?.['type'] === 'composite');
    const histories = new Map<string, MemberHistory>();
    for (const id of monitors.ids()) {
      try {
        yield* this.#evaluate(id, names, minute, histories);
      } catch (error) {
        // A seeded monitor may have a scope or a time zone that Datadog refuses: it keeps its state.
        if (!(error instanceof DatadogError)) throw error;
      }
    }
    for (const id of composites) {
      this.#evaluateComposite(id, histories);
      yield;
    }
  }

  /** Lets the monitors go on from a clock that was set back; what they remember of the future is forgotten. */
  #restart(minute: number): void {
    for (const [id, one] of this.#living)
      this.#living.set(id, { ...one, evaluation: new MonitorEvaluation(new Map(), {}), next: minute });
    for (const [id, one] of this.#composites)
      this.#composites.set(id, { ...one, evaluation: new CompositeEvaluation(new Map(), {}), next: minute });
  }

  *#evaluate(
    id: string,
    names: ReadonlySet<string>,
    minute: number,
    histories: Map<string, MemberHistory>,
  ): Generator<void, void, void> {
    const monitors = this.#organisation.collection('monitors');
    const found = monitors.get(id) ?? {};
    if (isStateFixed(found)) {
      this.#living.delete(id);
      const states = statesOfGroups(found);
      histories.set(id, { since: Number.NEGATIVE_INFINITY, states, changes: [], notifiesNoData: false });
      return;
    }
    const query = this.#queries.get(found) ?? readMonitorQuery(found);
    this.#queries.set(found, query);
    if (typeof query === 'string') return;
    if (!termsOf(query.expression).some(({ metric }) => names.has(metric))) return;
    const living = livingOf(this.#living, MonitorEvaluation, { id, monitor: found, minute });
    living.next = Math.max(living.next, minute - MAX_CATCH_UP_SECONDS);
    const changes: Transition[] = [];
    histories.set(id, {
      since: living.next,
      states: living.evaluation.states,
      changes,
      notifiesNoData: notifiesNoData(optionsOf(found)),
    });
    while (living.next <= minute) {
      const [from, to] = [living.next, Math.min(living.next + DAY, minute + 1)];
      living.next = to;
      // A monitor may change between two pieces of work in the background.
      const monitor = monitors.get(id);
      if (!monitor) return;
      const span = { from: from - lookBack(query, monitor), to };
      const series = seriesOf(this.#organisation, query, span);
      const downtimes = mutedTimes(this.#organisation, monitor, span);
      const evaluated = living.evaluation.run({ monitor, query }, series, { from, to, downtimes });
      for (const change of evaluated.changes) changes.push(change);
      this.#record(monitor, living.evaluation.states, evaluated, { to, downtimes });
      yield;
    }
  }

  /** Evaluates a composite from what its members did, up to the present. */
  #evaluateComposite(id: string, histories: ReadonlyMap<string, MemberHistory>): void {
    const monitor = this.#organisation.collection('monitors').get(id);
    if (!monitor || isStateFixed(monitor)) {
      this.#composites.delete(id);
      return;
    }
    const members = new Map(
      memberIds(monitor['query']).map((member) => [member, histories.get(member)] as const),
    );
    const known = new Map([...members].flatMap(([member, history]) => (history ? [[member, history]] : [])));
    if (known.size < members.size) return;
    const living = livingOf(this.#composites, CompositeEvaluation, { id, monitor, minute: this.#minute });
    const since = [...known.values()].reduce((latest, one) => Math.max(latest, one.since), living.next);
    const from = Math.max(since, this.#minute - MAX_CATCH_UP_SECONDS);
    const to = this.#minute + 1;
    living.next = to;
    const downtimes = mutedTimes(this.#organisation, monitor, { from: from - DAY, to });
    const evaluated = living.evaluation.run(monitor, known, { from, to, downtimes });
    this.#record(monitor, living.evaluation.states, evaluated, { to, downtimes });
  }

  /** Stores the states of a monitor, and the events of its transitions. */
  #record(
    monitor: RawObject,
    states: ReadonlyMap<string, State>,
    evaluated: Evaluated,
    { to, downtimes }: { readonly to: number; readonly downtimes: readonly Downtime[] },
  ): void {
    const after = withStates(monitor, states, evaluated, to);
    if (after) this.#organisation.collection('monitors').put(String(monitor['id']), after);
    this.#writeEvents(monitor, evaluated, downtimes);
  }

  /** Writes the events of transitions; a muted one has an event only if it is a recovery that is notified. */
  #writeEvents(
    monitor: RawObject,
    { transitions, notifications }: Evaluated,
    downtimes: readonly Downtime[],
  ): void {
    const events = this.#organisation.collection('events');
    const downtimesOf = downtimesByTags(downtimes);
    const named = tagsNamedBy(monitor);
    for (const transition of transitions) {
      const { at, group, to } = transition;
      const isMuted = downtimesOf([...tagsIn(group), ...named]).some((one) => isActive(one, at));
      const isNotified = () => notifications.some((one) => one.at === at && one.group === group);
      if (isMuted && !(to === 'OK' && isNotified())) continue;
      const event = transitionEvent(monitor, transition, this.#organisation.newNumber());
      events.put(event.id, event);
    }
  }
}

/** Returns what the evaluation of a monitor remembers; creates it for a new monitor, and for one whose query has changed. */
function livingOf<Evaluation>(
  all: Map<string, Living<Evaluation>>,
  create: new (states: ReadonlyMap<string, State>, options: RawObject) => Evaluation,
  { id, monitor, minute }: { readonly id: string; readonly monitor: RawObject; readonly minute: number },
): Living<Evaluation> {
  const [created, query] = [monitor['created'], queryWithoutThreshold(monitor['query'])];
  const known = all.get(id);
  if (known && known.created === created && known.query === query) return known;
  const before = evaluatedStates(monitor);
  const evaluation = new create(before?.groups ?? new Map(), optionsOf(monitor));
  const start = before?.until ?? Math.floor(Date.parse(String(created)) / 1000) + 1;
  const living = { created, query, evaluation, next: start <= minute ? start : minute };
  all.set(id, living);
  return living;
}

/** Returns the names of the metrics and sources of events that have a series, a generator or stored events. */
function namesOfSeries(organisation: Organisation): Set<string> {
  const all = [...organisation.collection('metrics').all(), ...organisation.collection('generators').all()];
  return new Set([
    ...storedSources(organisation),
    ...all.map(({ metric, source }) => String(metric ?? source)),
  ]);
}

/** Returns the series of the queries of a monitor; of a search, a point for each minute with events. */
function seriesOf(organisation: Organisation, { expression }: MonitorQuery, { from, to }: Range): Series[] {
  const terms = termsOf(expression);
  const names = terms.flatMap(({ metric, search }) => (search ? [] : [metric]));
  const searches = terms.flatMap(({ search }) => search ?? []);
  const range = { from: Math.floor(from / MINUTE) * MINUTE, to, step: MINUTE };
  return [
    ...metricSeries(organisation, [...new Set(names)], { from, to }),
    ...searches.flatMap((search) => eventSeries(organisation, search, range)),
  ];
}

/** Returns how long before an evaluation its points begin, in seconds. */
function lookBack({ window, change, expression }: MonitorQuery, monitor: RawObject): number {
  const options = optionsOf(monitor);
  const delay = toNumber(options['evaluation_delay']) ?? 0;
  const frame = Math.max((toNumber(options['no_data_timeframe']) ?? 0) * MINUTE, 2 * window.length);
  const steps = termsOf(expression).map(
    ({ interval, fill }) => (interval ?? MAX_STEP_SECONDS) + (fill?.limit ?? 0),
  );
  return delay + frame + (change?.shift ?? 0) + steps.reduce((a, b) => Math.max(a, b), MAX_STEP_SECONDS);
}
