import type { Format } from '../../format/decoded.ts';
import { requireFiles, INPUT_FORMATS, oneOf, readOptions } from './read-options.ts';
import { OUTPUT_FORMATS, type OutputFormat } from '../print/report.ts';

export interface LintOptions {
  readonly files: readonly string[];
  readonly output: OutputFormat;
  /** Format of standard input and of files with another extension. */
  readonly inputFormat: Format | undefined;
  readonly fix: boolean;
  readonly strict: boolean;
  readonly help: boolean;
}

export const LINT_USAGE = `usage: birddog lint [OPTION...] FILE...

Check files of monitors, alerts and dashboards in YAML, JSON or TOML, offline. FILE ends in .yaml, .yml, .json or .toml;
- is standard input. For a folder, check all such files in it, at any depth.

  --format text|json|sarif|github   output format (default: text)
  --input-format yaml|json|toml     format of standard input and of files with another extension (default: yaml)
  --fix                             apply the available fixes to the files; - is written to standard output
  --strict                          treat warnings as errors
  --help                            show this help

Exit status: 0 if there are no findings or only warnings, 1 if there is an error, 2 if a file cannot be read or an
option is invalid.
`;

/** Parses the arguments of `birddog lint`. Throws UsageError. */
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
