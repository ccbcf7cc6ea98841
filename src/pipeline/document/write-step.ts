import { changesOf } from '../../diff/changes.ts';
import { documentUpdate } from '../../diff/document-update.ts';
import { droppedFields } from '../../diff/dropped-fields.ts';
import { append } from '../../domain/append.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { withMutes } from '../../domain/managed-fields.ts';
import { idOf, markOf } from '../../domain/marker.ts';
import type { DoneObject } from '../../domain/plan.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Lease } from '../../ledger/port.ts';
import type { Ports } from '../ports.ts';
import { type Recording, type Sending, type Sent, sendCreate, sendDelete, sendUpdate } from '../send.ts';
import { changedSincePlan, concurrentChanges, type Written } from './conflicts.ts';
import {
  type Applying,
  type CreateStep,
  type DeleteStep,
  entryOf,
  liveOf,
  type PlanStep,
  type RenameStep,
  type ReplaceStep,
  type UpdateStep,
  type WriteStep,
} from './document-plan.ts';
import { desiredOf, ownObjects } from './plan-document.ts';
import { fullNameOfEntry } from './references-in-order.ts';

/** A step that has been applied. */
export interface CompletedStep {
  readonly step: WriteStep;
  readonly id: string;
  /** The object in Datadog after the write; undefined if it was deleted. */
  readonly object: JsonObject | undefined;
}

/** Returns a completed step as answers show it. */
export function doneObject({ step, id, object }: CompletedStep, ports: Ports): DoneObject {
  const { kind, stored, key, action } = step;
  return { kind, key, id, action, ...(object ? { url: ports[stored].url(object) } : {}) };
}

/** Writes single steps of a plan while their leases are held. Reads each object before and after its write. */
export class StepWriter {
  private readonly applying: Applying;
  private readonly lease: Lease;
  private readonly ids = new Map<string, string>();
  /** Ids of the objects with the marker of a step that the plan saw and that are not ours. */
  private readonly clones = new Map<string, string[]>();
  private readonly written: Written[] = [];
  readonly findings: Finding[] = [];

  constructor(applying: Applying, lease: Lease) {
    this.applying = applying;
    this.lease = lease;
    const { plan, live } = applying;
    // Also of entries that are not selected.
    for (const [name, { object }] of ownObjects(live)) this.ids.set(name, idOf(object));
    for (const step of plan.steps.flat()) {
      const [name, object] = [this.nameOf(step), liveOf(step)];
      if (object && step.action !== 'clone') this.ids.set(name, idOf(object));
      if (step.action === 'clone') this.clones.set(name, [...(this.clones.get(name) ?? []), idOf(step.live)]);
    }
    for (const [name, id] of live.foreign) this.ids.set(name, id);
  }

  /**
   * Writes a step. Returns undefined for a delete of an object that others still need. Keeps the old object of a replace. Throws
   * the problem of a write that failed.
   */
  async write(step: WriteStep): Promise<CompletedStep | undefined> {
    if (step.action === 'create') return this.create(step);
    if (step.action === 'update' || step.action === 'rename') return this.update(step);
    if (step.action === 'replace') return this.replace(step);
    return this.delete(step);
  }

  private sending(step: WriteStep, before?: JsonObject): Sending & { readonly recording: Recording } {
    const { plan, ports, context } = this.applying;
    const { stored: kind, key, action } = step;
    const name = { kind, application: plan.application, key };
    // The history names the write; the marker in its states shows the rename.
    const recorded = action === 'rename' ? 'update' : action;
    const recording = {
      action: recorded,
      isApply: true,
      before,
      restoredFrom: entryOf(step)?.restoredFrom,
    } as const;
    const former = step.action === 'rename' ? { kind, ...step.from } : undefined;
    return { name, former, lease: this.lease, ports, context, recording };
  }

  /** `replaced` is the object that the new one replaces. */
  private async create(step: CreateStep | ReplaceStep, replaced?: JsonObject): Promise<CompletedStep> {
    const body = replaced ? withMutes(this.desired(step), replaced) : this.desired(step);
    const sent = await sendCreate(this.sending(step, replaced), body, [
      ...(replaced ? [idOf(replaced)] : []),
      ...(this.clones.get(this.nameOf(step)) ?? []),
    ]);
    const object = await this.objectAfter(step, sent, body);
    return this.finish(step, sent.outcome === 'made' ? await this.readAfter(step, object, body) : object);
  }

