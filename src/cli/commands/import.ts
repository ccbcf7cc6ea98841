import { importAnswerSchema } from '../../contract/answers.ts';
import type { Format } from '../../format/decoded.ts';
import { located, parsedAnswer } from '../client/birddog-failures.ts';
import { command } from '../command.ts';
import { createText, FileError, formatOfFile } from '../documents/text-files.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { choice, noOperands, textOption, UsageError } from '../options.ts';
import { printDocument } from '../print/print-document.ts';
import { failureOf } from '../print/print-failure.ts';
import { visible } from '../print/visible.ts';
import {
  CLIENT_OPTIONS,
  CLIENT_STATUSES,
  type ClientIo,
  type ClientOptions,
  clientOptions,
  FORMATS,
  withClient,
} from './client-options.ts';

const APPLICATION = textOption('application', 'A', 'application of the document (required)');
const TEAM = textOption(
  'team',
  'T',
  'team that owns the application; required unless every monitor names the same one',
);
const QUERY = textOption(
  'query',
  'TEXT',
  "import monitors that Datadog's monitor search finds, and dashboards with these words",
);
const ID = textOption('id', 'ID,...', 'import monitors and dashboards with these ids');
const TAG = textOption('tag', 'TAG', 'import objects with this tag');
const FORMAT = choice(
  'format',
  FORMATS,
  undefined,
  'format of the document (default: by the extension of --output, or yaml)',
);
const OUTPUT = textOption(
  'output',
  'FILE',
  'new file for the document; an existing file is never overwritten (default: standard output)',
);

export const importCommand = command({
  name: 'import',
  summary: 'Write a document of existing monitors and dashboards',
  description:
    "Write existing monitors and dashboards to a document. The document's first plan only adds markers. Without --query, --id and --tag, the document contains the application's own objects.",
  examples: [
    "birddog import --application checkout --team shop --query 'service:checkout' --output checkout.yaml",
    'birddog import --application checkout --id 123,abc-def-ghi',
  ],
  options: [APPLICATION, TEAM, QUERY, ID, TAG, FORMAT, OUTPUT, ...CLIENT_OPTIONS],
  operands: noOperands('import reads no files; name the new file with --output'),
  statuses: { done: 'the document was written', failed: 'the document was not written', ...CLIENT_STATUSES },
  run(args, io) {
    const { get } = args;
    const application = get(APPLICATION);
    if (application === undefined) throw new UsageError('--application is required');
    const output = get(OUTPUT);
    const options = {
      ...clientOptions(args),
      parameters: { application, team: get(TEAM), query: get(QUERY), id: get(ID), tag: get(TAG) },
      output,
      format: get(FORMAT) ?? formatFor(output),
    };
    return withClient(args, io, (clientIo) => importDocument(options, clientIo));
  },
});

interface ImportOptions extends ClientOptions {
  readonly parameters: Readonly<Record<'team' | 'query' | 'id' | 'tag', string | undefined>> & {
    readonly application: string;
  };
  /** The new file; undefined for standard output. */
  readonly output: string | undefined;
  readonly format: Format;
}

function formatFor(output: string | undefined): Format {
  try {
    return output === undefined ? 'yaml' : formatOfFile(output, undefined);
  } catch {
    throw new UsageError(
      'the file of --output must end in .yaml, .yml, .json or .toml; otherwise pass --format',
    );
  }
}

async function importDocument(
  { parameters, format, output, deadlineMs, json }: ImportOptions,
  { client, progress, outExact, err, paintErr }: ClientIo,
): Promise<Exit> {
  const { application } = parameters;
  progress.show(0, 1, `importing ${application}`);
  try {
    const answer = await client.send({ method: 'POST', path: '/import', query: parameters, deadlineMs });
    progress.clear();
    const { document, findings } = parsedAnswer(importAnswerSchema, answer);
    for (const { severity, message, hint } of located(findings)) {
      err(
        `${paintErr(severity, `${severity}:`)} ${visible(message)}${hint === undefined ? '' : ` ${visible(hint)}`}\n`,
      );
    }
    const written = printDocument(document, json ? 'json' : format, {
      // The server of the import serves the schema that it checks documents against.
      schema: new URL('schema.json', client.url.href.replace(/\/?$/, '/')),
      comment: commentFor(parameters, client.url),
    });
    if (output === undefined) outExact(written);
    else await createText(output, written);
    const { alerts, monitors, dashboards } = document;
    err(
      `${count(alerts, 'alert')}, ${count(monitors, 'monitor')} and ${count(dashboards, 'dashboard')} of ${document.application}${output === undefined ? '' : ` written to ${visible(output)}`}\n`,
    );
    return EXIT.done;
  } catch (error) {
    progress.clear();
    if (error instanceof FileError) {
      err(`birddog import: ${visible(output ?? '')}: ${visible(error.message)}\n`);
      return EXIT.failed;
    }
    const failure = failureOf(error, paintErr);
    err(failure.text);
    return failure.exit;
  }
}

function count(list: readonly unknown[] | undefined, name: string): string {
  const length = list?.length ?? 0;
  return `${length} ${name}${length === 1 ? '' : 's'}`;
}

/** Maximum length of each selection in the comment, in UTF-16 units. */
const MAX_SELECTION = 60;

/** Returns a comment that explains where the document came from. */
function commentFor(
  { application, query, id, tag }: Readonly<Record<string, string | undefined>>,
  url: URL,
): string[] {
  const found = Object.entries({ query, id, tag }).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (value.length <= MAX_SELECTION) return [`${name} ${value}`];
    return name === 'id'
      ? [`${value.split(',').length} ids`]
      : [`${name} ${value.slice(0, MAX_SELECTION).toWellFormed()}...`];
  });
  return [
    `Objects of ${application} in Datadog${found.length > 0 ? `, found by ${found.join(', ')}` : ''}; imported from ${url.href}`,
    'The first apply adds only markers and the team. You can remove adopt afterwards.',
  ];
}
