import { APPLICATION_SLUG, TEAM_SLUG } from '../../domain/application.ts';
import { ProblemError } from '../../domain/problem.ts';
import { decode } from '../../format/decode.ts';
import { type Decoded, OBJECT_LIMITS } from '../../format/decoded.ts';
import { importAnswerSchema } from '../../contract/answers.ts';
import { BirddogProblem, parsedAnswer } from '../client/birddog-failures.ts';
import { command, type Io } from '../command.ts';
import {
  type ApplicationSource,
  documentsOf,
  type FoundResource,
  type LeftOut,
  type PlacedResource,
  placeResources,
  removedText,
} from '../convert/convert-state.ts';
import { mapped, readMapping } from '../convert/mapping.ts';
import { type ReadObjects, readObjects } from '../convert/read-objects.ts';
import { objectOf } from '../convert/terraform-objects.ts';
import { readState, STATE_LIMITS, StateError } from '../convert/terraform-state.ts';
import { type Conversion, writeConversion } from '../convert/write-documents.ts';
import { failureLine } from '../documents/documents.ts';
import { unreadable } from '../documents/lint-text.ts';
import { FileError, formatOfFile, readBounded, readBytes } from '../documents/text-files.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { choice, flag, type Operands, type Option, textOption, UsageError } from '../options.ts';
import { failureOf } from '../print/print-failure.ts';
import {
  CLIENT_OPTIONS,
  CLIENT_STATUSES,
  type ClientIo,
  clientOptions,
  INPUT_FORMAT,
  JSON_OPTION,
  withClient,
} from './client-options.ts';

const MAPPING = textOption(
  'mapping',
  'FILE',
  'convert by the rules in FILE: which values of the input are which fields of a document',
);
const FROM = choice(
  'from',
  ['terraform'],
  undefined,
  'the format of the input, instead of --mapping: the output of "terraform show -json"',
);
const OFFLINE = flag(
  'offline',
  'with --from: do not read the objects from Datadog; use their attributes in the input, and leave out what these cannot say',
);
const APPLICATION = slugOption(
  'application',
  'A',
  APPLICATION_SLUG,
  'application of the documents; with --application-from, of the objects that it finds none for',
);
const TEAM = slugOption('team', 'T', TEAM_SLUG, 'team that owns the applications (required)');
const APPLICATION_FROM: Option<ApplicationSource['from']> = {
  name: 'application-from',
  value: 'tag:NAME|module',
  help: 'with --from: the application of each object is the value of its tag NAME, or its outermost module',
  read(text) {
    if (text === undefined || text === 'module') return text;
    const [, tag] = /^tag:([A-Za-z][\w.-]{0,99})$/.exec(text) ?? [];
    if (tag === undefined)
      throw new UsageError(`--application-from must be module, or tag: and the name of a tag, not "${text}"`);
    return { tag };
  },
};
const OUT = textOption(
  'out',
  'DIR',
  'folder for the documents, one new file for each application, and removed.tf (default: standard output)',
);

const INPUT: Operands<string> = {
  usage: 'FILE',
  files: true,
  read([given, ...more]) {
    if (given === undefined || more.length > 0) throw new UsageError('exactly one file is required');
    return given;
  },
};

