import { smallest } from '../../domain/append.ts';
import { changesOf } from '../../diff/changes.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RequestContext } from '../../domain/caller.ts';
import { STORED_KINDS, type StoredKind } from '../../domain/managed-fields.ts';
import { idOf, markOf } from '../../domain/marker.ts';
import type { Change } from '../../domain/plan.ts';
import { ProblemError } from '../../domain/problem.ts';
import {
  type AuditedChange,
  type Author,
  namedAuthors,
  type ObjectHistory,
  whoChanged,
  whoDeleted,
} from '../../diff/who-changed.ts';
import type { Ports } from '../ports.ts';
import {
  type Applying,
  entryOf,
  liveOf,
  type LiveState,
  type PlanStep,
  type Prepared,
} from './document-plan.ts';
import { DIGEST_LENGTH, plannedObjects } from './plan-document.ts';
import { allEntries, type DocumentEntry } from './read-document.ts';
import { fullNameOfEntry, nameOfMark } from './references-in-order.ts';

/** How far back (ms) the audit trail is searched for a change between plan and write. */
const LOOKBACK_MS = 24 * 60 * 60 * 1000;

/** Returns the problem for an object that was changed or deleted after the plan: which fields, and by whom. */
export async function changedSincePlan(
  { ports, context }: Applying,
  step: PlanStep,
  now: JsonObject | undefined,
): Promise<ProblemError> {
  const { kind, stored, key } = step;
  const live = liveOf(step);
  const changes = now ? changesOf(stored, live ?? {}, now) : [];
  const fields = changes.map(({ path }) => path);
  const id = idOf(live ?? now ?? {});
  const trail = await ports.auditTrail.changes([id], ports.clock.now() - LOOKBACK_MS, context);
  const { by } = namedAuthors(authors(stored, changes, now, trail.get(id)));
  const what = !now ? 'deleted' : live ? `changed in ${fieldNames(fields)}` : 'created with other content';
  return new ProblemError(
    'plan_stale',
    `The ${stored} ${id} (${key}) was ${what} after the plan was made (changed by: ${by}).`,
    {
      members: { moved: [{ kind, key, id, fields, by }] },
      findings: [
        {
          code: 'moved',
          severity: 'error',
          message: `The ${stored} ${id} was ${what} after the plan was made (changed by: ${by}).`,
          pointer: entryOf(step)?.pointer ?? '',
          hint: 'Plan again. The new plan includes the change.',
        },
      ],
    },
  );
}

/** Returns the authors of the changes, of the object if there are none, or of its deletion if it no longer exists. */
function authors(
  kind: StoredKind,
  changes: readonly Change[],
  now: JsonObject | undefined,
  history: ObjectHistory = { changes: [], complete: false },
): (Author | undefined)[] {
  if (!now) return [whoDeleted(history)];
  return whoChanged(kind, changes.length === 0 ? [{ path: '' }] : changes, now, history);
}

/** A written object, with its state read after the write. */
export interface Written {
  readonly step: PlanStep;
  readonly desired: JsonObject;
  readonly after: JsonObject;
  /** When it was read before the write (epoch ms); undefined if the write could not overwrite anything. */
  readonly since: number | undefined;
}

/**
 * Returns findings about changes that somebody else made during the writes: visible in the reads after the writes, or, if a
 * write overwrote them, in the audit trail. Searches the trail once for all objects.
 */
export async function concurrentChanges(
  { ports, context }: Pick<Applying, 'ports' | 'context'>,
  written: readonly Written[],
): Promise<Finding[]> {
  const checked = written.flatMap((one) => {
    const fields = changesOf(one.step.stored, one.after, one.desired).map(({ path }) => path);
    return fields.length === 0 && one.since === undefined ? [] : [{ ...one, fields, id: idOf(one.after) }];
  });
  const earliest = smallest(checked.map(({ since }) => since ?? ports.clock.now() - LOOKBACK_MS));
  const trail = await ports.auditTrail.changes(
    checked.map(({ id }) => id),
    earliest,
    context,
  );
  return checked.flatMap(({ step, fields, id, since = earliest, desired }): Finding[] => {
    const changes = (trail.get(id)?.changes ?? []).filter(({ at }) => at >= since);
    const others = changes.filter((_, at) => at !== ownWrite(step.stored, changes, desired));
    if (fields.length === 0 && others.length === 0) return [];
    const what =
      fields.length > 0
        ? `${fieldNames(fields)} ${fields.length > 1 ? 'differ' : 'differs'} from what was written`
        : 'this write overwrote another change';
    return [
      {
        code: 'changed_meanwhile',
        severity: 'warning',
        message: `Somebody else changed the ${step.stored} ${id} (${step.key}) during the write: ${what} (changed by: ${namedAuthors(others).by}).`,
        pointer: entryOf(step)?.pointer ?? '',
        hint: 'Plan again and review the object in Datadog.',
      },
    ];
  });
}

/** Returns the index of our own write among the changes: the one that led to the desired state, else the latest. */
function ownWrite(kind: StoredKind, changes: readonly AuditedChange[], desired: JsonObject): number {
  const made = changes.findIndex(({ after }) => after && changesOf(kind, after, desired).length === 0);
  return made < 0 && changes.some(({ after }) => !after) ? 0 : made;
}

