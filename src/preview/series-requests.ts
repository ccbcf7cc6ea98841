import type { RequestContext } from '../domain/caller.ts';
import { largest } from '../domain/append.ts';
import type { Clock } from '../domain/clock.ts';
import { seriesKey } from './cached-days.ts';
import { type Failure, MAX_POINTS, type SeriesAnswer, type SeriesPart, type SeriesPort } from './ports.ts';
import type { QuerySeries } from './query-series.ts';
import { planRequests, type PlannedRequest, requestFor } from './request-plan.ts';

/** Requests at the same time. Each answer may have 16 MiB. */
const MAX_CONCURRENT = 4;
/** After this many requests without an answer, Datadog is not asked again. */
const MAX_UNANSWERED = 3;
/** An answer with at most this many steps is never widened. */
const PROBE_STEPS = 60;
/** Requests with fewer steps than this are not divided further. */
const MIN_STEPS = 180;
const MAX_SPARSE = 10_000;
const TOO_MUCH: Failure = { reason: 'too_large', detail: 'There are too many queries and groups.' };

/** How long (ms) a process asks in smaller pieces after an answer with longer steps. */
const WIDENED_MS = 6 * 3_600_000;

/** What the answers of Datadog have shown about its steps. */
export class StepWidths {
  readonly #clock: Clock;
  #maxPoints = MAX_POINTS;
  #until = 0;
  /** Queries whose points really are so far apart. */
  readonly #sparse = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The largest number of steps that is not widened, as far as known. */
  get maxPoints(): number {
    return this.#clock.now() < this.#until ? this.#maxPoints : MAX_POINTS;
  }

  /** Records that more than so many steps are widened. */
  lower(points: number): void {
    this.#maxPoints = Math.min(this.maxPoints, points);
    this.#until = this.#clock.now() + WIDENED_MS;
  }

  isSparse(series: QuerySeries): boolean {
    return this.#sparse.has(seriesKey(series.query));
  }

  addSparse(series: QuerySeries): void {
    if (this.#sparse.size >= MAX_SPARSE) this.#sparse.clear();
    this.#sparse.add(seriesKey(series.query));
  }
}

/** Carries out the requests of one fetch. A failure leaves parts of a series missing. */
export class SeriesRequests {
  /** The requests so far. */
  count = 0;
  readonly #port: SeriesPort;
  readonly #widths: StepWidths;
  readonly #context: RequestContext;
  /** Series that are not asked for again, and why. */
  readonly #abandoned = new Map<QuerySeries, Failure>();
  /** The last failure of each series. */
  readonly #failures = new Map<QuerySeries, Failure>();
  /** Sources that Datadog denies. */
  readonly #denied = new Map<string, Failure>();
  #stopped: Failure | undefined;
  #unanswered = 0;

  constructor(port: SeriesPort, widths: StepWidths, context: RequestContext) {
    this.#port = port;
    this.#widths = widths;
    this.#context = context;
  }

  /** Asks for what is missing in series, and adds the answers to them. */
  async fill(all: readonly QuerySeries[]): Promise<void> {
    const wanted = all.filter(({ isTooLarge }) => !isTooLarge);
    const queue = planRequests(wanted, this.#widths.maxPoints);
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await this.#ask(next);
    };
    await Promise.all(Array.from({ length: MAX_CONCURRENT }, work));
  }

  /** Returns why a part of a series is missing. */
  failureOf(series: QuerySeries): Failure | undefined {
    if (series.isTooLarge) return TOO_MUCH;
    return (
      this.#abandoned.get(series) ??
      this.#failures.get(series) ??
      this.#denied.get(series.query.source) ??
      this.#stopped
    );
  }

  async #ask({ series: all, ...range }: PlannedRequest): Promise<void> {
    if (this.#context.deadline.left() === 0) this.#stopped ??= { reason: 'deadline', detail: '' };
    const series = all.filter((one) => this.#isWorthAsking(one));
    if (series.length === 0 || this.#stopped) return;
    const request = requestFor(series, range);
    const answer = await this.#send(request);
    if (answer.kind === 'series') await this.#accept(request, answer.parts);
    else if (answer.kind === 'too_large') await this.#divide(request, { reason: 'too_large', detail: '' });
    else if (answer.reason === 'refused' && series.length > 1) await this.#divide(request, answer);
    else this.#fail(series, answer);
  }

  #isWorthAsking(series: QuerySeries): boolean {
    return !series.isTooLarge && !this.#abandoned.has(series) && !this.#denied.has(series.query.source);
  }

  async #send({ queries, pointS, firstStep, endStep }: PlannedRequest): Promise<SeriesAnswer> {
    const answer = await this.#port.fetch({ queries, pointS, firstStep, endStep }, this.#context);
    // The rate limit lets no request leave.
    if (answer.kind !== 'failed' || answer.reason !== 'rate_limit') this.count += 1;
    return answer;
  }

