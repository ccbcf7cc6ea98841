import { smallest } from '../../domain/append.ts';
import { changesOf } from '../../diff/changes.ts';
import { isSet } from '../../diff/set-changes.ts';
import {
  areNested,
  type AuditedChange,
  type Author,
  namedAuthors,
  NOT_KNOWN,
  type ObjectHistory,
  whoChanged,
  whoDeleted,
} from '../../diff/who-changed.ts';
import type { RequestContext } from '../../domain/caller.ts';
import { type JsonObject, sameJson } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { idOf } from '../../domain/marker.ts';
import type { Change } from '../../domain/plan.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { ObjectName, Revision } from '../../ledger/port.ts';
import { flatMapConcurrently } from '../../runtime/concurrency/flat-map-concurrently.ts';
import type { Ports } from '../ports.ts';
import { redacted } from '../record-revision.ts';
import { type DocumentPlan, liveOf, type WriteStep, writesOf } from './document-plan.ts';

/** Maximum number of objects whose authors are looked up for one plan: one query of the audit trail. */
const MAX_OBJECTS = 50;
/** Maximum number of revisions of an object that are searched for its last apply. */
const MAX_REVISIONS = 20;
const MAX_CONCURRENT_READS = 8;

/** Who made a change that a plan would undo, and when, in ISO 8601 if known. */
export interface ChangedBy {
  readonly changed_by: string;
  readonly changed_at?: string;
}

/** The authors of what a step would undo: of the object, and of each change of the step. */
export interface UndoneChanges {
  readonly object: ChangedBy;
  readonly changes: readonly (ChangedBy | undefined)[];
}

/**
 * Returns who made the changes that a plan would undo: those since the last apply that the caller did not make, in Datadog or
 * through Birddog. Empty while the ledger is unavailable. Without an audit trail the author is `not known`; for a deletion
 * nothing is returned then, because the object may have only lost its marker.
 */
export async function changesByOthers(
  plan: DocumentPlan,
  ports: Ports,
  context: RequestContext,
): Promise<ReadonlyMap<WriteStep, UndoneChanges>> {
  const undone = (await lastWrites(plan, ports, context)).flatMap((one) => undoneBy(one) ?? []);
  const asked = undone.slice(0, MAX_OBJECTS);
  const earliest = smallest(asked.map(({ written }) => written.newest.atMs));
  const trail = await ports.auditTrail.changes(
    asked.map(({ written }) => written.newest.id),
    earliest,
    context,
  );
  return new Map(
    undone.flatMap((one) => {
      const authors = authorsOf(one, trail.get(one.written.newest.id));
      return authors ? [[one.written.step, authors]] : [];
    }),
  );
}

/** What Birddog last wrote of an object, and what others wrote through Birddog since its last apply, latest first. */
interface Written {
  readonly step: WriteStep;
  readonly newest: Revision;
  /** The state that the changes are compared with. */
  readonly base: Revision;
  readonly since: readonly AuditedChange[];
}

async function lastWrites(plan: DocumentPlan, ports: Ports, context: RequestContext): Promise<Written[]> {
  const steps = writesOf(plan);
  const { application } = plan;
  try {
    const newestOf =
      steps.length > MAX_OBJECTS
        ? await newestOfAll(application, ports)
        : (step: WriteStep) => ports.ledger.newestRevision(writtenName(step, application));
    return await flatMapConcurrently(steps, MAX_CONCURRENT_READS, async (step) => {
      const newest = await newestOf(step);
      if (!newest) return [];
      const filter = { ...writtenName(step, application), limit: MAX_REVISIONS };
      const all = newest.isApply ? [newest] : await ports.ledger.revisions(filter);
      const parts = sinceApply(all, context.caller.name);
      return parts ? [{ step, newest, ...parts }] : [];
    });
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'ledger_unavailable') return [];
    throw error;
  }
}

/** Returns the name under which an object was last written. */
function writtenName(step: WriteStep, application: string): ObjectName {
  const { stored: kind, key } = step;
  return step.action === 'rename' ? { kind, ...step.from } : { kind, application, key };
}

