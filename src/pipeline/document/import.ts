import type { ImportAnswer } from '../../contract/answers.ts';
import { append } from '../../domain/append.ts';
import { keyFromName } from '../../domain/application.ts';
import { asWritten } from '../../diff/minimal-object.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { STORED_KINDS, type StoredKind } from '../../domain/managed-fields.ts';
import { idOf, markOf, oldestFirst, ownershipOf, unmarked } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import { withReferences } from '../../domain/references.ts';
import { conflictOf, markerConflict } from '../contested.ts';
import { routeMembers } from '../describe.ts';
import type { Ports } from '../ports.ts';
import { answerFindings } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';

interface Entry {
  readonly stored: StoredKind;
  readonly key: string;
  /** True if the object has no marker yet, so that the entry has to adopt it. */
  readonly adopt: boolean;
  readonly object: JsonObject;
}

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
  const entries = withKeys(
    found.filter((one) => !omitted.has(one)),
    application,
  );
  const keys = new Map(entries.map(({ stored, key, object }) => [`${stored}:${idOf(object)}`, key]));
  const list = (stored: StoredKind) =>
    entries
      .filter((entry) => entry.stored === stored)
      .map(({ key, adopt, object }) => ({
        key,
        ...(adopt ? { adopt: idOf(object) } : {}),
        ...withReferences(stored, asWritten(stored, unmarked(stored, object)), keys),
      }));
  const [monitors, dashboards] = [list('monitor'), list('dashboard')];
  return {
    status: 200,
    body: {
      application,
      ...routeMembers(route),
      document: {
        apiVersion: 'birddog/v1',
        application,
        team: query.team ?? teamOf(entries) ?? throwUnknownTeam(entries),
        ...(monitors.length > 0 ? { monitors } : {}),
        ...(dashboards.length > 0 ? { dashboards } : {}),
      },
      findings: answerFindings(
        [...foreign.map((one) => omittedFinding(one, ports)), ...synthetics.map(syntheticsFinding)],
        undefined,
      ),
      request_id: context.requestId,
    },
  };
}

/** Returns the warning about an omitted object, which belongs to another application or has two different markers. */
function omittedFinding({ stored, object }: Found, ports: Ports): Finding {
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
function syntheticsFinding({ object }: Found): Finding {
  return {
    code: 'synthetics_elsewhere',
    severity: 'warning',
    message: `The monitor ${idOf(object)} is omitted: it belongs to a synthetic test, and only the Synthetics API can change it.`,
    pointer: '',
  };
}

type Found = Pick<Entry, 'stored' | 'object'>;

async function findAll({ query, context }: PipelineRequest, ports: Ports): Promise<Found[]> {
  const { application = '', query: text, tag, id } = query;
  if (id !== undefined && (text ?? tag) !== undefined) {
    throw new ProblemError('bad_request', 'An import by id has no query and no tag.', {
      hint: 'Give either id, or query and tag.',
    });
  }
  const ids = id?.split(',').map((one) => one.trim()) ?? [];
  const found: Found[] = [];
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

/** Assigns a unique key to each object: that of its marker, else one derived from its name. Of clones, keeps only the oldest. */
function withKeys(found: readonly Found[], application: string): Entry[] {
  const taken = new Set<string>();
  const marked = found.flatMap(({ stored, object }): Entry[] => {
    const mark = markOf(stored, object);
    const name = `${stored}:${mark?.key ?? ''}`;
    if (mark?.application !== application || taken.has(name)) return [];
    taken.add(name);
    return [{ stored, object, key: mark.key, adopt: false }];
  });
  const others = found.flatMap(({ stored, object }): Entry[] => {
    if (markOf(stored, object)) return [];
    const name = object[stored === 'monitor' ? 'name' : 'title'];
    const slug = (typeof name === 'string' ? keyFromName(name) : undefined) ?? `${stored}-${idOf(object)}`;
    let key = slug;
    for (let count = 2; taken.has(`${stored}:${key}`); count += 1) key = `${slug.slice(0, 75)}-${count}`;
    taken.add(`${stored}:${key}`);
    return [{ stored, object, key, adopt: true }];
  });
  return [...marked, ...others];
}

/** Returns the team if all objects that have a `team:` tag have the same one. */
function teamOf(entries: readonly Entry[]): string | undefined {
  const teams = new Set(
    entries.flatMap(({ object }) => {
      const { tags } = object;
      return Array.isArray(tags)
        ? tags.flatMap((tag) => (typeof tag === 'string' && tag.startsWith('team:') ? [tag.slice(5)] : []))
        : [];
    }),
  );
  const [team] = teams;
  return teams.size === 1 ? team : undefined;
}

function throwUnknownTeam(entries: readonly Entry[]): never {
  const why = entries.length === 0 ? 'No objects were found' : 'The objects have no common team: tag';
  throw new ProblemError('bad_request', `${why}, so the team of the application is unknown.`, {
    hint: 'Check the query, or give the team: ?team= in the request, --team for birddog import.',
  });
}