  #fail(series: readonly QuerySeries[], { reason, detail }: Failure): void {
    const failure = { reason, detail };
    for (const one of series) this.#failures.set(one, failure);
    if (reason === 'unavailable') this.#unanswered += 1;
    if (reason === 'rate_limit' || reason === 'deadline' || this.#unanswered >= MAX_UNANSWERED)
      this.#stopped ??= failure;
    else if (reason === 'denied') for (const { query } of series) this.#denied.set(query.source, failure);
    else if (reason !== 'unavailable') for (const one of series) this.#abandoned.set(one, failure);
  }

  /** Asks in two halves: of the queries, or of the time for a single query. */
  async #divide(request: PlannedRequest, failure: Failure): Promise<void> {
    const { series, firstStep, endStep } = request;
    const half = Math.ceil(series.length / 2);
    const middle = Math.ceil((firstStep + endStep) / 2);
    if (series.length > 1) {
      await this.#ask(requestFor(series.slice(0, half), request));
      await this.#ask(requestFor(series.slice(half), request));
    } else if (endStep - firstStep < MIN_STEPS) this.#fail(series, failure);
    else {
      // The newest first, as in a plan.
      await this.#ask(requestFor(series, { firstStep: middle, endStep }));
      await this.#ask(requestFor(series, { firstStep, endStep: middle }));
    }
  }

  /** Adds an answer. Parts whose steps look widened are added only if a short request confirms them. */
  async #accept(request: PlannedRequest, parts: readonly SeriesPart[]): Promise<void> {
    const doubtful: Doubtful[] = [];
    for (const [at, series] of request.series.entries()) {
      const part = parts[at];
      if (!part) continue;
      const stride = strideOf(part);
      if (stride > 1 && request.endStep - request.firstStep > PROBE_STEPS && !this.#widths.isSparse(series))
        doubtful.push({ series, part, stride });
      else series.add(part, request);
    }
    if (doubtful.length > 0) await this.#confirm(request, doubtful);
  }

  async #confirm(request: PlannedRequest, doubtful: readonly Doubtful[]): Promise<void> {
    const series = doubtful.map((one) => one.series);
    const firstStep = doubtful[0]?.part.steps[0] ?? request.firstStep;
    const endStep = Math.min(firstStep + PROBE_STEPS, request.endStep);
    const answer = await this.#send(requestFor(series, { firstStep, endStep }));
    if (answer.kind !== 'series') {
      this.#fail(series, answer.kind === 'failed' ? answer : { reason: 'too_large', detail: '' });
      return;
    }
    const isWidened = doubtful.some(({ stride }, at) =>
      answer.parts[at]?.steps.some((step) => step % stride !== 0),
    );
    if (!isWidened) {
      for (const one of doubtful) {
        this.#widths.addSparse(one.series);
        one.series.add(one.part, request);
      }
      return;
    }
    const steps = request.endStep - request.firstStep;
    const honoured = Math.floor(steps / largest(doubtful.map(({ stride }) => stride)));
    this.#widths.lower(Math.max(PROBE_STEPS, honoured));
    const { maxPoints } = this.#widths;
    for (let end = request.endStep; end > request.firstStep; end -= maxPoints)
      await this.#ask(
        requestFor(series, { firstStep: Math.max(request.firstStep, end - maxPoints), endStep: end }),
      );
  }
}

interface Doubtful {
  readonly series: QuerySeries;
  readonly part: SeriesPart;
  readonly stride: number;
}

/** Returns the largest number that divides all steps; 1 if there are fewer than two. Widened steps start at multiples of it. */
function strideOf({ steps }: SeriesPart): number {
  if (steps.length < 2) return 1;
  let divisor = 0;
  for (const step of steps) {
    let [a, b] = [step, divisor];
    while (b > 0) [a, b] = [b, a % b];
    divisor = a;
    if (divisor === 1) break;
  }
  return divisor;
}
