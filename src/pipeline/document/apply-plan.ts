import { append } from '../../domain/append.ts';
import { changesOf } from '../../diff/changes.ts';
import { droppedFields } from '../../diff/dropped-fields.ts';
import { documentUpdate } from '../../diff/document-update.ts';
import type { Finding } from '../../domain/finding.ts';
import { withMutes } from '../../domain/managed-fields.ts';
import type { JsonObject } from '../../domain/json.ts';
import { idOf, markOf, oldestFirst } from '../../domain/marker.ts';
import type { PlanAction } from '../../domain/plan.ts';
import { ProblemError } from '../../domain/problem.ts';
import { createOnce, noneIfFailed, updateOnce } from '../apply.ts';
import type { ObjectPort } from '../ports.ts';
import { changedSincePlan, concurrentChanges, type Written } from './conflicts.ts';
import type { Applying, DocumentPlan, PlanStep } from './document-plan.ts';
import { desiredOf } from './plan-document.ts';
import { cacheEntryOf } from './read-live.ts';
import { fullName } from './references-in-order.ts';

/** Maximum number of concurrent creates and updates of one apply. Deletes run one at a time. */
const MAX_CONCURRENT_WRITES = 4;
/** Reserved part (ms) of the deadline for the write in progress and the response. */
const FINISH_RESERVE = 2_000;

/** A step that has been applied. */
export interface CompletedStep {
  readonly step: PlanStep;
  readonly action: PlanAction;
  readonly id: string;
  /** The object in Datadog after the write; undefined if it was deleted. */
  readonly object: JsonObject | undefined;
  /** True if this run created the object. */
  readonly created: boolean;
}

export interface Outcome {
  readonly done: readonly CompletedStep[];
  readonly remaining: readonly PlanStep[];
  readonly findings: readonly Finding[];
  /** The failure that stopped the apply; undefined if it finished or stopped before the deadline. */
  readonly failure: { readonly step: PlanStep; readonly error: unknown } | undefined;
}

const WRITES: readonly PlanAction[] = ['create', 'update', 'replace', 'delete'];

/** Returns the steps of a plan that write, in order. */
export function writesOf(plan: DocumentPlan): PlanStep[] {
  return plan.steps.flat().filter(({ planned }) => WRITES.includes(planned.action));
}

/**
 * Applies a plan: first the objects that others refer to, last the deletes and the replaced objects. Reads each object
 * before and after its write. Does not write an object that changed since the plan. Stops before the deadline.
 */
export async function applyPlan(applying: Applying): Promise<Outcome> {
  const run = new Run(applying);
  for (const list of applying.plan.steps) {
    const writes = list.filter(({ planned }) => WRITES.includes(planned.action));
    for (let from = 0; from < writes.length && run.canContinue(); from += MAX_CONCURRENT_WRITES) {
      const some = writes.slice(from, from + MAX_CONCURRENT_WRITES);
      // Deletes run one after the other, because one can depend on the one before it.
      if (some.some(({ planned }) => planned.action === 'delete'))
        for (const step of some) await run.execute(step);
      else await Promise.all(some.map((step) => run.execute(step)));
    }
  }
  await run.deleteReplaced();
  await run.deleteConcurrentCreates();
  await run.addConcurrentChanges();
  return run.outcome();
}

class Run {
  private readonly applying: Applying;
  private readonly done = new Map<PlanStep, CompletedStep>();
  private readonly findings: Finding[] = [];
  private readonly ids = new Map<string, string>();
  private readonly replaced: { readonly step: PlanStep; readonly id: string }[] = [];
  private readonly written: Written[] = [];
  private failure: Outcome['failure'];

  constructor(applying: Applying) {
    this.applying = applying;
    const { plan, live } = applying;
    for (const { planned, stored, key } of plan.steps.flat()) {
      if (planned.id !== undefined && planned.action !== 'clone')
        this.ids.set(fullName({ kind: stored, key }, plan.application), planned.id);
    }
    for (const [name, id] of live.foreign) this.ids.set(name, id);
  }

