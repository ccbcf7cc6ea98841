import { applyDocuments, type ApplyOptions, exitOfApply } from '../documents/apply-documents.ts';
import { type Command, EXIT, type Exit, worst } from './command.ts';
import { DOCUMENT_OPTIONS, DOCUMENT_USAGE, documentOptions } from './document-options.ts';
import { readDocuments, type Source } from '../documents/documents.ts';
import { exitOf, planDocuments } from '../documents/plan-documents.ts';
import { countsOf, summaryOf } from '../print/plan-summary.ts';
import { appliedJson, printApplied } from '../print/print-applied.ts';
import { printPlans } from '../print/print-plan.ts';
import { readOptions } from './read-options.ts';
import { runCommand, type Working } from './run-command.ts';

const USAGE = `usage: birddog apply [OPTION...] FILE...

Show what would change in Datadog, ask for confirmation, and apply exactly what was shown. Large documents take several
calls. If the command is interrupted, run it again to continue.

  birddog apply payments.yaml
  birddog apply --yes --prune *.yaml               # in a pipeline

  --yes                 apply without confirmation; required without a terminal
  --prune               delete objects that are no longer in the document
  --force               replace objects that Datadog cannot change in place (they get a new id), and delete any number
${DOCUMENT_USAGE}
Exit status: 0 if Datadog matches the documents, 2 if you answered no, 1 if something failed.
`;

/** `birddog apply` */
export const applyCommand: Command = (args, deps) =>
  runCommand(
    { name: 'apply', usage: USAGE },
    deps,
    () => applyOptions(args),
    async (chosen, working) => {
      const sources = await readDocuments(chosen.files, chosen.inputFormat, working, working.paintErr);
      return applySources(sources, chosen, working);
    },
  );

function applyOptions(args: readonly string[]) {
  const { values, positionals } = readOptions(args, {
    ...DOCUMENT_OPTIONS,
    yes: { type: 'boolean', default: false },
    prune: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  });
  if (values.help) return undefined;
  const { yes, prune, force } = values;
  return { ...documentOptions(values, positionals), yes, prune, force };
}

/** Plans the documents, prints the plan, asks for confirmation, and applies it. */
export async function applySources(
  sources: readonly Source[],
  options: ApplyOptions & { readonly yes: boolean },
  working: Working,
): Promise<Exit> {
  const { out, err, paint, isTerminal } = working;
  const planned = await planDocuments(sources, options, working);
  if (!options.json) out(printPlans(planned, paint));
  for (const { failure } of planned) if (failure) err(failure.text);
  const ready = planned.flatMap((one) => (exitOf(one) === EXIT.changes && one.plan ? [one.plan] : []));
  let agreed = options.yes;
  if (ready.length > 0 && !agreed) {
    const canAsk =
      isTerminal.stdin && !options.json && sources.every(({ name }) => name.split('#')[0] !== '-');
    if (!canAsk) {
      err('birddog apply: Not a terminal: pass --yes to apply without confirmation.\n');
      if (options.json) out(appliedJson(planned));
      return EXIT.error;
    }
    const counts = countsOf(ready.flatMap(({ objects }) => objects));
    agreed = await working.confirm(`\n${summaryOf(counts)}. Apply? [y/N] `);
  }
  if (ready.length === 0 || !agreed) {
    if (options.json) out(appliedJson(planned));
    else if (ready.length > 0) out('Nothing was written.\n');
    return worst(planned.map(exitOf));
  }
  const outcomes = await applyDocuments(planned, options, working);
  out(options.json ? appliedJson(outcomes) : `\n${printApplied(outcomes, paint)}`);
  for (const { stopped } of outcomes) if (stopped) err(stopped.text);
  return worst(outcomes.map(exitOfApply));
}
