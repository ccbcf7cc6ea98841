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
import { moved, slippedIn, type Written } from './conflicts.ts';
import type { Applying, DocumentPlan, PlanStep } from './document-plan.ts';
import { desiredOf } from './plan-document.ts';
import { asKnown } from './read-live.ts';
import { fullName } from './references-in-order.ts';

/** Writes at the same time; Datadog's own tools saw storms with more. */
const WRITES_AT_ONCE = 4;
/** Kept back (ms) of the deadline for the write that is under way and for the answer. */
const TIME_TO_FINISH = 2_000;

/** One object that was written. */
export interface Done {
  readonly step: PlanStep;
  readonly action: PlanAction;
  readonly id: string;
  /** As Datadog holds it now; undefined where it was deleted. */
  readonly object: JsonObject | undefined;
  /** Whether this run created it. */
  readonly made: boolean;
}

export interface Outcome {
  readonly done: readonly Done[];
  readonly remaining: readonly PlanStep[];
  readonly findings: readonly Finding[];
  /** What ended it before its end; undefined where the deadline came near, or all is done. */
  readonly failure: { readonly step: PlanStep; readonly error: unknown } | undefined;
}

const WRITES: readonly PlanAction[] = ['create', 'update', 'replace', 'delete'];

/** The steps of a plan at which something is written, in their order. */
export function writesOf(plan: DocumentPlan): PlanStep[] {
  return plan.steps.flat().filter(({ planned }) => WRITES.includes(planned.action));
}

/**
 * Does what a plan says: what others refer to first, deletes and what was replaced last. Each object is read before it is
 * written, and one that moved since the plan is not written; it is read again after. Stops before the deadline.
 */
export async function applyPlan(applying: Applying): Promise<Outcome> {
  const run = new Run(applying);
  for (const list of applying.plan.steps) {
    const writes = list.filter(({ planned }) => WRITES.includes(planned.action));
    for (let from = 0; from < writes.length && run.goesOn(); from += WRITES_AT_ONCE) {
      const some = writes.slice(from, from + WRITES_AT_ONCE);
      // Of deletes, one may need that the one before it is done.
      if (some.some(({ planned }) => planned.action === 'delete'))
        for (const step of some) await run.take(step);
      else await Promise.all(some.map((step) => run.take(step)));
    }
  }
  await run.retireReplaced();
  await run.retireDoubles();
  await run.lookForOthers();
  return run.outcome();
}

class Run {
  private readonly applying: Applying;
  private readonly done = new Map<PlanStep, Done>();
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

  goesOn(): boolean {
    const { deadline } = this.applying.context;
    return !this.failure && deadline.left() > TIME_TO_FINISH && !deadline.signal.aborted;
  }

  outcome(): Outcome {
    const writes = writesOf(this.applying.plan);
    const remaining = writes.filter((step) => !this.done.has(step));
    const done = writes.flatMap((step) => this.done.get(step) ?? []);
    return { done, remaining, findings: this.findings, failure: this.failure };
  }

