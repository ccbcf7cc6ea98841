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

Shows what would change in Datadog, asks, and makes Datadog hold what the documents say: what was shown and nothing
else. Long work is done in several calls; interrupted, the same command goes on where it ended.

  birddog apply payments.yaml
  birddog apply --yes --prune *.yaml               # in a pipeline

  --yes                 does not ask; needed where nobody sits at a terminal
  --prune               deletes what is not in the document any more
  --force               replaces what Datadog cannot change in place (its id is lost), and deletes any number
${DOCUMENT_USAGE}
Ends with 0 where Datadog holds what the documents say, 2 where the answer was no, 1 where something could not be done.
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

/** Plans, shows, asks and applies. */
export async function applySources(
  sources: readonly Source[],
  options: ApplyOptions & { readonly yes: boolean },
  working: Working,
): Promise<Exit> {
  const { out, err, paint, isTerminal } = working;
  const planned = await planDocuments(sources, options, working);
  if (!options.json) out(printPlans(planned, paint));
  for (const { failure } of planned) if (failure) err(failure.said);
  const ready = planned.flatMap((one) => (exitOf(one) === EXIT.changes && one.plan ? [one.plan] : []));
  let agreed = options.yes;
  if (ready.length > 0 && !agreed) {
    const canAsk =
      isTerminal.stdin && !options.json && sources.every(({ name }) => name.split('#')[0] !== '-');
    if (!canAsk) {
      err('birddog apply: nobody can be asked here: --yes applies what was shown without asking\n');
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
  for (const { stopped } of outcomes) if (stopped) err(stopped.said);
  return worst(outcomes.map(exitOfApply));
}
