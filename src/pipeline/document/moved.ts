import { changesOf } from '../../domain/changes.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RequestContext } from '../../domain/caller.ts';
import type { StoredKind } from '../../domain/managed-kind.ts';
import { idOf, markOf } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { AuditedChange, Ports } from '../ports.ts';
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
  const fields = now ? changesOf(stored, live ?? {}, now).map(({ path }) => path) : [];
  const id = planned.id ?? '';
  const changes = await ports.trail.changes(stored, id, ports.clock.now() - LOOK_BACK, context);
  const by = changes?.[0]?.by ?? 'not known';
  const what = now ? `changed in ${list(fields)}` : 'deleted';
  return new ProblemError(
    'basis_moved',
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

/**
 * What somebody did to an object while it was being written: what the read after the write shows, and what the audit
 * trail tells of changes that the write went over. `since` is when the object was read before the write (epoch ms), undefined
 * where there was nothing that a write could go over.
 */
export async function slippedIn(
  { ports, context }: Applying,
  { stored, key, wanted }: PlanStep,
  after: JsonObject,
  desired: JsonObject,
  since: number | undefined,
): Promise<Finding[]> {
  const fields = changesOf(stored, after, desired).map(({ path }) => path);
  if (fields.length === 0 && since === undefined) return [];
  const id = idOf(after);
  const changes = await ports.trail.changes(stored, id, since ?? ports.clock.now() - LOOK_BACK, context);
  // One of the changes since is the write itself.
  const others = (changes ?? []).slice(1);
  if (fields.length === 0 && others.length === 0) return [];
  const what =
    fields.length > 0
      ? `${list(fields)} ${fields.length > 1 ? 'are' : 'is'} not as written`
      : 'another change was made, which this write went over';
  return [
    {
      code: 'changed_meanwhile',
      severity: 'warning',
      message: `While the ${stored} ${id} (${key}) was written, somebody else wrote it: ${what}. By whom: ${people(others)}.`,
      pointer: wanted?.pointer ?? '',
      hint: 'Plan again, and look at the object in Datadog.',
    },
  ];
}

function people(changes: readonly AuditedChange[]): string {
  return [...new Set(changes.map(({ by }) => by))].join(', ') || 'not known';
}

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
    return new ProblemError('basis_moved', 'The document is another than the one that was planned.', {
      members: { moved: [{ document: document.application }] },
    });
  }
  const before = ports.bases.read(basis);
  if (!before) {
    return new ProblemError(
      'basis_moved',
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
    const fields = now ? changesOf(kind, body, now.object).map(({ path }) => path) : [];
    return now && fields.length === 0 ? [] : [{ kind, key, id, fields }];
  });
  const added = [...there].flatMap(([id, { stored: kind, object }]) =>
    known.has(id) ? [] : [{ kind, key: markOf(kind, object)?.key ?? '', id, fields: [] }],
  );
  const named = await Promise.all(
    [...changed, ...added].slice(0, MOST_NAMED).map((one) => withPerson(one, ports, context)),
  );
  return new ProblemError(
    'basis_moved',
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
  readonly fields: readonly string[];
}

async function withPerson(one: Movement, ports: Ports, context: RequestContext) {
  const since = ports.clock.now() - LOOK_BACK;
  const changes = await ports.trail.changes(one.kind, one.id, since, context);
  return { ...one, by: changes?.[0]?.by ?? 'not known' };
}