export const convertCommand = command({
  name: 'convert',
  summary: 'Convert Terraform, or any YAML or JSON, to documents',
  description:
    'Convert monitors, alerts and dashboards in other formats to documents: those of Terraform, or of any YAML, JSON or TOML file by a mapping (docs/convert.md). - is standard input. Existing files are never overwritten.',
  examples: [
    'birddog convert --mapping mapping.yaml --application checkout --team shop alerts.yaml',
    'birddog convert --from terraform --application checkout --team shop --out documents state.json',
    'birddog convert --from terraform --offline --application-from tag:service --team shop state.json',
  ],
  options: [
    MAPPING,
    FROM,
    OFFLINE,
    APPLICATION,
    APPLICATION_FROM,
    TEAM,
    OUT,
    INPUT_FORMAT,
    ...CLIENT_OPTIONS,
  ],
  operands: INPUT,
  statuses: {
    done: 'everything was converted',
    failed: 'nothing was converted: a file cannot be read, or a value is missing in it',
    differences: 'the documents were written, and what they do not contain was listed',
    ...CLIENT_STATUSES,
  },
  async run(args, io) {
    const { operands: file, get } = args;
    const team = get(TEAM);
    const mapping = get(MAPPING);
    const source = { application: get(APPLICATION), from: get(APPLICATION_FROM) };
    if ((mapping === undefined) === (get(FROM) === undefined))
      throw new UsageError('either --mapping FILE or --from terraform is required');
    if (team === undefined) throw new UsageError('--team is required');
    const destination = { folder: get(OUT), json: get(JSON_OPTION) };
    const finish = (conversion: Conversion) => writeConversion(conversion, destination, io);
    return reportFaults(io, async () => {
      if (mapping === undefined) {
        if (source.application === undefined && source.from === undefined)
          throw new UsageError('--application or --application-from is required');
        const { value } = await readInput(file, 'json', io);
        const owner = { team, source };
        if (get(OFFLINE)) return finish(await convertState(value, owner, objectsInState));
        const { deadlineMs } = clientOptions(args);
        return withClient(args, io, (clientIo) =>
          reportFailure(clientIo, async () => {
            const conversion = await convertState(value, owner, objectsInDatadog(team, deadlineMs, clientIo));
            clientIo.progress.clear();
            return finish(conversion);
          }),
        );
      }
      const { application } = source;
      if (application === undefined || source.from !== undefined)
        throw new UsageError('--mapping needs --application, and no --application-from');
      const input = await readInput(file, get(INPUT_FORMAT), io);
      return finish(await convertMapped(mapping, { file, input }, { application, team }));
    });
  },
});

/** Returns an option whose value is the name of an application or team. */
function slugOption(name: string, value: string, slug: RegExp, help: string): Option<string | undefined> {
  return {
    name,
    value,
    help,
    read(text) {
      if (text !== undefined && !slug.test(text))
        throw new UsageError(`--${name} must be lower-case letters, digits and . _ -, not "${text}"`);
      return text;
    },
  };
}

/** A fault in a file, with its place: `FILE:line:column`, or only the file. */
class PlacedFaults extends Error {
  readonly faults: readonly (readonly [place: string, message: string])[];

  constructor(faults: readonly (readonly [place: string, message: string])[]) {
    super('the files have faults');
    this.faults = faults;
  }
}

/** Prints the faults of files, one on each line. */
async function reportFaults({ err, paintErr }: Io, work: () => Promise<Exit>): Promise<Exit> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlacedFaults)
      for (const [place, message] of error.faults) err(failureLine(place, message, paintErr));
    else if (error instanceof FileError) err(failureLine('birddog convert', error.message, paintErr));
    else throw error;
    return EXIT.failed;
  }
}

/** Prints the failure of a request. Rethrows the faults of files. */
async function reportFailure(
  { progress, err, paintErr }: ClientIo,
  work: () => Promise<Exit>,
): Promise<Exit> {
  try {
    return await work();
  } catch (error) {
    progress.clear();
    if (error instanceof FileError) throw error;
    const failure = failureOf(error, paintErr);
    err(failure.text);
    return failure.exit;
  }
}

/** Limits on the input. Its entries are not those of a document, so they have no limits of their own. */
const INPUT_LIMITS = { ...STATE_LIMITS, aliases: OBJECT_LIMITS.aliases };

async function readInput(name: string, format: Parameters<typeof formatOfFile>[1], io: Io): Promise<Decoded> {
  try {
    const bytes =
      name === '-'
        ? await readBounded(io.stdin, INPUT_LIMITS.bytes)
        : await readBytes(name, INPUT_LIMITS.bytes);
    return await decode(bytes, formatOfFile(name, format), INPUT_LIMITS);
  } catch (error) {
    if (error instanceof FileError) throw new PlacedFaults([[name, error.message]]);
    if (!(error instanceof ProblemError)) throw error;
    throw new PlacedFaults(
      unreadable(error).map(({ line, column, message }) => [`${name}:${line}:${column}`, message]),
    );
  }
}

