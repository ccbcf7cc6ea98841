import { MANAGED_KINDS } from '../../domain/managed-fields.ts';
import { historyAnswerSchema, type HistoryRevision } from '../../contract/answers.ts';
import { catalogsIn } from '../../contract/schemas.ts';
import { type JsonObject, printJson } from '../../domain/json.ts';
import { parsedAnswer } from '../client/birddog-failures.ts';
import { command } from '../command.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { choice, type Operands, type Option, textOption, UsageError } from '../options.ts';
import { changeLines } from '../print/print-change.ts';
import type { Paint, Style } from '../print/report.ts';
import { visible, visibleJson } from '../print/visible.ts';
import {
  CLIENT_OPTIONS,
  CLIENT_STATUSES,
  type ClientIo,
  type ClientOptions,
  clientOptions,
  printFailure,
  withClient,
} from './client-options.ts';

export const APPLICATION = textOption('application', 'A', 'application of the objects (required)');
export const KIND = choice(
  'kind',
  MANAGED_KINDS,
  'monitor',
  'kind of the object with the key (default: monitor)',
);
export const CATALOGS: Option<JsonObject | undefined> = {
  name: 'catalogs',
  value: 'JSON',
  help: 'names of the application in the catalogs, as in its document: \'{"leanix": "Checkout"}\'',
  read(text) {
    if (text === undefined) return undefined;
    const names = catalogsIn(text);
    if (names === undefined)
      throw new UsageError(
        '--catalogs must be a JSON object with the names in datadog, leanix or servicenow',
      );
    return names;
  },
};
const LIMIT = textOption('limit', 'N', 'maximum number of revisions, 1 to 1000 (default: 20)');

const ONE_KEY: Operands<string | undefined> = {
  usage: '[KEY]',
  read(given) {
    if (given.length > 1) throw new UsageError(`unexpected argument "${given[1]}": give one key`);
    return given[0];
  },
};

export const historyCommand = command({
  name: 'history',
  summary: 'List what Birddog wrote, when and for whom',
  description:
    'List the writes of an application, newest first. With a key: the revisions of one object, with what changed in each.',
  examples: ['birddog history --application checkout', 'birddog history --application checkout queue-depth'],
  options: [APPLICATION, CATALOGS, KIND, LIMIT, ...CLIENT_OPTIONS],
  operands: ONE_KEY,
  statuses: { done: 'the history was printed', failed: 'something failed', ...CLIENT_STATUSES },
  run(args, io) {
    const { get, operands: key } = args;
    const limit = get(LIMIT) ?? '20';
    if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 1000)
      throw new UsageError(`--limit must be a number from 1 to 1000, not "${limit}"`);
    const object = key === undefined ? {} : { kind: get(KIND), key };
    const catalogs = get(CATALOGS);
    const named = catalogs === undefined ? {} : { catalogs: printJson(catalogs) };
    const query = { application: applicationOf(get(APPLICATION)), ...named, ...object, page_size: limit };
    return withClient(args, io, (clientIo) => showHistory(query, clientOptions(args), clientIo));
  },
});

/** Returns the application that an option names. Throws UsageError without one. */
export function applicationOf(given: string | undefined): string {
  if (given === undefined) throw new UsageError('--application is required');
  return given;
}

async function showHistory(
  query: Readonly<Record<string, string>>,
  { deadlineMs, json }: ClientOptions,
  io: ClientIo,
): Promise<Exit> {
  const { client, out, paint } = io;
  try {
    const answer = await client.send({ method: 'GET', path: '/history', query, deadlineMs });
    const { revisions, next_cursor, missing_until } = parsedAnswer(historyAnswerSchema, answer);
    const missing = missing_until === undefined ? {} : { missing_until };
    if (json) out(`${visibleJson({ revisions: revisions.map((one) => ({ ...one })), ...missing })}\n`);
    else {
      for (const revision of revisions) out(`${revisionLines(revision, paint).join('\n')}\n`);
      if (revisions.length === 0) out('The history is empty.\n');
      if (next_cursor !== undefined) out(`Older revisions are not shown; pass --limit to see more.\n`);
      else if (missing_until !== undefined)
        out(`The history was full: revisions until ${visible(missing_until)} may be missing.\n`);
    }
    return EXIT.done;
  } catch (error) {
    return printFailure(error, { json }, io);
  }
}

const STYLES: Readonly<Partial<Record<HistoryRevision['action'], Style>>> = {
  create: 'added',
  update: 'changed',
  rename: 'changed',
  replace: 'lost',
  delete: 'removed',
};

function revisionLines(revision: HistoryRevision, paint: Paint): string[] {
  const { at, kind, key, action, by, restored_from, renamed_from, changes = [] } = revision;
  const what = action === 'none' ? 'found' : action;
  const from = restored_from === undefined ? '' : `, restored from revision ${restored_from}`;
  const former = renamed_from === undefined ? '' : `, renamed from ${visible(renamed_from)}`;
  const head = `${paint('aside', visible(at))}  ${paint(STYLES[action] ?? 'aside', what)} ${kind} ${visible(key)}`;
  return [
    `${head}  revision ${revision.revision}${former}${from}, by ${visible(by)}`,
    ...changes.flatMap((change) => changeLines(change, paint, '      ')),
  ];
}