function fieldNames(fields: readonly string[]): string {
  const shown = fields.slice(0, 5).join(', ');
  return fields.length > 5 ? `${shown} and ${fields.length - 5} more` : shown;
}

/** Returns the problem for an outdated fingerprint. Names what has changed since, if the state of the plan is still stored. */
export async function stalePlanProblem(
  fingerprint: string,
  { document, live, fingerprint: current }: Pick<Prepared, 'document' | 'live' | 'fingerprint'>,
  ports: Ports,
  context: RequestContext,
): Promise<ProblemError> {
  if (documentPartOf(current) !== documentPartOf(fingerprint)) {
    return new ProblemError(
      'plan_stale',
      'The document, or `prune`, is not the one that the plan was made with.',
      {
        members: { moved: [{ document: document.application }] },
      },
    );
  }
  const changed = changesSince(fingerprint, live, ports);
  if (!changed) {
    return new ProblemError(
      'plan_stale',
      'Datadog has changed since the plan was made. The state at the time of the plan is no longer stored, so the changes are unknown.',
      {
        members: { moved: [] },
      },
    );
  }
  const some = changed.slice(0, MAX_NAMED);
  const since = ports.clock.now() - LOOKBACK_MS;
  const trail = await ports.auditTrail.changes(
    some.map(({ id }) => id),
    since,
    context,
  );
  const named = some.map(({ kind, key, id, changes, now }) => {
    const { by } = namedAuthors(authors(kind, changes, now, trail.get(id)));
    return { kind, key, id, fields: changes.map(({ path }) => path), by };
  });
  return new ProblemError(
    'plan_stale',
    `Since the plan was made, ${named.map(({ kind, key, fields, by }) => `${kind} ${key} changed${fields.length > 0 ? ` in ${fieldNames(fields)}` : ''} (changed by: ${by})`).join('; ')}.`,
    { members: { moved: named } },
  );
}

/**
 * Returns whether a plan with this fingerprint holds although Datadog has changed since: every object that changed equals its
 * planned result, or was to be pruned and is gone. So an apply goes on after a call whose answer was lost.
 */
export function isContinuation(fingerprint: string, prepared: Prepared, ports: Ports): boolean {
  const { document, live, plan } = prepared;
  if (documentPartOf(prepared.fingerprint) !== documentPartOf(fingerprint)) return false;
  const done = new Set(
    plan.steps.flat().flatMap((step) => (step.action === 'none' ? [idOf(step.live)] : [])),
  );
  const { application, prune } = document;
  const named = new Set(allEntries(document).flatMap((entry) => namesOf(entry, application)));
  const isPruned = ({ kind, was, now }: ChangedObject) => {
    const mark = was && markOf(kind, was);
    if (!prune || now || mark?.application !== application) return false;
    return !named.has(nameOfMark(kind, mark));
  };
  const changed = changesSince(fingerprint, live, ports);
  return changed?.every((one) => done.has(one.id) || isPruned(one)) ?? false;
}

/** Returns the present and the former names of the object of an entry. */
function namesOf(entry: DocumentEntry, application: string): string[] {
  const former = entry.renamedFrom.map((from) => nameOfMark(entry.stored, from));
  return [fullNameOfEntry(entry, application), ...former];
}

/** Returns the part of a fingerprint that is about the document. It can contain the hyphen that ends it. */
export function documentPartOf(fingerprint: string): string {
  return fingerprint.slice(0, DIGEST_LENGTH);
}

/** Returns what has changed since the plan with this fingerprint; undefined if its state is no longer stored. */
function changesSince(fingerprint: string, live: LiveState, ports: Ports): ChangedObject[] | undefined {
  const before = ports.fingerprints.read(fingerprint);
  if (!before) return undefined;
  const there = new Map(
    STORED_KINDS.flatMap((stored) =>
      plannedObjects(stored, live).map((object) => [idOf(object), { stored, object }] as const),
    ),
  );
  const known = new Set(before.map(({ id }) => id));
  const changed: ChangedObject[] = before.flatMap(({ id, key, body }) => {
    const now = there.get(id);
    const kind = now?.stored ?? (body['layout_type'] === undefined ? 'monitor' : 'dashboard');
    const changes = now ? changesOf(kind, body, now.object) : [];
    return now && changes.length === 0 ? [] : [{ kind, key, id, changes, was: body, now: now?.object }];
  });
  const added = [...there].flatMap(([id, { stored: kind, object }]): ChangedObject[] =>
    known.has(id)
      ? []
      : [{ kind, key: markOf(kind, object)?.key ?? '', id, changes: [], was: undefined, now: object }],
  );
  return [...changed, ...added];
}

/** Maximum number of objects whose authors are looked up. */
const MAX_NAMED = 10;

interface ChangedObject {
  readonly kind: StoredKind;
  readonly key: string;
  readonly id: string;
  readonly changes: readonly Change[];
  /** The object at the plan; undefined if it was created since. */
  readonly was: JsonObject | undefined;
  /** Undefined if it was deleted. */
  readonly now: JsonObject | undefined;
}