  canContinue(): boolean {
    const { deadline } = this.applying.context;
    return !this.failure && deadline.left() > FINISH_RESERVE && !deadline.signal.aborted;
  }

  outcome(): Outcome {
    const writes = writesOf(this.applying.plan);
    const remaining = writes.filter((step) => !this.done.has(step));
    const done = writes.flatMap((step) => this.done.get(step) ?? []);
    return { done, remaining, findings: this.findings, failure: this.failure };
  }

  /** Executes one step under the lock of its key. A failure ends the run after the concurrent steps have finished. */
  async execute(step: PlanStep): Promise<void> {
    if (!this.canContinue()) return;
    const { plan, ports, context } = this.applying;
    const name = `${step.stored}:${plan.application}/${step.key}`;
    try {
      await ports.lock.run(name, context.deadline, () => this.write(step));
    } catch (error) {
      this.failure ??= { step, error };
    }
  }

  private async write(step: PlanStep): Promise<void> {
    const { action } = step.planned;
    if (action === 'create') await this.create(step);
    else if (action === 'update') await this.update(step);
    else if (action === 'replace') await this.replace(step);
    else await this.delete(step);
  }

  /** `replaced` is the object that the new one replaces. */
  private async create(step: PlanStep, replaced?: JsonObject): Promise<void> {
    const { plan, ports, context } = this.applying;
    const { stored, key } = step;
    const body = replaced ? withMutes(this.desired(step), replaced) : this.desired(step);
    const port = ports[stored];
    const write = { kind: stored, application: plan.application, key };
    const result = await createOnce(
      { port, ports, context, write, checksLater: true, ...(replaced ? { replacedId: idOf(replaced) } : {}) },
      body,
    );
    if (!result.created && changesOf(stored, result.object, body).length > 0)
      throw await changedSincePlan(this.applying, step, result.object);
    const object = result.created ? await this.readAfter(step, result.object, body) : result.object;
    this.complete(step, object, result.created);
  }

  private async update(step: PlanStep): Promise<void> {
    const { ports, context } = this.applying;
    const { stored, planned, live } = step;
    const id = planned.id ?? '';
    const port = ports[stored];
    const since = ports.clock.now();
    const now = await this.requireUnchanged(port, step, id);
    const desired = this.desired(step);
    const changes = changesOf(stored, now, desired);
    if (changes.length > 0) {
      await updateOnce(port, id, documentUpdate(stored, now, desired, changes), context);
      const after = await port.get(id, context);
      if (!after) throw await changedSincePlan(this.applying, step, undefined);
      this.written.push({ step, after, desired, since });
      this.complete(step, after);
    } else this.complete(step, live ?? now);
  }

  /** Creates the new object and keeps the old one until every reference to it has been updated. */
  private async replace(step: PlanStep): Promise<void> {
    const { ports } = this.applying;
    const old = step.planned.id ?? '';
    await this.create(step, await this.requireUnchanged(ports[step.stored], step, old));
    this.replaced.push({ step, id: old });
  }

  async deleteReplaced(): Promise<void> {
    const { ports, context } = this.applying;
    for (const { step, id } of this.replaced) {
      if (!this.canContinue() || (await this.isNeeded(step, id))) continue;
      await ports[step.stored].delete(id, context);
      ports.objectCache.remove(step.stored, id);
      this.audit(step, id, 'delete');
    }
  }

  /** Resolves concurrent creates of the same key: keeps the oldest object and deletes those that this run created. */
  async deleteConcurrentCreates(): Promise<void> {
    const { plan, ports, context } = this.applying;
    const gone = new Set(this.replaced.map(({ id }) => id));
    for (const stored of ['monitor', 'dashboard'] as const) {
      const created = [...this.done.values()].filter((one) => one.created && one.step.stored === stored);
      if (created.length === 0 || this.failure) continue;
      const cached = new Map(
        created.flatMap(({ id, object }) => (object ? [[id, cacheEntryOf(stored, object)] as const] : [])),
      );
      const found = await ports[stored]
        .find({ application: plan.application }, context, cached)
        .catch(noneIfFailed);
      for (const one of created) {
        const same = found.filter(
          (object) => markOf(stored, object)?.key === one.step.key && !gone.has(idOf(object)),
        );
        const [oldest] = oldestFirst(same);
        if (!oldest || idOf(oldest) === one.id || !same.some((object) => idOf(object) === one.id)) continue;
        await ports[stored].delete(one.id, context);
        this.audit(one.step, one.id, 'delete');
        this.done.set(one.step, { ...one, id: idOf(oldest), object: oldest, created: false });
      }
    }
  }

