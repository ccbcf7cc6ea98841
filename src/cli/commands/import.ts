import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Format } from '../../format/decoded.ts';
import { type Command, EXIT, type Exit } from './command.ts';
import { CLIENT_OPTIONS, CLIENT_USAGE, clientOptions } from './document-options.ts';
import { failureOf } from '../print/print-failure.ts';
import { printDocument } from '../print/print-document.ts';
import { text } from '../client/plan-answer.ts';
import { INPUT_FORMATS, oneOf, readOptions, UsageError } from './read-options.ts';
import { runCommand, type Working } from './run-command.ts';
import { createText, FileError, formatOfFile } from '../documents/text-files.ts';
import { findingsIn } from '../client/birddog-failures.ts';
import { visible } from '../print/visible.ts';

const USAGE = `usage: birddog import --application A [OPTION...]

Write a document of existing monitors and dashboards. Its first plan only adds markers. Without --query, --id and --tag,
it holds the objects of the application.

  birddog import --application checkout --team shop --query 'service:checkout' --output checkout.yaml
  birddog import --application checkout --id 123,abc-def-ghi

  --application A       application of the document (required)
  --team T              team that owns the application; required if the objects do not name one
  --query TEXT          import monitors that Datadog's monitor search finds
  --id ID,...           import monitors and dashboards with these ids
  --tag TAG             import objects with this tag
  --format yaml|json|toml
                        format of the document (default: by the extension of --output, or yaml)
  --output FILE         new file for the document; an existing file is never overwritten (default: standard output)
${CLIENT_USAGE}
Exit status: 0 if the document was written, 1 otherwise.
`;

/** `birddog import` */
export const importCommand: Command = (args, deps) =>
  runCommand({ name: 'import', usage: USAGE }, deps, () => importOptions(args), importDocument);

function importOptions(args: readonly string[]) {
  const { values, positionals } = readOptions(args, {
    ...CLIENT_OPTIONS,
    application: { type: 'string' },
    team: { type: 'string' },
    query: { type: 'string' },
    id: { type: 'string' },
    tag: { type: 'string' },
    format: { type: 'string' },
    output: { type: 'string' },
  });
  if (values.help) return undefined;
  const { application, team, query, id, tag, output } = values;
  if (application === undefined) throw new UsageError('--application is required');
  if (positionals.length > 0) throw new UsageError('import reads no files; name the new file with --output');
  return {
    ...clientOptions(values),
    parameters: { application, team, query, id, tag },
    output,
    format: formatFor(values.format, output),
  };
}

function formatFor(format: string | undefined, output: string | undefined): Format {
  if (format !== undefined) return oneOf('--format', INPUT_FORMATS, format);
  try {
    return output === undefined ? 'yaml' : formatOfFile(output, undefined);
  } catch {
    throw new UsageError(
      'the file of --output must end in .yaml, .yml, .json or .toml; otherwise pass --format',
    );
  }
}

async function importDocument(
  { parameters, format, output, deadlineMs, json }: NonNullable<ReturnType<typeof importOptions>>,
  { client, progress, outExact: exact, err, paintErr }: Working,
): Promise<Exit> {
  const { application } = parameters;
  progress.show(0, 1, `importing ${application}`);
  try {
    const answer = await client.send({ method: 'POST', path: '/import', query: parameters, deadlineMs });
    progress.clear();
    for (const { severity, message, hint } of findingsIn(answer)) {
      err(
        `${paintErr(severity, `${severity}:`)} ${visible(message)}${hint === undefined ? '' : ` ${visible(hint)}`}\n`,
      );
    }
    const document = documentIn(answer);
    const written = printDocument(document, json ? 'json' : format, commentFor(parameters, client.url));
    if (output === undefined) exact(written);
    else await createText(output, written);
    const counts = [count(document['monitors'], 'monitor'), count(document['dashboards'], 'dashboard')];
    err(
      `${counts.join(' and ')} of ${text(document, 'application')}${output === undefined ? '' : ` written to ${visible(output)}`}\n`,
    );
    return EXIT.nothing;
  } catch (error) {
    progress.clear();
    if (!(error instanceof FileError)) err(failureOf(error, paintErr).text);
    else err(`birddog import: ${visible(output ?? '')}: ${visible(error.message)}\n`);
    return EXIT.error;
  }
}

function documentIn({ document }: JsonObject): JsonObject {
  return isObject(document) ? document : {};
}

function count(list: Json | undefined, name: string): string {
  const length = Array.isArray(list) ? list.length : 0;
  return `${length} ${name}${length === 1 ? '' : 's'}`;
}

/** Returns a comment that explains where the document came from. */
function commentFor(
  { application, query, id, tag }: Readonly<Record<string, string | undefined>>,
  url: URL,
): string[] {
  const found = Object.entries({ query, id, tag }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return [
    `Objects of ${application} in Datadog${found.length > 0 ? `, found by ${found.join(', ')}` : ''}; imported by birddog import from ${url.href}`,
    'birddog plan shows what applying it would change: at first, only markers. You can remove adopt after the first apply.',
  ];
}
