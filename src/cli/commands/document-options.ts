import type { ParseArgsOptionsConfig } from 'node:util';
import type { Format } from '../../format/decoded.ts';
import { serviceUrl } from '../../runtime/settings.ts';
import { requireFiles, INPUT_FORMATS, oneOf, UsageError } from './read-options.ts';

/** Options of every command that sends requests to Birddog. */
export const CLIENT_OPTIONS = {
  url: { type: 'string' },
  deadline: { type: 'string', default: '25' },
  json: { type: 'boolean', default: false },
  'no-color': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** Options of every command that reads documents. */
export const DOCUMENT_OPTIONS = {
  ...CLIENT_OPTIONS,
  'input-format': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** Help text of the options above. */
export const CLIENT_USAGE = `  --url URL             URL of Birddog (default: BIRDDOG_URL, or http://127.0.0.1:8080). BIRDDOG_TOKEN holds your
                        bearer token, BIRDDOG_CACERT names a file with the CA of Birddog's certificate
  --deadline SECONDS    timeout of one call, 1 to 600 (default: 25)
  --json                print one JSON object at the end
  --no-color            do not use colors, like NO_COLOR=1
  --help                show this help
`;
export const DOCUMENT_USAGE = `  --input-format yaml|json|toml
                        format of standard input and of files with another extension (default: yaml)
${CLIENT_USAGE}`;

/** Parsed options of every command that sends requests to Birddog. */
export interface ClientOptions {
  readonly url: string | undefined;
  readonly deadlineMs: number;
  readonly json: boolean;
  readonly color: boolean;
}

/** Parses the options of every command that sends requests to Birddog. Throws UsageError. */
export function clientOptions(values: {
  readonly url?: string | undefined;
  readonly deadline: string;
  readonly json: boolean;
  readonly 'no-color': boolean;
}): ClientOptions {
  const seconds = Number(values.deadline);
  if (!/^\d+(\.\d+)?$/.test(values.deadline) || seconds < 1 || seconds > 600) {
    throw new UsageError(`--deadline must be a number of seconds from 1 to 600, not "${values.deadline}"`);
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

/** Parses the options of every command that reads documents. Throws UsageError. */
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