  /** Carries one step out, alone under its key. What fails ends the run; what is under way beside it is seen through. */
  async take(step: PlanStep): Promise<void> {
    if (!this.goesOn()) return;
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

  /** `instead` is what it takes the place of. */
  private async create(step: PlanStep, instead?: JsonObject): Promise<void> {
    const { plan, ports, context } = this.applying;
    const { stored, key } = step;
    const body = instead ? withMutes(this.desired(step), instead) : this.desired(step);
    const port = ports[stored];
    const write = { kind: stored, application: plan.application, key };
    const made = await createOnce(
      { port, ports, context, write, looksLater: true, ...(instead ? { instead: idOf(instead) } : {}) },
      body,
    );
    if (!made.made && changesOf(stored, made.object, body).length > 0)
      throw await moved(this.applying, step, made.object);
    this.finish(step, made.made ? await this.readAfter(step, made.object, body) : made.object, made.made);
  }

  private async update(step: PlanStep): Promise<void> {
    const { ports, context } = this.applying;
    const { stored, planned, live } = step;
    const id = planned.id ?? '';
    const port = ports[stored];
    const since = ports.clock.now();
    const now = await this.unmoved(port, step, id);
    const desired = this.desired(step);
    const changes = changesOf(stored, now, desired);
    if (changes.length > 0) {
      await updateOnce(port, id, documentUpdate(stored, now, desired, changes), context);
      const after = await port.get(id, context);
      if (!after) throw await moved(this.applying, step, undefined);
      this.written.push({ step, after, desired, since });
      this.finish(step, after);
    } else this.finish(step, live ?? now);
  }

  /** Makes the new one, and leaves the old one until everything that refers to it has been turned. */
  private async replace(step: PlanStep): Promise<void> {
    const { ports } = this.applying;
    const old = step.planned.id ?? '';
    await this.create(step, await this.unmoved(ports[step.stored], step, old));
    this.replaced.push({ step, id: old });
  }

  async retireReplaced(): Promise<void> {
    const { ports, context } = this.applying;
    for (const { step, id } of this.replaced) {
      if (!this.goesOn() || (await this.isNeeded(step, id))) continue;
      await ports[step.stored].delete(id, context);
      ports.known.forget(step.stored, id);
      this.note(step, id, 'delete');
    }
  }

  /** Another process may have made the same key at the same time: the oldest stays, and of the others what this run made goes. */
  async retireDoubles(): Promise<void> {
    const { plan, ports, context } = this.applying;
    const gone = new Set(this.replaced.map(({ id }) => id));
    for (const stored of ['monitor', 'dashboard'] as const) {
      const made = [...this.done.values()].filter((one) => one.made && one.step.stored === stored);
      if (made.length === 0 || this.failure) continue;
      const known = new Map(
        made.flatMap(({ id, object }) => (object ? [[id, asKnown(stored, object)] as const] : [])),
      );
      const found = await ports[stored]
        .find({ application: plan.application }, context, known)
        .catch(noneIfFailed);
      for (const one of made) {
        const same = found.filter(
          (object) => markOf(stored, object)?.key === one.step.key && !gone.has(idOf(object)),
        );
        const [oldest] = oldestFirst(same);
        if (!oldest || idOf(oldest) === one.id || !same.some((object) => idOf(object) === one.id)) continue;
        await ports[stored].delete(one.id, context);
        this.note(one.step, one.id, 'delete');
        this.done.set(one.step, { ...one, id: idOf(oldest), object: oldest, made: false });
      }
    }
  }

  /** What others did to the objects while they were written. */
  async lookForOthers(): Promise<void> {
    append(this.findings, await slippedIn(this.applying, this.written));
  }

  private async delete(step: PlanStep): Promise<void> {
    const { ports, context } = this.applying;
    const id = step.planned.id ?? '';
    const port = ports[step.stored];
    const now = await port.get(id, context);
    if (now && !this.isAsPlanned(step, now)) throw await moved(this.applying, step, now);
    if (now && (await this.isNeeded(step, id))) return;
    if (now) await port.delete(id, context);
    ports.known.forget(step.stored, id);
    ports.applied.forget(step.stored, id);
    this.note(step, id);
    this.done.set(step, { step, action: 'delete', id, object: undefined, made: false });
  }

  /** What others still need is not deleted, and it is said why. */
  private async isNeeded(step: PlanStep, id: string): Promise<boolean> {
    const { ports, context } = this.applying;
    const reason = (await ports[step.stored].canDelete([id], context)).get(id);
    if (reason === undefined) return false;
    this.findings.push({
      code: 'still_needed',
      severity: 'warning',
      message: `The ${step.stored} ${id} (${step.key}) was not deleted: ${reason}`,
      pointer: step.wanted?.pointer ?? '',
    });
    return true;
  }

  /** The object as it is now, which must be as the plan saw it. */
  private async unmoved(port: ObjectPort, step: PlanStep, id: string): Promise<JsonObject> {
    const now = await port.get(id, this.applying.context);
    if (!now || !this.isAsPlanned(step, now)) throw await moved(this.applying, step, now);
    return now;
  }

  /** Whether an object is still as the plan saw it, and still whose it was. */
  private isAsPlanned({ stored, live = {} }: PlanStep, now: JsonObject): boolean {
    const [before, after] = [markOf(stored, live), markOf(stored, now)];
    return (
      before?.application === after?.application &&
      before?.key === after?.key &&
      changesOf(stored, live, now).length === 0
    );
  }

  private async readAfter(step: PlanStep, made: JsonObject, body: JsonObject): Promise<JsonObject> {
    const { ports, context } = this.applying;
    const after = await ports[step.stored].get(idOf(made), context);
    if (!after) return made;
    const { wanted } = step;
    if (wanted) append(this.findings, droppedFields(step.stored, wanted.object, after, wanted.pointer));
    this.written.push({ step, after, desired: body, since: undefined });
    return after;
  }

  private desired({ wanted, live, desired = {} }: PlanStep): JsonObject {
    const { document, route } = this.applying;
    if (!wanted) return desired;
    const body = desiredOf(wanted, live, document, route, (name) => this.ids.get(name));
    if (body.ok) return body.object;
    const [first] = body.findings;
    throw new ProblemError('invalid', first?.message ?? '', {
      findings: body.findings.map((finding) => ({ ...finding, pointer: wanted.pointer })),
    });
  }

  private finish(step: PlanStep, object: JsonObject, made = false): void {
    const { plan, ports } = this.applying;
    const { stored, key } = step;
    const id = idOf(object);
    this.ids.set(fullName({ kind: stored, key }, plan.application), id);
    ports.applied.keep(stored, plan.application, key, id, object, ports.clock.now());
    this.note(step, id);
    this.done.set(step, { step, action: step.planned.action, id, object, made });
  }

  private note({ planned, stored, key }: PlanStep, id: string, action = planned.action): void {
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
