import type { Format } from '../../format/decoded.ts';
import { requireFiles, INPUT_FORMATS, oneOf, readOptions } from './read-options.ts';
import { OUTPUT_FORMATS, type OutputFormat } from '../print/report.ts';

export interface LintOptions {
  readonly files: readonly string[];
  readonly output: OutputFormat;
  /** Of standard input, and of files with another extension. */
  readonly inputFormat: Format | undefined;
  readonly fix: boolean;
  readonly strict: boolean;
  readonly help: boolean;
}

export const LINT_USAGE = `usage: birddog lint [OPTION...] FILE...

Says what is wrong with monitors, alerts and dashboards in files of YAML, JSON or TOML, offline. FILE is named
.yaml, .yml, .json or .toml; - is standard input. Of a folder, all files so named in it are looked at, at any depth.

  --format text|json|sarif|github   how findings are told (text)
  --input-format yaml|json|toml     what - holds, and files with another name (yaml)
  --fix                             mends what can be mended, in the files themselves; - goes to standard output
  --strict                          warnings count as errors
  --help                            says this

Ends with 0 where nothing is wrong or there are warnings alone, 1 where there is an error, 2 where a file
cannot be read or an option is not known.
`;

/** Reads the arguments of `birddog lint`. Throws UsageError. */
export function lintOptions(args: readonly string[]): LintOptions {
  const { values, positionals } = readOptions(args, {
    format: { type: 'string', default: 'text' },
    'input-format': { type: 'string' },
    fix: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  const inputFormat = values['input-format'];
  return {
    files: values.help ? [] : requireFiles(positionals),
    output: oneOf('--format', OUTPUT_FORMATS, values.format),
    inputFormat: inputFormat === undefined ? undefined : oneOf('--input-format', INPUT_FORMATS, inputFormat),
    fix: values.fix,
    strict: values.strict,
    help: values.help,
  };
}