/** Converts a file by a mapping. Throws PlacedFaults for the faults of the mapping, and for the values that the file lacks. */
async function convertMapped(
  mappingFile: string,
  { file, input }: { readonly file: string; readonly input: Decoded },
  { application, team }: { readonly application: string; readonly team: string },
): Promise<Conversion> {
  const mapping = await mappingIn(mappingFile);
  const { lists, missing } = mapped(mapping, input.value);
  if (missing.length > 0)
    throw new PlacedFaults(
      missing.map(({ pointer, message }) => {
        const { line, column } = input.locate(pointer);
        return [`${file}:${line}:${column}`, message];
      }),
    );
  const document = { apiVersion: 'birddog/v1', application, team, ...lists };
  return { documents: [{ application, document }], leftOut: [], comment: [] };
}

async function mappingIn(name: string): ReturnType<typeof readMapping> {
  try {
    return await readMapping(await readBytes(name));
  } catch (error) {
    if (error instanceof FileError) throw new PlacedFaults([[name, error.message]]);
    if (!(error instanceof Error)) throw error;
    throw new PlacedFaults(
      error.message.split('\n').map((fault): [string, string] => {
        const [, place, message = fault] = /^(\d+:\d+): (.*)$/.exec(fault) ?? [];
        return [place === undefined ? name : `${name}:${place}`, message];
      }),
    );
  }
}

/** Finds the objects of resources: in the state itself, or in Datadog. */
type FindObjects = (placed: readonly PlacedResource[]) => ReadObjects | Promise<ReadObjects>;

/** Finds the objects of resources by their attributes. */
function objectsInState(placed: readonly PlacedResource[]): ReadObjects {
  const leftOut: LeftOut[] = [];
  const found = placed.flatMap((resource): FoundResource[] => {
    const result = objectOf(resource);
    if (result.why === undefined) return [{ resource, object: result.object }];
    leftOut.push({ address: resource.address, why: result.why });
    return [];
  });
  return { found, leftOut };
}

/** Reads the objects of resources through Birddog. */
function objectsInDatadog(
  team: string,
  deadlineMs: number,
  { client, progress }: ClientIo,
): (placed: readonly PlacedResource[]) => Promise<ReadObjects> {
  return (placed) =>
    readObjects(
      placed,
      async (application, ids) => {
        const query = { application, team, id: ids.join(','), raw: 'true' };
        try {
          const answer = await client.send({ method: 'POST', path: '/import', query, deadlineMs });
          return parsedAnswer(importAnswerSchema, answer);
        } catch (error) {
          if (error instanceof BirddogProblem && error.code === 'not_found') return undefined;
          throw error;
        }
      },
      (count) => progress.show(count, placed.length, 'reading objects'),
    );
}

/** Converts the output of `terraform show -json`. */
async function convertState(
  value: Decoded['value'],
  { team, source }: { readonly team: string; readonly source: ApplicationSource },
  find: FindObjects,
): Promise<Conversion> {
  const state = stateIn(value);
  const { placed, leftOut } = placeResources(state, source);
  const { found, leftOut: unread } = await find(placed);
  const { documents, leftOut: managed } = documentsOf(found, team);
  const all = [...leftOut, ...unread, ...managed];
  return {
    documents,
    leftOut: all,
    removed: removedText(state, all),
    comment: [
      'Converted from the state of Terraform. The first apply adds only markers and the team.',
      'Apply removed.tf with Terraform before or right after it. You can remove adopt afterwards.',
    ],
  };
}

function stateIn(value: Decoded['value']): ReturnType<typeof readState> {
  try {
    return readState(value);
  } catch (error) {
    throw error instanceof StateError ? new FileError(error.message) : error;
  }
}