  /** Adds a finding for each change that somebody else made during the writes. */
  async addConcurrentChanges(): Promise<void> {
    append(this.findings, await concurrentChanges(this.applying, this.written));
  }

  private async delete(step: PlanStep): Promise<void> {
    const { ports, context } = this.applying;
    const id = step.planned.id ?? '';
    const port = ports[step.stored];
    const now = await port.get(id, context);
    if (now && !this.isAsPlanned(step, now)) throw await changedSincePlan(this.applying, step, now);
    if (now && (await this.isNeeded(step, id))) return;
    if (now) await port.delete(id, context);
    ports.objectCache.remove(step.stored, id);
    ports.applied.remove(step.stored, id);
    this.audit(step, id);
    this.done.set(step, { step, action: 'delete', id, object: undefined, created: false });
  }

  /** Returns whether other objects still need an object, and adds a finding with the reason. */
  private async isNeeded(step: PlanStep, id: string): Promise<boolean> {
    const { ports, context } = this.applying;
    const reason = (await ports[step.stored].canDelete([id], context)).get(id);
    if (reason === undefined) return false;
    this.findings.push({
      code: 'still_needed',
      severity: 'warning',
      message: `The ${step.stored} ${id} (${step.key}) was not deleted: ${reason}`,
      pointer: step.entry?.pointer ?? '',
    });
    return true;
  }

  /** Returns the current object. Throws `plan_stale` if it changed since the plan. */
  private async requireUnchanged(port: ObjectPort, step: PlanStep, id: string): Promise<JsonObject> {
    const now = await port.get(id, this.applying.context);
    if (!now || !this.isAsPlanned(step, now)) throw await changedSincePlan(this.applying, step, now);
    return now;
  }

  /** Returns whether an object is unchanged since the plan and still has the same owner. */
  private isAsPlanned({ stored, live = {} }: PlanStep, now: JsonObject): boolean {
    const [before, after] = [markOf(stored, live), markOf(stored, now)];
    return (
      before?.application === after?.application &&
      before?.key === after?.key &&
      changesOf(stored, live, now).length === 0
    );
  }

  private async readAfter(step: PlanStep, created: JsonObject, body: JsonObject): Promise<JsonObject> {
    const { ports, context } = this.applying;
    const after = await ports[step.stored].get(idOf(created), context);
    if (!after) return created;
    const { entry } = step;
    if (entry) append(this.findings, droppedFields(step.stored, entry.object, after, entry.pointer));
    this.written.push({ step, after, desired: body, since: undefined });
    return after;
  }

  private desired({ entry, live, desired = {} }: PlanStep): JsonObject {
    const { document, route } = this.applying;
    if (!entry) return desired;
    const body = desiredOf(entry, live, document, route, (name) => this.ids.get(name));
    if (body.ok) return body.object;
    const [first] = body.findings;
    throw new ProblemError('invalid', first?.message ?? '', {
      findings: body.findings.map((finding) => ({ ...finding, pointer: entry.pointer })),
    });
  }

  private complete(step: PlanStep, object: JsonObject, created = false): void {
    const { plan, ports } = this.applying;
    const { stored, key } = step;
    const id = idOf(object);
    this.ids.set(fullName({ kind: stored, key }, plan.application), id);
    ports.applied.store(stored, plan.application, key, id, object, ports.clock.now());
    this.audit(step, id);
    this.done.set(step, { step, action: step.planned.action, id, object, created });
  }

  private audit({ planned, stored, key }: PlanStep, id: string, action = planned.action): void {
    const { plan, ports } = this.applying;
    ports.audit({
      action,
      kind: stored,
      application: plan.application,
      key,
      id,
    });
  }
}
