import { changesOf } from '../../diff/changes.ts';
import { documentUpdate } from '../../diff/document-update.ts';
import { droppedFields } from '../../diff/dropped-fields.ts';
import { append } from '../../domain/append.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { withMutes } from '../../domain/managed-fields.ts';
import { idOf, markOf } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Lease } from '../../ledger/port.ts';
import { type Recording, type Sending, type Sent, sendCreate, sendDelete, sendUpdate } from '../send.ts';
import { changedSincePlan, concurrentChanges, type Written } from './conflicts.ts';
import {
  type Applying,
  type CreateStep,
  type DeleteStep,
  entryOf,
  isWrite,
  liveOf,
  type PlanStep,
  type ReplaceStep,
  type UpdateStep,
  type WriteStep,
  writesOf,
} from './document-plan.ts';
import { deleteOrder, desiredOf } from './plan-document.ts';
import { fullName } from './references-in-order.ts';

/**
 * Maximum number of concurrent writes of one apply. A write and the read after it take Datadog some 300 ms, so these use up its
 * limit of 50 creates a second; the budget delays what exceeds a limit.
 */
const MAX_CONCURRENT_WRITES = 16;
/** Reserved part (ms) of the deadline for the writes in progress and the response, and for each object of the plan. */
const FINISH_RESERVE_MS = 2_000;
const FINISH_RESERVE_PER_OBJECT_MS = 1;

/** A step that has been applied. */
export interface CompletedStep {
  readonly step: WriteStep;
  readonly id: string;
  /** The object in Datadog after the write; undefined if it was deleted. */
  readonly object: JsonObject | undefined;
}

/** An object that was not written, and why. */
export interface Failure {
  readonly step: WriteStep;
  readonly error: unknown;
}

export interface Outcome {
  readonly done: readonly CompletedStep[];
  /** Replaces among `remaining` whose new object exists beside the old one. */
  readonly halfReplaced: readonly CompletedStep[];
  readonly remaining: readonly WriteStep[];
  readonly findings: readonly Finding[];
  /** In the order in which they happened. Empty if the apply finished, or stopped before the deadline or with the process. */
  readonly failures: readonly Failure[];
}

/** Failures of one object after which the other objects are still written. Any other failure stops the apply. */
export const CONTINUE_AFTER: readonly string[] = [
  'datadog_refused',
  'datadog_forbidden',
  'duplicate_of_unmanaged',
  'invalid',
  'key_conflict',
  'outcome_unknown',
];

