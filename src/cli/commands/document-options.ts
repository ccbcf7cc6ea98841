import type { ParseArgsOptionsConfig } from 'node:util';
import type { Format } from '../../format/decoded.ts';
import { serviceUrl } from '../../runtime/settings.ts';
import { requireFiles, INPUT_FORMATS, oneOf, UsageError } from './read-options.ts';

/** Options of every command that asks Birddog. */
export const CLIENT_OPTIONS = {
  url: { type: 'string' },
  deadline: { type: 'string', default: '25' },
  json: { type: 'boolean', default: false },
  'no-color': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** Options of every command that takes documents. */
export const DOCUMENT_OPTIONS = {
  ...CLIENT_OPTIONS,
  'input-format': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** What `--help` says of them. */
export const CLIENT_USAGE = `  --url URL             where Birddog is (BIRDDOG_URL, else http://127.0.0.1:8080); BIRDDOG_TOKEN says who
                        asks, BIRDDOG_CACERT names a file with the CA of its certificate
  --deadline SECONDS    how long one call may take, 1 to 600 (25)
  --json                for machines, in one piece at the end
  --no-color            no colours, as with NO_COLOR=1
  --help                says this
`;
export const DOCUMENT_USAGE = `  --input-format yaml|json|toml
                        what - holds, and files with another name (yaml)
${CLIENT_USAGE}`;

/** What the options of every command that asks Birddog come to. */
export interface ClientOptions {
  readonly url: string | undefined;
  /** Milliseconds. */
  readonly deadlineMs: number;
  readonly json: boolean;
  readonly color: boolean;
}

/** Reads what every command that asks Birddog takes. Throws UsageError. */
export function clientOptions(values: {
  readonly url?: string | undefined;
  readonly deadline: string;
  readonly json: boolean;
  readonly 'no-color': boolean;
}): ClientOptions {
  const seconds = Number(values.deadline);
  if (!/^\d+(\.\d+)?$/.test(values.deadline) || seconds < 1 || seconds > 600) {
    throw new UsageError(`--deadline is a number of seconds from 1 to 600, not "${values.deadline}"`);
  }
  requireUrl(values.url);
  return {
    url: values.url,
    deadlineMs: Math.round(seconds * 1000),
    json: values.json,
    color: !values['no-color'],
  };
}

function requireUrl(url: string | undefined): void {
  if (url === undefined) return;
  try {
    serviceUrl(url);
  } catch (error) {
    throw new UsageError(`--url: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export interface DocumentOptions extends ClientOptions {
  readonly files: readonly string[];
  readonly inputFormat: Format | undefined;
}

/** Reads what every command that takes documents takes. Throws UsageError. */
export function documentOptions(
  values: Parameters<typeof clientOptions>[0] & { readonly 'input-format'?: string | undefined },
  positionals: readonly string[],
): DocumentOptions {
  const format = values['input-format'];
  return {
    ...clientOptions(values),
    files: requireFiles(positionals),
    inputFormat: format === undefined ? undefined : oneOf('--input-format', INPUT_FORMATS, format),
  };
}
