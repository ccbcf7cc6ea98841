import { smallest } from '../../domain/append.ts';
import { changesOf } from '../../diff/changes.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RequestContext } from '../../domain/caller.ts';
import type { StoredKind } from '../../domain/managed-kind.ts';
import { idOf, markOf } from '../../domain/marker.ts';
import type { Change } from '../../domain/plan.ts';
import { ProblemError } from '../../domain/problem.ts';
import {
  type AuditedChange,
  type Author,
  type ObjectHistory,
  whoChanged,
  whoDeleted,
} from '../../diff/who-changed.ts';
import type { Ports } from '../ports.ts';
import type { Applying, PlanStep, Prepared } from './document-plan.ts';

/** How far back (ms) the audit trail is asked for a change that came between plan and write. */
const LOOK_BACK = 24 * 60 * 60 * 1000;

/** The problem of an object that somebody changed, or deleted, after the plan was made: which fields, and who. */
export async function moved(
  { ports, context }: Applying,
  step: PlanStep,
  now: JsonObject | undefined,
): Promise<ProblemError> {
  const { stored, key, planned, live, wanted } = step;
  const changes = now ? changesOf(stored, live ?? {}, now) : [];
  const fields = changes.map(({ path }) => path);
  const id = planned.id ?? '';
  const trail = await ports.trail.changes([id], ports.clock.now() - LOOK_BACK, context);
  const by = people(authors(stored, changes, now, trail.get(id)));
  const what = now ? `changed in ${list(fields)}` : 'deleted';
  return new ProblemError(
    'plan_stale',
    `The ${stored} ${id} (${key}) was ${what} after the plan was made; by whom: ${by}.`,
    {
      members: { moved: [{ kind: planned.kind, key, id, fields, by }] },
      findings: [
        {
          code: 'moved',
          severity: 'error',
          message: `Somebody ${what} the ${stored} ${id} after the plan was made (by whom: ${by}).`,
          pointer: wanted?.pointer ?? '',
          hint: 'Plan again: the change is in the new plan.',
        },
      ],
    },
  );
}

/** Who made the changes, or the object where there are none, or deleted it where it is not there now. */
function authors(
  kind: StoredKind,
  changes: readonly Change[],
  now: JsonObject | undefined,
  history: ObjectHistory = { changes: [], whole: false },
): (Author | undefined)[] {
  if (!now) return [whoDeleted(history)];
  return whoChanged(kind, changes.length === 0 ? [{ path: '' }] : changes, now, history);
}

/** An object that was written, as the read after it showed it. */
export interface Written {
  readonly step: PlanStep;
  readonly desired: JsonObject;
  readonly after: JsonObject;
  /** When it was read before it was written (epoch ms); undefined where there was nothing that the write could go over. */
  readonly since: number | undefined;
}

/**
 * What somebody did to objects while they were being written: what the reads after the writes show, and what the audit trail
 * tells of changes that a write went over. The trail is asked once for all.
 */
export async function slippedIn(
  { ports, context }: Pick<Applying, 'ports' | 'context'>,
  written: readonly Written[],
): Promise<Finding[]> {
  const asked = written.flatMap((one) => {
    const fields = changesOf(one.step.stored, one.after, one.desired).map(({ path }) => path);
    return fields.length === 0 && one.since === undefined ? [] : [{ ...one, fields, id: idOf(one.after) }];
  });
  const earliest = smallest(asked.map(({ since }) => since ?? ports.clock.now() - LOOK_BACK));
  const trail = await ports.trail.changes(
    asked.map(({ id }) => id),
    earliest,
    context,
  );
  return asked.flatMap(({ step, fields, id, since = earliest, desired }): Finding[] => {
    const changes = (trail.get(id)?.changes ?? []).filter(({ at }) => at >= since);
    const others = changes.filter((_, at) => at !== ownAt(step.stored, changes, desired));
    if (fields.length === 0 && others.length === 0) return [];
    const what =
      fields.length > 0
        ? `${list(fields)} ${fields.length > 1 ? 'are' : 'is'} not as written`
        : 'another change was made, which this write went over';
    return [
      {
        code: 'changed_meanwhile',
        severity: 'warning',
        message: `While the ${step.stored} ${id} (${step.key}) was written, somebody else wrote it: ${what}. By whom: ${people(others)}.`,
        pointer: step.wanted?.pointer ?? '',
        hint: 'Plan again, and look at the object in Datadog.',
      },
    ];
  });
}

