import { MANAGED_KINDS } from '../../domain/managed-fields.ts';
import type { HistoryAnswer, HistoryRevision } from '../../contract/answers.ts';
import { HISTORY_CURSOR, PAGE_SIZE } from '../../contract/query-parameters.ts';
import { changesOf } from '../../diff/changes.ts';
import { printJson } from '../../domain/json.ts';
import { unmarked } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Revision, RevisionFilter } from '../../ledger/port.ts';
import { routeMembers } from '../describe.ts';
import { writtenName } from '../document/renames.ts';
import type { Ports } from '../ports.ts';
import { type PipelineAnswer, type PipelineRequest, storedKind } from '../request.ts';
import { settleBeforeReading } from '../settle.ts';

/** Maximum length of the objects on one page, as JSON. */
const MAX_PAGE_CHARACTERS = 4_000_000;

/**
 * Returns the revisions of an application, newest first: what was written, when and by whom. With a key, also the object of each
 * revision, and what differs from the revision before it.
 */
export async function historyRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<HistoryAnswer>> {
  const { query, context, route } = request;
  const { application = '', key, page_size } = query;
  if (key !== undefined && query.kind === undefined)
    throw new ProblemError('bad_request', 'A key needs its kind: add &kind=monitor or &kind=dashboard.');
  const kind = MANAGED_KINDS.find((one) => one === query.kind);
  const stored = kind && storedKind(kind);
  // A write that has landed meanwhile is then in the history.
  await settleBeforeReading({ application }, ports, context);
  const limit = page_size === undefined ? PAGE_SIZE.default : Number(page_size);
  const filter = { application, kind: stored, key, after: positionIn(query.cursor) };
  const found = await ports.ledger.revisions({ ...filter, limit: limit + 1 });
  const { untilMs } = await ports.ledger.lostRevisions();
  const page = boundedPage(found.slice(0, limit));
  const last = page.at(-1);
  const next = last && found.length > page.length ? `${last.atMs}-${last.revision}-${last.entry}` : undefined;
  return {
    status: 200,
    body: {
      application,
      ...routeMembers(route),
      revisions: page.map((one, at) => ({
        ...revisionJson(one),
        ...(key === undefined ? {} : objectJson(one, found[at + 1])),
      })),
      ...(untilMs === undefined ? {} : { missing_until: new Date(untilMs).toISOString() }),
      ...(next === undefined ? {} : { next_cursor: next }),
      request_id: context.requestId,
    },
  };
}

/** Returns the first revisions whose objects fit into an answer; at least one. */
function boundedPage(revisions: readonly Revision[]): readonly Revision[] {
  let characters = 0;
  const tooMany = revisions.findIndex(({ body }, at) => {
    characters += body ? printJson(body).length : 0;
    return at > 0 && characters > MAX_PAGE_CHARACTERS;
  });
  return tooMany < 0 ? revisions : revisions.slice(0, tooMany);
}

function positionIn(cursor: string | undefined): RevisionFilter['after'] {
  if (cursor === undefined) return undefined;
  const [, atMs, revision, entry] = HISTORY_CURSOR.exec(cursor) ?? [];
  if (entry === undefined)
    throw new ProblemError('bad_request', 'cursor must be the next_cursor of an answer.');
  return { atMs: Number(atMs), revision: Number(revision), entry };
}

function revisionJson(revision: Revision): HistoryRevision {
  const {
    application,
    kind,
    key,
    id,
    action,
    renamedFrom,
    caller,
    requestId,
    restoredFrom,
    redacted,
    atMs,
    fingerprint,
  } = revision;
  return {
    revision: revision.revision,
    kind,
    key,
    id,
    action: renamedFrom ? 'rename' : action,
    ...(renamedFrom ? { renamed_from: writtenName(renamedFrom, application) } : {}),
    at: new Date(atMs).toISOString(),
    by: caller,
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(restoredFrom === undefined ? {} : { restored_from: restoredFrom }),
    ...(redacted.length === 0 ? {} : { redacted: [...redacted] }),
  };
}

/** Returns the object of a revision, and what differs from the revision before it. */
function objectJson(
  { kind, body }: Revision,
  before: Revision | undefined,
): Pick<HistoryRevision, 'object' | 'changes'> {
  const changes = before?.body && body && changesOf(kind, unmarked(kind, before.body), unmarked(kind, body));
  return {
    object: body ? unmarked(kind, body) : null,
    ...(changes ? { changes: changes.map((change) => ({ ...change })) } : {}),
  };
}
