import { wholeNumberIn } from '../../domain/whole-number.ts';
import { SPAN_LENGTH, spanSeconds } from '../../contract/span.ts';
import type { Format } from '../../format/decoded.ts';
import { isSetValue } from '../../contract/query-parameters.ts';
import { KEY_SLUG } from '../../domain/application.ts';
import { serviceUrl } from '../../runtime/settings.ts';
import type { BirddogClient } from '../client/birddog-client.ts';
import type { Io } from '../command.ts';
import type { Exit } from '../exit-status.ts';
import { type Arguments, choice, flag, type Option, UsageError } from '../options.ts';
import { failureOf } from '../print/print-failure.ts';
import { type ProgressBar, progressBar } from '../print/progress.ts';
import type { Paint } from '../print/report.ts';
import { visibleJson } from '../print/visible.ts';

export const FORMATS = ['yaml', 'json', 'toml'] as const satisfies readonly Format[];

export const INPUT_FORMAT = choice(
  'input-format',
  FORMATS,
  undefined,
  'format of standard input and of files with any other extension (default: yaml)',
);

/** An option of every command that reads documents. Its value is that of the query parameter `set`. */
export const SET: Option<string | undefined> = {
  name: 'set',
  value: 'NAME=VALUE',
  isRepeatable: true,
  help: 'value of a parameter of the document, before every other value; may be repeated',
  read(text) {
    const invalid = text?.split('\n').find((one) => !isSetValue(one));
    if (invalid !== undefined)
      throw new UsageError(`--set must be NAME=VALUE with the name of a parameter, not "${invalid}"`);
    return text;
  },
};

export const URL_OPTION: Option<string | undefined> = {
  name: 'url',
  value: 'URL',
  help: "URL of Birddog (default: BIRDDOG_URL, or http://127.0.0.1:8080). Set BIRDDOG_TOKEN to your bearer token, and BIRDDOG_CACERT to a file with the CA of Birddog's certificate",
  read(text) {
    if (text === undefined) return undefined;
    try {
      serviceUrl(text);
      return text;
    } catch (error) {
      throw new UsageError(`--url: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
};

/** Timeout of one call, in milliseconds. */
const DEADLINE: Option<number> = {
  name: 'deadline',
  value: 'SECONDS',
  help: 'timeout of each request, 1 to 600 (default: 25)',
  read(text = '25') {
    const seconds = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || seconds < 1 || seconds > 600)
      throw new UsageError(`--deadline must be a number of seconds from 1 to 600, not "${text}"`);
    return Math.round(seconds * 1000);
  },
};

export const JSON_OPTION = flag('json', 'print the result as one JSON object');
const NO_COLOR = flag('no-color', 'do not use colors; NO_COLOR=1 has the same effect');

/** Options of every command that sends documents or receives them. */
export const CLIENT_OPTIONS: readonly Option<unknown>[] = [URL_OPTION, DEADLINE, JSON_OPTION, NO_COLOR];
/** Options of every command that reads documents. */
export const DOCUMENT_OPTIONS: readonly Option<unknown>[] = [INPUT_FORMAT, SET, ...CLIENT_OPTIONS];
/** An option of the commands that plan. */
export const OFFLINE = flag('offline', 'do not ask Datadog to validate the new and changed monitors');
/** An option of the commands that apply. */
export const MAX_CHANGES: Option<number | undefined> = {
  name: 'max-changes',
  value: 'N',
  help: 'write nothing if the query, thresholds or recipients of more than N existing monitors would change (default: a percentage that the server sets)',
  read(text) {
    if (text === undefined) return undefined;
    const count = wholeNumberIn(text, 0, 100_000);
    if (count === undefined)
      throw new UsageError(`--max-changes must be a whole number from 0 to 100000, not "${text}"`);
    return count;
  },
};
/** An option of the commands that plan. */
export const ONLY: Option<readonly string[] | undefined> = {
  name: 'only',
  value: 'KEY,...',
  help: 'only the entries with these keys; everything else stays as it is',
  read(text) {
    const keys = text?.split(',');
    const invalid = keys?.find((key) => !KEY_SLUG.test(key));
    if (invalid !== undefined)
      throw new UsageError(`--only must be a comma-separated list of keys, and "${invalid}" is not a key`);
    return keys;
  },
};

/** Returns an option with the length of the span of a preview. */
export function spanOption(name: string, help: string): Option<string | undefined> {
  return {
    name,
    value: 'SPAN',
    help,
    read(text) {
      if (text !== undefined && spanSeconds(text) === undefined)
        throw new UsageError(`--${name} must be ${SPAN_LENGTH.is}, not "${text}"`);
      return text;
    },
  };
}

/** Throws UsageError: `--prune` deletes what is not in the document, and no key of the document names that. */
export function requireNoPrune(only: readonly string[] | undefined, prune: boolean): void {
  if (only && prune) throw new UsageError('--only and --prune cannot be used together');
}

/** The exit statuses that mean the same for every command that sends requests. */
export const CLIENT_STATUSES = {
  unavailable: 'Birddog did not answer, or a part of it is unavailable',
  settings: 'a setting is invalid',
} as const;

/** Values of the options of every command that sends documents or receives them. */
export interface ClientOptions {
  /** Timeout of one call, in milliseconds. */
  readonly deadlineMs: number;
  readonly json: boolean;
}

/** Returns the values of CLIENT_OPTIONS. */
export function clientOptions({ get }: Pick<Arguments<unknown>, 'get'>): ClientOptions {
  return { deadlineMs: get(DEADLINE), json: get(JSON_OPTION) };
}

export interface DocumentOptions extends ClientOptions {
  readonly files: readonly string[];
  /** Format of standard input and of files with another extension. */
  readonly inputFormat: Format | undefined;
  /** Values of parameters, one on each line. */
  readonly set: string | undefined;
}

/** Returns the values of DOCUMENT_OPTIONS and the files. */
export function documentOptions(args: Arguments<readonly string[]>): DocumentOptions {
  return {
    ...clientOptions(args),
    files: args.operands,
    inputFormat: args.get(INPUT_FORMAT),
    set: args.get(SET),
  };
}

/** Input and output of a command that sends requests to Birddog. */
export interface ClientIo extends Io {
  readonly client: BirddogClient;
  readonly progress: ProgressBar;
}

const plain: Paint = (_style, text) => text;

/** Runs the work of a command that sends requests, and closes the connection at the end. Throws SettingsError. */
export async function withClient(
  { get }: Pick<Arguments<unknown>, 'get'>,
  io: Io,
  work: (io: ClientIo) => Promise<Exit>,
): Promise<Exit> {
  const client = io.clientOf(get(URL_OPTION));
  const progress = progressBar({ ...io, err: io.errExact });
  const painted = get(NO_COLOR) ? { paint: plain, paintErr: plain } : {};
  try {
    return await work({ ...io, ...painted, client, progress });
  } finally {
    progress.close();
    client.close();
  }
}

/** Prints the failure of a request, with `--json` also as JSON. Returns the exit status. Rethrows any other error. */
export function printFailure(
  error: unknown,
  { json }: Pick<ClientOptions, 'json'>,
  { out, err, paintErr }: Pick<Io, 'out' | 'err' | 'paintErr'>,
): Exit {
  const failure = failureOf(error, paintErr);
  if (json) out(`${visibleJson({ error: failure.json })}\n`);
  err(failure.text);
  return failure.exit;
}