async function newestOfAll(application: string, { ledger }: Ports) {
  const all = await ledger.newestRevisions(application);
  const byName = new Map(all.map((one) => [`${one.kind}:${one.key}`, one]));
  return async (step: WriteStep) => {
    const name = writtenName(step, application);
    return name.application === application
      ? byName.get(`${name.kind}:${name.key}`)
      : ledger.newestRevision(name);
  };
}

/**
 * Splits the revisions of an object, newest first, at the last one by an apply or by the caller. Returns undefined if that one
 * deleted the object, or if no revision exists.
 */
function sinceApply(all: readonly Revision[], caller: string): Pick<Written, 'base' | 'since'> | undefined {
  const found = all.findIndex((one) => one.isApply || one.caller === caller);
  const base = all[Math.max(0, found)];
  if (!base?.body) return undefined;
  const since = all.slice(0, Math.max(0, found));
  return {
    base,
    since: since.map(({ caller: name, atMs, action, body }, index) => {
      const before = all[index + 1]?.body;
      return {
        by: name === NOT_KNOWN ? undefined : name,
        at: atMs,
        deletes: action === 'delete',
        ...(before ? { before } : {}),
        ...(body ? { after: body } : {}),
      };
    }),
  };
}

/** What others changed of an object that a step writes. */
interface Undone {
  readonly written: Written;
  /** Undefined if it was deleted. */
  readonly live: JsonObject | undefined;
  readonly others: readonly Change[];
}

function undoneBy(written: Written): Undone | undefined {
  const { step, newest, base } = written;
  const live = liveOf(step);
  if (!live) return { written, live, others: [] };
  if (newest.id !== idOf(live)) return undefined;
  const all = changesSince(step.stored, base, live);
  const others =
    'changes' in step ? all.filter((other) => step.changes.some((change) => undoes(change, other))) : all;
  return others.length === 0 ? undefined : { written, live, others };
}

/** Compares an object with a revision. A secret that is redacted in the history is no change. */
export function changesSince(
  stored: StoredKind,
  { body, redacted: pointers }: Revision,
  live: JsonObject,
): Change[] {
  if (!body) return [];
  return changesOf(stored, body, pointers.length > 0 ? redacted(live).object : live);
}

/** Returns whether a planned change overwrites another change of the object. Elements of lists must have the same value. */
function undoes(planned: Change, other: Change): boolean {
  if (planned.moved_from !== undefined || other.moved_from !== undefined)
    return planned.path === other.moved_from || planned.moved_from === other.path;
  const parent = (path: string) => path.slice(0, path.lastIndexOf('/'));
  const isElement = isSet(parent(planned.path)) && parent(planned.path) === parent(other.path);
  if (!isElement && !areNested(planned.path, other.path)) return false;
  if (!isElement && !/\/\d+(?:\/|$)/.test(planned.path)) return true;
  return (
    (other.to !== undefined && sameJson(planned.from, other.to)) ||
    (other.from !== undefined && sameJson(planned.to, other.from))
  );
}

function authorsOf(
  { written, live, others }: Undone,
  trail: ObjectHistory = { changes: [], complete: false },
): UndoneChanges | undefined {
  const { step, since } = written;
  const history = { complete: trail.complete, changes: [...changesAfter(written, trail), ...since] };
  if (!live) {
    const author = whoDeleted(history);
    return author && { object: changedBy([author]), changes: [] };
  }
  const authors = whoChanged(step.stored, others, live, history);
  const changes =
    'changes' in step
      ? step.changes.map((change) => {
          const found = others.flatMap((other, at) => (undoes(change, other) ? [authors[at]] : []));
          return found.length === 0 ? undefined : changedBy(found);
        })
      : [];
  return { object: changedBy(authors), changes };
}

/** Returns the changes in the trail since the newest revision, without the write of that revision itself. */
function changesAfter({ step, newest }: Written, { changes }: ObjectHistory): readonly AuditedChange[] {
  const later = changes.filter(({ at }) => at >= newest.atMs);
  const own = later.findLastIndex(({ after, deletes }) =>
    newest.body ? after && changesSince(step.stored, newest, after).length === 0 : deletes,
  );
  return own < 0 ? later : later.slice(0, own);
}

function changedBy(authors: readonly (Author | undefined)[]): ChangedBy {
  const { by, at } = namedAuthors(authors);
  return { changed_by: by, ...(at === undefined ? {} : { changed_at: at }) };
}