  private async update(step: UpdateStep | RenameStep): Promise<CompletedStep> {
    const { ports } = this.applying;
    const { stored, live } = step;
    const id = idOf(live);
    const since = ports.clock.now();
    const now = await this.requireUnchanged(step, id);
    const desired = this.desired(step);
    const changes = changesOf(stored, now, desired);
    if (changes.length === 0) return this.finish(step, live);
    const body = documentUpdate(stored, now, desired, changes);
    const sent = await sendUpdate(this.sending(step, now), id, body, desired);
    const written = await this.objectAfter(step, sent, desired);
    const after = await this.readSince(step, id, written);
    if (!after) throw await changedSincePlan(this.applying, step, undefined);
    this.written.push({ step, after, desired, since });
    return this.finish(step, after);
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

  /** Creates the new object. */
  private async replace(step: ReplaceStep): Promise<CompletedStep> {
    const replaced = await this.requireUnchanged(step, idOf(step.live));
    return step.successor ? this.finish(step, step.successor) : this.create(step, replaced);
  }

  /** Deletes the old object of a replace, unless others still need it. */
  async deleteReplaced(step: ReplaceStep): Promise<void> {
    const id = idOf(step.live);
    if (await this.isNeeded(step, id)) return;
    // The revision of the replace is that of the new object.
    this.require(await sendDelete({ ...this.sending(step), recording: undefined }, id));
    this.applying.ports.objectCache.remove(step.stored, id);
    this.audit(step, id, 'delete');
  }

  /** Adds a finding for each change that somebody else made during the writes. */
  async addConcurrentChanges(): Promise<void> {
    append(this.findings, await concurrentChanges(this.applying, this.written));
  }

  private async delete(step: DeleteStep): Promise<CompletedStep | undefined> {
    const { ports, context } = this.applying;
    const id = idOf(step.live);
    const now = await ports[step.stored].get(id, context);
    if (now && !this.isAsPlanned(step, now)) throw await changedSincePlan(this.applying, step, now);
    if (now && (await this.isNeeded(step, id))) return undefined;
    if (now && this.isStillNeeded(step, id, await sendDelete(this.sending(step, now), id))) return undefined;
    ports.objectCache.remove(step.stored, id);
    this.audit(step, id);
    return { step, id, object: undefined };
  }

  /** Returns whether Datadog refused a delete because another object needs this one. Throws any other problem. */
  private isStillNeeded(step: WriteStep, id: string, sent: Sent): boolean {
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
  private async requireUnchanged(
    step: UpdateStep | RenameStep | ReplaceStep,
    id: string,
  ): Promise<JsonObject> {
    const { ports, context } = this.applying;
    const now = await ports[step.stored].get(id, context);
    if (now && this.isAsPlanned(step, now)) return now;
    // A read can be stale, and a 404 can be transient: read again before somebody else is blamed.
    const again = await ports[step.stored].get(id, context);
    if (!again || !this.isAsPlanned(step, again)) throw await changedSincePlan(this.applying, step, again);
    return again;
  }

  /** Returns whether an object is unchanged since the plan and still has the same owner. */
  private isAsPlanned({ stored, live }: Exclude<WriteStep, CreateStep>, now: JsonObject): boolean {
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

  private desired(step: CreateStep | UpdateStep | RenameStep | ReplaceStep): JsonObject {
    const { document, route } = this.applying;
    const { entry } = step;
    const body = desiredOf(entry, liveOf(step), document, route, (name) => this.ids.get(name));
    if (body.ok) return body.object;
    const [first] = body.findings;
    throw new ProblemError('invalid', first?.message ?? '', {
      findings: body.findings.map((finding) => ({ ...finding, pointer: entry.pointer })),
    });
  }

  private finish(step: WriteStep, object: JsonObject): CompletedStep {
    const id = idOf(object);
    this.ids.set(this.nameOf(step), id);
    this.audit(step, id);
    return { step, id, object };
  }

  private nameOf(step: PlanStep): string {
    return fullNameOfEntry(step, this.applying.plan.application);
  }

  private audit(step: WriteStep, id: string, action = step.action): void {
    const { plan, ports } = this.applying;
    const { stored: kind, key } = step;
    ports.audit({ action, kind, application: plan.application, key, id });
  }
}