/** Which of the changes is the write itself: the one that made what was wanted; where the trail does not tell, the latest. */
function ownAt(kind: StoredKind, changes: readonly AuditedChange[], desired: JsonObject): number {
  const made = changes.findIndex(({ after }) => after && changesOf(kind, after, desired).length === 0);
  return made < 0 && changes.some(({ after }) => !after) ? 0 : made;
}

function people(some: readonly ({ readonly by: string | undefined } | undefined)[]): string {
  return [...new Set(some.map((one) => one?.by ?? NOBODY))].join(', ') || NOBODY;
}

const NOBODY = 'not known';

function list(fields: readonly string[]): string {
  const shown = fields.slice(0, 5).join(', ');
  return fields.length > 5 ? `${shown} and ${fields.length - 5} more` : shown;
}

/** The problem of a basis that no longer holds: what moved since, as far as it is known what there was. */
export async function basisProblem(
  basis: string,
  { document, live, plan }: Prepared,
  ports: Ports,
  context: RequestContext,
): Promise<ProblemError> {
  const [wanted] = basis.split('-');
  if (!plan.basis.startsWith(`${wanted}-`)) {
    return new ProblemError('plan_stale', 'The document is another than the one that was planned.', {
      members: { moved: [{ document: document.application }] },
    });
  }
  const before = ports.bases.read(basis);
  if (!before) {
    return new ProblemError(
      'plan_stale',
      'Datadog holds something else than when the plan was made; what moved is not known.',
      {
        members: { moved: [] },
      },
    );
  }
  const there = new Map(
    STORED.flatMap((stored) => live.own[stored].map((object) => [idOf(object), { stored, object }] as const)),
  );
  const known = new Set(before.map(({ id }) => id));
  const changed: Movement[] = before.flatMap(({ id, key, body }) => {
    const now = there.get(id);
    const kind = now?.stored ?? (body['layout_type'] === undefined ? 'monitor' : 'dashboard');
    const changes = now ? changesOf(kind, body, now.object) : [];
    return now && changes.length === 0 ? [] : [{ kind, key, id, changes, now: now?.object }];
  });
  const added = [...there].flatMap(([id, { stored: kind, object }]): Movement[] =>
    known.has(id) ? [] : [{ kind, key: markOf(kind, object)?.key ?? '', id, changes: [], now: object }],
  );
  const some = [...changed, ...added].slice(0, MOST_NAMED);
  const since = ports.clock.now() - LOOK_BACK;
  const trail = await ports.trail.changes(
    some.map(({ id }) => id),
    since,
    context,
  );
  const named = some.map(({ kind, key, id, changes, now }) => {
    const by = people(authors(kind, changes, now, trail.get(id)));
    return { kind, key, id, fields: changes.map(({ path }) => path), by };
  });
  return new ProblemError(
    'plan_stale',
    `Since the plan was made, ${named.map(({ kind, key, fields, by }) => `${kind} ${key} moved${fields.length > 0 ? ` in ${list(fields)}` : ''} (by whom: ${by})`).join('; ')}.`,
    { members: { moved: named } },
  );
}

/** More are not asked about. */
const MOST_NAMED = 10;
const STORED = ['monitor', 'dashboard'] as const;

interface Movement {
  readonly kind: StoredKind;
  readonly key: string;
  readonly id: string;
  readonly changes: readonly Change[];
  /** Undefined where it is gone. */
  readonly now: JsonObject | undefined;
}
