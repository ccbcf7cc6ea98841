import { type Lane, LANES } from '../domain/caller.ts';
import type { CallsGranted, GrantCalls } from '../domain/call-grants.ts';
import type { Clock } from '../domain/clock.ts';
import type { LimitPeriod } from './limit-period.ts';

/** How long (ms) the shared budget may take to answer before this process goes on alone. */
const TIMEOUT_MS = 500;
/** The part of a limit that this process uses alone: two replicas with two containers each. */
const PROCESSES = 4;
/** The period (ms) of a limit whose period Datadog does not tell. */
const ASSUMED_PERIOD_MS = 10_000;
/** The smallest and the largest grant, in parts of the limit. A grant is twice as large as the one before it in the period. */
const GRANT_PARTS = { min: 100, max: 16 };

/** The calls of one limit that the shared budget has granted to this process, by lane. */
export class CallGrants {
  private readonly grantCalls: GrantCalls;
  private readonly clock: Clock;
  private readonly granted: Record<Lane, number> = { interactive: 0, apply: 0, background: 0 };
  /** Until when a lane is granted nothing. */
  private readonly deniedUntil: Record<Lane, number> = { interactive: 0, apply: 0, background: 0 };
  /** When the period of the grants ends. */
  private until = Number.NEGATIVE_INFINITY;
  /** Grants of this period so far. */
  private grants = 0;
  private asking = false;

  constructor(grantCalls: GrantCalls, clock: Clock) {
    this.grantCalls = grantCalls;
    this.clock = clock;
  }

  /** Takes a call that was granted to the lane or to a lower one. Returns false without such a call. */
  take(lane: Lane): boolean {
    this.expire();
    const from = LANES.slice(LANES.indexOf(lane)).find((one) => this.granted[one] > 0);
    if (from === undefined) return false;
    this.granted[from] -= 1;
    return true;
  }

  /** Returns the time (ms) for which the lane is granted nothing; 0 if it may ask. */
  deniedMs(lane: Lane, now: number): number {
    return Math.max(0, this.deniedUntil[lane] - now);
  }

  /** Asks for calls of a lane, and then calls `answered`. Never rejects; does nothing while a question is open. */
  async ask(lane: Lane, { name, period, kept, waiting }: Question, answered: () => void): Promise<void> {
    if (this.asking || this.deniedMs(lane, this.clock.monotonic()) > 0) return;
    this.asking = true;
    const askedAt = this.clock.monotonic();
    const isNew = this.expire();
    const unused = LANES.reduce((sum, one) => sum + this.granted[one], 0);
    const { limit, periodMs = ASSUMED_PERIOD_MS, resetAt } = period;
    const block = Math.ceil(limit / GRANT_PARTS.min) * 2 ** Math.min(this.grants, 10);
    const wanted = {
      name,
      limit,
      periodMs,
      endsInMs: Math.ceil(resetAt === undefined ? periodMs : Math.max(1, resetAt - askedAt)),
      left: Math.max(0, period.remaining - period.inFlight - unused),
      carried: isNew ? period.inFlight : 0,
      calls: Math.min(waiting + block, Math.ceil(limit / GRANT_PARTS.max)),
      kept,
    };
    const granted = (await this.inTime(wanted)) ?? alone(period, kept, wanted.endsInMs);
    const now = this.clock.monotonic();
    // The shared period ends at the earliest this long after the question, and at the latest after the answer.
    const until = askedAt + granted.endsInMs;
    if (until > this.until + periodMs / 2) this.forget();
    this.until = until;
    this.grants += 1;
    this.granted[lane] += granted.calls;
    if (granted.calls === 0) this.deniedUntil[lane] = now + Math.max(1, granted.endsInMs);
    this.asking = false;
    answered();
  }

  /** Returns the answer of the shared budget; undefined if it fails or takes too long. */
  private async inTime(wanted: Parameters<GrantCalls>[0]): Promise<CallsGranted | undefined> {
    const stop = new AbortController();
    const late = this.clock.sleep(TIMEOUT_MS, stop.signal).then(
      () => undefined,
      () => undefined,
    );
    const answer = await Promise.race([this.grantCalls(wanted).catch(() => undefined), late]);
    stop.abort();
    return answer;
  }

  /** Forgets the grants of a period that has ended. Returns whether there is no period. */
  private expire(): boolean {
    if (this.clock.monotonic() < this.until) return false;
    this.forget();
    return true;
  }

  private forget(): void {
    for (const lane of LANES) this.granted[lane] = 0;
    this.grants = 0;
  }
}

interface Question {
  readonly name: string;
  readonly period: LimitPeriod;
  /** Calls that the lane leaves to others. */
  readonly kept: number;
  /** Calls of the lane that wait. */
  readonly waiting: number;
}

/** Returns what this process may use of a period when it knows nothing of the others: a fair part, at least one call. */
function alone(period: LimitPeriod, kept: number, endsInMs: number): CallsGranted {
  const part = Math.max(1, Math.floor((period.limit - kept) / PROCESSES));
  return { calls: Math.max(0, part - period.used()), endsInMs };
}
