import type { ImportAnswer } from '../../contract/answers.ts';
import { append } from '../../domain/append.ts';
import { TEAM_SLUG } from '../../domain/application.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { STORED_KINDS } from '../../domain/managed-fields.ts';
import { idOf, markOf, oldestFirst, ownershipOf } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import { conflictOf, markerConflict } from '../contested.ts';
import { routeMembers } from '../describe.ts';
import { memberKeys, memberMarks } from '../member-keys.ts';
import type { Ports } from '../ports.ts';
import { answerFindings } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { importedDocument, rawDocument } from './import-document.ts';
import { type FoundObject, type KeyedObject, withKeys } from './import-keys.ts';

/**
 * Returns a document of existing Datadog objects: those of the application, or those that match a query, a tag or an id.
 * Entries of objects without a marker have `adopt`, so that applying the document adds the marker.
 */
export async function importRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<ImportAnswer>> {
  const { query, route, context } = request;
  const application = query.application ?? '';
  const found = await findAll(request, ports);
  const foreign = found.filter(({ stored, object }) => {
    const ownership = ownershipOf(stored, object);
    return (
      ownership.state === 'conflict' ||
      (ownership.state === 'owned' && ownership.mark.application !== application)
    );
  });
  const synthetics = found.filter(({ object }) => object['type'] === 'synthetics alert');
  const omitted = new Set([...foreign, ...synthetics]);
  const imported = found.filter((one) => !omitted.has(one));
  const entries = withKeys(imported, application, await otherKeys(imported, request, ports));
  const team = query.team ?? teamOf(entries);
  const { monitor: port } = ports;
  const members = entries.flatMap(({ stored, object }) => (stored === 'monitor' ? [object] : []));
  const keys = memberKeys(await memberMarks(members, { port, known: members }, context), application);
  return {
    status: 200,
    body: {
      application,
      ...routeMembers(route),
      document: (query.raw === 'true' ? rawDocument : importedDocument)(entries, {
        application,
        team,
        route,
        keys,
      }),
      findings: answerFindings(
        [...foreign.map((one) => omittedFinding(one, ports)), ...synthetics.map(syntheticsFinding)],
        undefined,
      ),
      request_id: context.requestId,
    },
  };
}

/** Returns the warning about an omitted object, which belongs to another application or has two different markers. */
function omittedFinding({ stored, object }: FoundObject, ports: Ports): Finding {
  const conflict = conflictOf(stored, object, ports[stored].url(object));
  if (conflict !== undefined) return markerConflict(`${conflict} It is omitted.`, '');
  return {
    code: 'adopt_owned',
    severity: 'warning',
    message: `The ${stored} ${idOf(object)} is omitted: it carries the marker of ${markOf(stored, object)?.application ?? ''}.`,
    pointer: '',
  };
}

/** Returns the warning about an omitted monitor of a synthetic test, which the monitor API cannot write. */
function syntheticsFinding({ object }: FoundObject): Finding {
  return {
    code: 'synthetics_elsewhere',
    severity: 'warning',
    message: `The monitor ${idOf(object)} is omitted: it belongs to a synthetic test, and only the Synthetics API can change it.`,
    pointer: '',
  };
}

async function findAll({ query, context }: PipelineRequest, ports: Ports): Promise<FoundObject[]> {
  const { application = '', query: text, tag, id } = query;
  if (id !== undefined && (text ?? tag) !== undefined) {
    throw new ProblemError('bad_request', 'An import by id has no query and no tag.', {
      hint: 'Give either id, or query and tag.',
    });
  }
  const ids = id?.split(',').map((one) => one.trim()) ?? [];
  const found: FoundObject[] = [];
  for (const stored of STORED_KINDS) {
    const port = ports[stored];
    const objects: JsonObject[] = [];
    if (text !== undefined || tag !== undefined) {
      const filter = {
        ...(text === undefined ? {} : { query: text }),
        ...(tag === undefined ? {} : { tag }),
      };
      append(objects, await port.search(filter, context));
    } else if (ids.length === 0)
      append(objects, await port.find({ application }, context, undefined, (one) => objects.push(one)));
    for (const one of ids.filter((name) => /^\d+$/.test(name) === (stored === 'monitor'))) {
      const object = await port.get(one, context);
      if (!object) throw new ProblemError('not_found', `Datadog has no ${stored} ${one}.`);
      objects.push(object);
    }
    const once = new Map(objects.map((object) => [idOf(object), object]));
    append(
      found,
      oldestFirst([...once.values()]).map((object) => ({ stored, object })),
    );
  }
  return found;
}

/**
 * Returns the names (`kind:key`) of the application's objects that a selection can lack, so that no other object gets their
 * keys. Without objects to adopt, or without a selection, no key is assigned.
 */
async function otherKeys(
  found: readonly FoundObject[],
  { query, context }: PipelineRequest,
  ports: Ports,
): Promise<ReadonlySet<string>> {
  const { application = '', query: text, tag, id } = query;
  const names = new Set<string>();
  if (text === undefined && tag === undefined && id === undefined) return names;
  for (const stored of STORED_KINDS) {
    if (!found.some((one) => one.stored === stored && markOf(stored, one.object) === undefined)) continue;
    for (const object of await ports[stored].find({ application }, context))
      names.add(`${stored}:${markOf(stored, object)?.key ?? ''}`);
  }
  return names;
}

const TEAM_TAG = 'team:';

/**
 * Returns the only team that the objects name. Every monitor must name it; dashboards need not, unless there are no monitors.
 * Throws `ambiguous_team` with the candidates, or `bad_request` without any candidate.
 */
function teamOf(entries: readonly KeyedObject[]): string {
  const counts = new Map<string, number>();
  let unnamed = 0;
  const hasMonitors = entries.some(({ stored }) => stored === 'monitor');
  for (const { stored, object } of entries) {
    const teams = teamsOf(object);
    if (teams.size === 0 && (stored === 'monitor' || !hasMonitors)) unnamed += 1;
    for (const team of teams) counts.set(team, (counts.get(team) ?? 0) + 1);
  }
  const [first, ...more] = [...counts].toSorted(([, a], [, b]) => b - a);
  if (first && more.length === 0 && unnamed === 0) return first[0];
  const hint = 'Give the team: ?team= in the request, --team for birddog import.';
  if (!first) {
    const why = entries.length === 0 ? 'No objects were found' : 'The objects have no team: tag';
    throw new ProblemError('bad_request', `${why}, so the team of the application is unknown.`, {
      hint: entries.length === 0 ? `Check the query. ${hint}` : hint,
    });
  }
  const candidates = [first, ...more.slice(0, MAX_CANDIDATES - 1)];
  const names = candidates.map(([team, count]) => `${team} (${count} of ${entries.length} objects)`);
  const hidden = more.length + 1 - candidates.length;
  throw new ProblemError(
    'ambiguous_team',
    `The team is not clear from the tags of the objects: ${names.join(', ')}${hidden > 0 ? ` and ${hidden} more` : ''}.`,
    { members: { matches: candidates.map(([team]) => team) }, hint },
  );
}

/** Maximum number of teams that the problem `ambiguous_team` names. */
const MAX_CANDIDATES = 10;

/** Returns the valid names of teams in the tags of an object. */
function teamsOf({ tags }: JsonObject): ReadonlySet<string> {
  const names = (Array.isArray(tags) ? tags : []).flatMap((tag) =>
    typeof tag === 'string' && tag.startsWith(TEAM_TAG) ? [tag.slice(TEAM_TAG.length)] : [],
  );
  return new Set(names.filter((name) => TEAM_SLUG.test(name)));
}
