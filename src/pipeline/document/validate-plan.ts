import type { RequestContext } from '../../domain/caller.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { idOf } from '../../domain/marker.ts';
import { ProblemError, type ProblemCode } from '../../domain/problem.ts';
import { referencesIn } from '../../domain/references.ts';
import type { MonitorValidator, Ports } from '../ports.ts';
import type { Steps } from '../../domain/steps.ts';
import { runThrottled } from '../../runtime/concurrency/throttle.ts';
import { rejectedPointer } from '../refuse.ts';
import { type DocumentPlan, writesOf } from './document-plan.ts';
import type { DocumentEntry } from './read-document.ts';

/** The maximum number of monitors that one plan sends to Datadog. */
const MAX_VALIDATED = 200;
const MAX_CONCURRENT = 8;
/** The maximum time (ms) that a plan waits for validation. It also leaves half of the time until the deadline. */
const MAX_MS = 10_000;

/** Problems after which the rest of the monitors is not validated. The plan is still answered. */
const ENDING: readonly ProblemCode[] = [
  'datadog_unavailable',
  'datadog_failed',
  'datadog_forbidden',
  'rate_limited',
  'deadline_exceeded',
];

/** A monitor that the plan creates, changes or replaces. */
interface Candidate {
  readonly entry: DocumentEntry;
  readonly monitor: JsonObject;
  /** The id of the monitor that it changes. */
  readonly id: string | undefined;
}

/** The monitors of a plan, by what is known about them. */
interface Sorted {
  readonly all: readonly Candidate[];
  /** Datadog's messages about those that it would refuse. */
  readonly refusals: Map<Candidate, string>;
  /** Those without a cached verdict. */
  readonly unknown: readonly Candidate[];
  /** The number of those that refer to objects without an id. */
  readonly incomplete: number;
}

/**
 * Asks Datadog whether it accepts the new and changed monitors of a plan, without writing. Returns a finding for each refused
 * one, and `not_validated` with the number of the others and the reason. Never fails because of Datadog.
 */
export async function validatePlan(
  plan: DocumentPlan,
  validator: MonitorValidator,
  { clock }: Pick<Ports, 'clock'>,
  context: RequestContext,
): Promise<Finding[]> {
  const { all, refusals, unknown, incomplete } = await runThrottled(sorting(plan, validator));
  const deadline = deadlineAfter(
    Math.min(MAX_MS, context.deadline.left() / 2),
    clock,
    context.deadline.signal,
  );
  const pending = unknown.slice(0, MAX_VALIDATED).values();
  let unanswered = 0;
  let ending: ProblemError | undefined;
  // Several of these take from one iterator, so that each monitor is validated once.
  const validateNext = async (): Promise<void> => {
    for (const candidate of pending) {
      if (ending) {
        unanswered += 1;
        continue;
      }
      try {
        const { refusal } = await validator.validate(candidate.monitor, candidate.id, {
          ...context,
          deadline,
        });
        if (refusal !== undefined) refusals.set(candidate, refusal);
      } catch (error) {
        if (!(error instanceof ProblemError) || !ENDING.includes(error.code)) throw error;
        unanswered += 1;
        ending ??= error;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: MAX_CONCURRENT }, validateNext));
  } finally {
    deadline.close();
  }
  const findings = all.flatMap((candidate) => {
    const refusal = refusals.get(candidate);
    return refusal === undefined ? [] : [refused(candidate, refusal)];
  });
  const why = ending?.message ?? '';
  const others = notValidated(all.length, [
    { count: incomplete, text: 'refer to objects that do not exist yet' },
    { count: unknown.length - MAX_VALIDATED, text: `exceed the maximum of ${MAX_VALIDATED} in one plan` },
    { count: unanswered, text: `had no answer: ${why.endsWith('.') ? why.slice(0, -1) : why}` },
  ]);
  return others ? [...findings, others] : findings;
}

/** Sorts the monitors of a plan and yields after each. */
function* sorting(plan: DocumentPlan, validator: MonitorValidator): Steps<Sorted> {
  const all = candidatesOf(plan);
  const refusals = new Map<Candidate, string>();
  const unknown: Candidate[] = [];
  let incomplete = 0;
  for (const candidate of all) {
    const { monitor, id } = candidate;
    const cached = validator.cached(monitor, id);
    if (referencesIn(monitor, '').length > 0) incomplete += 1;
    else if (!cached) unknown.push(candidate);
    else if (cached.refusal !== undefined) refusals.set(candidate, cached.refusal);
    yield;
  }
  return { all, refusals, unknown, incomplete };
}

function candidatesOf(plan: DocumentPlan): Candidate[] {
  return writesOf(plan).flatMap((step): Candidate[] => {
    if (step.stored !== 'monitor' || step.action === 'delete') return [];
    // A replacement is a new monitor: Datadog does not change the type of an existing one.
    const id = step.action === 'update' || step.action === 'rename' ? idOf(step.live) : undefined;
    return [{ entry: step.entry, monitor: step.desired, id }];
  });
}

interface Reason {
  readonly count: number;
  readonly text: string;
}

function refused({ entry: { kind, pointer } }: Candidate, refusal: string): Finding {
  return {
    code: 'datadog_refused',
    severity: 'error',
    source: 'datadog',
    message: `Datadog will reject the monitor: ${refusal}`,
    pointer: rejectedPointer(kind, pointer, refusal),
  };
}

function notValidated(candidates: number, reasons: readonly Reason[]): Finding | undefined {
  const given = reasons.filter(({ count }) => count > 0);
  if (given.length === 0) return undefined;
  const count = given.reduce((sum, one) => sum + one.count, 0);
  const texts = given.map((one) => `${one.count} ${one.text}`).join('; ');
  return {
    code: 'not_validated',
    severity: 'info',
    message: `Datadog has not validated ${count} of ${candidates} new or changed monitors: ${texts}.`,
    pointer: '',
  };
}
