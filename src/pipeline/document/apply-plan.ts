import type { Finding } from '../../domain/finding.ts';
import { idOf } from '../../domain/marker.ts';
import { type ProblemCode, ProblemError } from '../../domain/problem.ts';
import { idsIn } from '../../domain/references.ts';
import type { Lease } from '../../ledger/port.ts';
import {
  type Applying,
  entryOf,
  isWrite,
  liveOf,
  type ReplaceStep,
  type WriteStep,
  writesOf,
} from './document-plan.ts';
import { deleteOrder } from './plan-document.ts';
import { fullName, fullNameOfEntry, nameOfMark } from './references-in-order.ts';
import { type CompletedStep, doneObject, StepWriter } from './write-step.ts';

/**
 * Maximum number of concurrent writes of one apply. A write and the read after it take Datadog some 300 ms, so these use up its
 * limit of 50 creates a second; the budget delays what exceeds a limit.
 */
const MAX_CONCURRENT_WRITES = 16;
/** Reserved part (ms) of the deadline for the writes in progress and the response, and for each object of the plan. */
const FINISH_RESERVE_MS = 2_000;
const FINISH_RESERVE_PER_OBJECT_MS = 1;

/** An object that was not written, and why. */
export interface Failure {
  readonly step: WriteStep;
  readonly error: unknown;
}

/** Why an object was not written although there was time: it was refused, or it depends on an object that was not written. */
export type Reason = 'refused' | 'dependency';

export interface Outcome {
  readonly done: readonly CompletedStep[];
  /** Replaces among `remaining` whose new object exists beside the old one. */
  readonly halfReplaced: readonly CompletedStep[];
  readonly remaining: readonly { readonly step: WriteStep; readonly reason?: Reason }[];
  readonly findings: readonly Finding[];
  /** In the order in which they happened. Empty if the apply finished, or stopped before the deadline or with the process. */
  readonly failures: readonly Failure[];
}

/** Problems that are about one object. After any other problem, the apply stops: it would fail for the other objects too. */
const REFUSALS: readonly ProblemCode[] = [
  'datadog_refused',
  'datadog_forbidden',
  'duplicate_of_unmanaged',
  'invalid',
  'key_conflict',
];

/** Returns whether an error is the refusal of one object, so that the other objects are still written. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError && REFUSALS.includes(error.code);
}

/**
 * Applies a plan while holding the leases of its objects: first the objects that others refer to, last the deletes and the
 * replaced objects. Does not write an object that changed since the plan. Goes on after an object that is refused, with
 * everything that does not depend on it. Stops before the deadline, and at the next object when the process stops or the client
 * is gone.
 */
export async function applyPlan(applying: Applying, lease: Lease): Promise<Outcome> {
  const run = new Run(applying, lease);
  for (const list of applying.plan.steps) {
    const writes = list.filter(isWrite);
    // Deletes run one after the other, because one can depend on the one before it.
    const atOnce = writes.some(({ action }) => action === 'delete') ? 1 : MAX_CONCURRENT_WRITES;
    // Several of these take from one iterator, so that each object is written once.
    const steps = writes.values();
    const executeNext = async () => {
      for (const step of steps) await run.execute(step);
    };
    await Promise.all(Array.from({ length: atOnce }, executeNext));
  }
  await run.deleteReplaced();
  return run.outcome();
}

class Run {
  private readonly applying: Applying;
  private readonly writer: StepWriter;
  private readonly done = new Map<WriteStep, CompletedStep>();
  private readonly replaced: ReplaceStep[] = [];
  private readonly halfReplaced: CompletedStep[] = [];
  private readonly failures: Failure[] = [];
  private readonly reasons = new Map<WriteStep, Reason>();
  /** Names of objects that do not exist, so that nothing can refer to them. */
  private readonly missing = new Set<string>();
  /** Ids to which objects that were not written refer, so that these are not deleted. */
  private readonly keptIds = new Set<string>();
  /** The renames, by the names that they free. */
  private readonly holders: ReadonlyMap<string, WriteStep>;
  private stopped = false;
  private readonly reserveMs: number;

