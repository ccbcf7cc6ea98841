import { type Command, type Deps, worst } from './command.ts';
import { DOCUMENT_OPTIONS, DOCUMENT_USAGE, documentOptions } from './document-options.ts';
import { readDocuments } from '../documents/documents.ts';
import { exitOf, planDocuments } from '../documents/plan-documents.ts';
import { plansJson } from '../print/print-plan-json.ts';
import { plansMarkdown } from '../print/print-markdown.ts';
import { printPlans } from '../print/print-plan.ts';
import { readOptions, UsageError } from './read-options.ts';
import { runCommand } from './run-command.ts';

const USAGE = `usage: birddog plan [OPTION...] FILE...

Show what applying documents would change in Datadog, field by field. Nothing is written. FILE ends in .yaml, .yml,
.json or .toml; - is standard input. A YAML file can hold several documents.

  birddog plan payments.yaml
  birddog plan --markdown *.yaml > summary.md      # for a pull request
  birddog plan --json payments.yaml | jq '.documents[].summary'

  --prune               also plan to delete objects that are no longer in the document
  --markdown            print a summary for reviewers: what changes for on-call, and who is notified
${DOCUMENT_USAGE}
Exit status: 0 if there are no changes, 2 if there are changes, 1 if a document is invalid or its plan failed.
`;

/** Runs `birddog plan`. */
export const planCommand: Command = (args, deps) =>
  runCommand({ name: 'plan', usage: USAGE }, deps, () => options(args), plan);

function options(args: readonly string[]) {
  const { values, positionals } = readOptions(args, {
    ...DOCUMENT_OPTIONS,
    prune: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  });
  if (values.help) return undefined;
  if (values.json && values.markdown) throw new UsageError('--json and --markdown cannot be used together');
  return { ...documentOptions(values, positionals), prune: values.prune, markdown: values.markdown };
}

async function plan(
  chosen: NonNullable<ReturnType<typeof options>>,
  working: Parameters<typeof planDocuments>[2] & Deps,
) {
  const { out, err, paint, paintErr } = working;
  const sources = await readDocuments(chosen.files, chosen.inputFormat, working, paintErr);
  const planned = await planDocuments(sources, chosen, working);
  if (chosen.json) out(plansJson(planned));
  else if (chosen.markdown) out(plansMarkdown(planned));
  else out(printPlans(planned, paint));
  for (const { failure } of planned) if (failure) err(failure.text);
  return worst(planned.map(exitOf));
}