/**
 * Applies a plan while holding the leases of its objects: first the objects that others refer to, last the deletes and the
 * replaced objects. Reads each object before and after its write. Does not write an object that changed since the plan.
 * Goes on after an object that Datadog refuses, with everything that does not depend on it. Stops before the deadline, and
 * at the next object when the process stops.
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
  await run.addConcurrentChanges();
  return run.outcome();
}

class Run {
  private readonly applying: Applying;
  private readonly lease: Lease;
  private readonly done = new Map<WriteStep, CompletedStep>();
  private readonly findings: Finding[] = [];
  private readonly ids = new Map<string, string>();
  /** Ids of the objects with the marker of a step that the plan saw and that are not ours. */
  private readonly clones = new Map<string, string[]>();
  private readonly replaced: ReplaceStep[] = [];
  /** Replaces whose new object exists beside the old one. */
  private readonly halfReplaced: CompletedStep[] = [];
  private readonly written: Written[] = [];
  private readonly failures: Failure[] = [];
  /** Names of objects that were not created, so that nothing can refer to them. */
  private readonly missing = new Set<string>();
  private stopped = false;
  private readonly reserveMs: number;

  constructor(applying: Applying, lease: Lease) {
    this.applying = applying;
    this.lease = lease;
    const { plan, live } = applying;
    this.reserveMs = FINISH_RESERVE_MS + FINISH_RESERVE_PER_OBJECT_MS * plan.steps.flat().length;
    for (const step of plan.steps.flat()) {
      const [name, object] = [this.nameOf(step), liveOf(step)];
      if (object && step.action !== 'clone') this.ids.set(name, idOf(object));
      if (step.action === 'clone') this.clones.set(name, [...(this.clones.get(name) ?? []), idOf(step.live)]);
    }
    for (const [name, id] of live.foreign) this.ids.set(name, id);
  }

  canContinue(): boolean {
    return this.hasTime() && !this.applying.context.stopping?.aborted;
  }

  private hasTime(): boolean {
    const { deadline } = this.applying.context;
    return !this.stopped && deadline.left() > this.reserveMs && !deadline.signal.aborted;
  }

  outcome(): Outcome {
    const writes = writesOf(this.applying.plan);
    const remaining = writes.filter((step) => !this.done.has(step));
    const done = writes.flatMap((step) => this.done.get(step) ?? []);
    const { halfReplaced, findings, failures } = this;
    return { done, halfReplaced, remaining, findings, failures };
  }

  /** Executes one step, unless it refers to an object that could not be created. */
  async execute(step: WriteStep): Promise<void> {
    if (!this.canContinue()) return;
    if (this.refersToMissing(step)) {
      this.miss(step);
      return;
    }
    try {
      await this.write(step);
    } catch (error) {
      this.fail(step, error);
    }
  }

  private fail(step: WriteStep, error: unknown): void {
    this.failures.push({ step, error });
    if (step.action === 'create') this.miss(step);
    if (!(error instanceof ProblemError) || !CONTINUE_AFTER.includes(error.code)) this.stopped = true;
  }

  private miss(step: WriteStep): void {
    if (step.action === 'create') this.missing.add(this.nameOf(step));
  }

  private refersToMissing(step: WriteStep): boolean {
    const { application } = this.applying.plan;
    return (entryOf(step)?.references ?? []).some(
      ({ to }) => to && this.missing.has(fullName(to, application)),
    );
  }

  private async write(step: WriteStep): Promise<void> {
    if (step.action === 'create') await this.create(step);
    else if (step.action === 'update') await this.update(step);
    else if (step.action === 'replace') await this.replace(step);
    else await this.delete(step);
  }

  private sending(step: WriteStep, before?: JsonObject): Sending & { readonly recording: Recording } {
    const { plan, ports, context } = this.applying;
    const { stored: kind, key, action } = step;
    const name = { kind, application: plan.application, key };
    const recording = { action, isApply: true, before, restoredFrom: entryOf(step)?.restoredFrom };
    return { name, lease: this.lease, ports, context, recording };
  }

  /** `replaced` is the object that the new one replaces. */
  private async create(step: CreateStep | ReplaceStep, replaced?: JsonObject): Promise<void> {
    const body = replaced ? withMutes(this.desired(step), replaced) : this.desired(step);
    const sent = await sendCreate(this.sending(step, replaced), body, [
      ...(replaced ? [idOf(replaced)] : []),
      ...(this.clones.get(this.nameOf(step)) ?? []),
    ]);
    const object = await this.objectAfter(step, sent, body);
    this.finish(step, sent.outcome === 'made' ? await this.readAfter(step, object, body) : object);
  }

  private async update(step: UpdateStep): Promise<void> {
    const { ports } = this.applying;
    const { stored, live } = step;
    const id = idOf(live);
    const since = ports.clock.now();
    const now = await this.requireUnchanged(step, id);
    const desired = this.desired(step);
    const changes = changesOf(stored, now, desired);
    if (changes.length === 0) {
      this.finish(step, live);
      return;
    }
    const body = documentUpdate(stored, now, desired, changes);
    const sent = await sendUpdate(this.sending(step, now), id, body, desired);
    const written = await this.objectAfter(step, sent, desired);
    const after = await this.readSince(step, id, written);
    if (!after) throw await changedSincePlan(this.applying, step, undefined);
    this.written.push({ step, after, desired, since });
    this.finish(step, after);
  }

  /**
   * Reads an object after its write. A read can be older than the write, and a 404 can be transient: reads once more, and
   * takes the answer of the write if the second read is older too. Returns undefined if the object is gone.
   */
  private async readSince(
    { stored }: WriteStep,
    id: string,
    written: JsonObject,
  ): Promise<JsonObject | undefined> {
    const { ports, context } = this.applying;
    const modifiedAt = (object: JsonObject) => String(object['modified'] ?? object['modified_at'] ?? '');
    const first = await ports[stored].get(id, context);
    if (first && modifiedAt(first) >= modifiedAt(written)) return first;
    const second = await ports[stored].get(id, context);
    return second && modifiedAt(second) < modifiedAt(written) ? written : second;
  }

  /** Creates the new object and keeps the old one until every reference to it has been updated. */
  private async replace(step: ReplaceStep): Promise<void> {
    const old = idOf(step.live);
    const replaced = await this.requireUnchanged(step, old);
    if (step.successor) this.finish(step, step.successor);
    else await this.create(step, replaced);
    this.replaced.push(step);
  }

  /** Deletes the objects that were replaced. A failure is recorded and never hides the progress. */
  async deleteReplaced(): Promise<void> {
    for (const step of deleteOrder(this.replaced)) {
      const id = idOf(step.live);
      // Also in a process that stops: a replacement is complete only when the old object is gone.
      if (!this.hasTime()) {
        this.reopen(step);
        continue;
      }
      try {
        if (await this.isNeeded(step, id)) continue;
        // The revision of the replace is that of the new object.
        this.require(await sendDelete({ ...this.sending(step), recording: undefined }, id));
        this.applying.ports.objectCache.remove(step.stored, id);
        this.audit(step, id, 'delete');
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

  /** Adds a finding for each change that somebody else made during the writes. */
  async addConcurrentChanges(): Promise<void> {
    append(this.findings, await concurrentChanges(this.applying, this.written));
  }

  private async delete(step: DeleteStep): Promise<void> {
    const { ports, context } = this.applying;
    const id = idOf(step.live);
    const now = await ports[step.stored].get(id, context);
    if (now && !this.isAsPlanned(step, now)) throw await changedSincePlan(this.applying, step, now);
    if (now && (await this.isNeeded(step, id))) return;
    if (now && (await this.isStillNeeded(step, id, await sendDelete(this.sending(step, now), id)))) return;
    ports.objectCache.remove(step.stored, id);
    this.audit(step, id);
    this.done.set(step, { step, id, object: undefined });
  }

  /** Returns whether Datadog refused a delete because another object needs this one. Throws any other problem. */
  private async isStillNeeded(step: WriteStep, id: string, sent: Sent): Promise<boolean> {
    const message = 'problem' in sent ? sent.problem.message : '';
    if (!message.includes(' is referenced in ')) {
      this.require(sent);
      return false;
    }
    this.addStillNeeded(step, id, message);
    return true;
  }

  /** Returns whether other objects still need an object, and adds a finding with the reason. */
  private async isNeeded(step: WriteStep, id: string): Promise<boolean> {
    const { ports, context } = this.applying;
    const reason = (await ports[step.stored].canDelete([id], context)).get(id);
    if (reason === undefined) return false;
    this.addStillNeeded(step, id, reason);
    return true;
  }

  private addStillNeeded(step: WriteStep, id: string, reason: string): void {
    this.findings.push({
      code: 'still_needed',
      severity: 'warning',
      message: `The ${step.stored} ${id} (${step.key}) was not deleted: ${reason}`,
      pointer: entryOf(step)?.pointer ?? '',
    });
  }

  /** Returns the current object. Throws `plan_stale` if it changed since the plan. */
  private async requireUnchanged(step: UpdateStep | ReplaceStep, id: string): Promise<JsonObject> {
    const { ports, context } = this.applying;
    const now = await ports[step.stored].get(id, context);
    if (now && this.isAsPlanned(step, now)) return now;
    // A read can be stale, and a 404 can be transient: read again before somebody else is blamed.
    const again = await ports[step.stored].get(id, context);
    if (!again || !this.isAsPlanned(step, again)) throw await changedSincePlan(this.applying, step, again);
    return again;
  }

  /** Returns whether an object is unchanged since the plan and still has the same owner. */
  private isAsPlanned({ stored, live }: UpdateStep | ReplaceStep | DeleteStep, now: JsonObject): boolean {
    const [before, after] = [markOf(stored, live), markOf(stored, now)];
    return (
      before?.application === after?.application &&
      before?.key === after?.key &&
      changesOf(stored, live, now).length === 0
    );
  }

  /** Returns the object after a create or update. Throws the problem of any other result. */
  private async objectAfter(step: WriteStep, sent: Sent, desired: JsonObject): Promise<JsonObject> {
    this.require(sent);
    if (sent.outcome === 'found_different') throw await changedSincePlan(this.applying, step, sent.object);
    return ('object' in sent ? sent.object : undefined) ?? desired;
  }

  private require(sent: Sent): void {
    if ('problem' in sent) throw sent.problem;
  }

  private async readAfter(
    step: CreateStep | ReplaceStep,
    created: JsonObject,
    body: JsonObject,
  ): Promise<JsonObject> {
    const { ports, context } = this.applying;
    const after = await ports[step.stored].get(idOf(created), context);
    if (!after) return created;
    const { entry } = step;
    append(this.findings, droppedFields(step.stored, entry.object, after, entry.pointer));
    this.written.push({ step, after, desired: body, since: undefined });
    return after;
  }

  private desired(step: CreateStep | UpdateStep | ReplaceStep): JsonObject {
    const { document, route } = this.applying;
    const { entry } = step;
    const body = desiredOf(entry, liveOf(step), document, route, (name) => this.ids.get(name));
    if (body.ok) return body.object;
    const [first] = body.findings;
    throw new ProblemError('invalid', first?.message ?? '', {
      findings: body.findings.map((finding) => ({ ...finding, pointer: entry.pointer })),
    });
  }

  private finish(step: WriteStep, object: JsonObject): void {
    const id = idOf(object);
    this.ids.set(this.nameOf(step), id);
    this.audit(step, id);
    this.done.set(step, { step, id, object });
  }

  private nameOf({ stored, key }: PlanStep): string {
    return fullName({ kind: stored, key }, this.applying.plan.application);
  }

  private audit(step: WriteStep, id: string, action = step.action): void {
    const { plan, ports } = this.applying;
    const { stored: kind, key } = step;
    ports.audit({ action, kind, application: plan.application, key, id });
  }
}