  constructor(applying: Applying, lease: Lease) {
    this.applying = applying;
    this.writer = new StepWriter(applying, lease);
    this.holders = new Map(
      writesOf(applying.plan).flatMap((step) =>
        step.action === 'rename' ? [[nameOfMark(step.stored, step.from), step] as const] : [],
      ),
    );
    this.reserveMs = FINISH_RESERVE_MS + FINISH_RESERVE_PER_OBJECT_MS * applying.plan.steps.flat().length;
  }

  private canContinue(): boolean {
    const { stopping, gone } = this.applying.context;
    return this.hasTime() && !stopping?.aborted && !gone?.aborted;
  }

  private hasTime(): boolean {
    const { deadline } = this.applying.context;
    return !this.stopped && deadline.left() > this.reserveMs && !deadline.signal.aborted;
  }

  /** Returns the result. Searches once for changes that somebody else made during the writes. */
  async outcome(): Promise<Outcome> {
    await this.writer.addConcurrentChanges();
    const writes = writesOf(this.applying.plan);
    const remaining = writes.flatMap((step) => {
      const reason = this.reasons.get(step);
      return this.done.has(step) ? [] : [{ step, ...(reason === undefined ? {} : { reason }) }];
    });
    const done = writes.flatMap((step) => this.done.get(step) ?? []);
    const { halfReplaced, failures, writer } = this;
    return { done, halfReplaced, remaining, findings: writer.findings, failures };
  }

  /** Executes one step, unless it depends on an object that was not written. */
  async execute(step: WriteStep): Promise<void> {
    if (!this.canContinue()) return;
    if (this.refersToMissing(step) || this.isStillReferred(step) || this.isKeyTaken(step)) {
      this.skip(step, 'dependency');
      return;
    }
    try {
      const completed = await this.writer.write(step);
      if (completed) {
        this.done.set(step, completed);
        if (step.action !== 'replace') this.report(completed);
      }
      if (step.action === 'replace') this.replaced.push(step);
    } catch (error) {
      this.fail(step, error);
    }
  }

  private report(completed: CompletedStep): void {
    const { context, ports } = this.applying;
    context.onDone?.(doneObject(completed, ports));
  }

  private fail(step: WriteStep, error: unknown): void {
    this.failures.push({ step, error });
    if (isRefusal(error)) this.skip(step, 'refused');
    else this.stopped = true;
  }

  private skip(step: WriteStep, reason: Reason): void {
    this.reasons.set(step, reason);
    if (step.action === 'create' || step.action === 'replace') this.missing.add(this.nameOf(step));
    const live = liveOf(step);
    if (live) for (const id of idsIn(live)) if (id !== idOf(live)) this.keptIds.add(id);
  }

  private refersToMissing(step: WriteStep): boolean {
    const { application } = this.applying.plan;
    return (entryOf(step)?.references ?? []).some(
      ({ to }) => to && this.missing.has(fullName(to, application)),
    );
  }

  /** Returns whether another object still has the key of a step, because it was not renamed. */
  private isKeyTaken(step: WriteStep): boolean {
    const holder = this.holders.get(this.nameOf(step));
    return holder !== undefined && !this.done.has(holder);
  }

  /** Returns whether an object that was not written still refers to the object that a step deletes. */
  private isStillReferred(step: WriteStep): boolean {
    return step.action === 'delete' && this.keptIds.has(idOf(step.live));
  }

  /** Deletes the objects that were replaced, once every reference to them is updated. A failure never hides the progress. */
  async deleteReplaced(): Promise<void> {
    for (const step of deleteOrder(this.replaced)) {
      // Also in a process that stops: a replacement is complete only when the old object is gone.
      if (!this.hasTime()) {
        this.reopen(step);
        continue;
      }
      if (this.keptIds.has(idOf(step.live))) {
        this.reopen(step);
        this.reasons.set(step, 'dependency');
        continue;
      }
      try {
        await this.writer.deleteReplaced(step);
        const completed = this.done.get(step);
        if (completed) this.report(completed);
      } catch (error) {
        this.reopen(step);
        this.fail(step, error);
      }
    }
  }

  /** A replace whose old object is still there is not done. */
  private reopen(step: WriteStep): void {
    const completed = this.done.get(step);
    if (!completed) return;
    this.done.delete(step);
    this.halfReplaced.push(completed);
  }

  private nameOf(step: WriteStep): string {
    return fullNameOfEntry(step, this.applying.plan.application);
  }
}
