import { command } from '../command.ts';
import { applyDocuments, type ApplyOptions, exitOfApply } from '../documents/apply-documents.ts';
import { applySavedPlan } from '../documents/apply-saved-plan.ts';
import { readDocuments, selectEntries, type Source } from '../documents/documents.ts';
import { exitOf, planDocuments } from '../documents/plan-documents.ts';
import { operandOf } from '../documents/saved-plan.ts';
import { ALL_PLAN_FINDINGS } from '../documents/shown-findings.ts';
import { EXIT, type Exit, worst } from '../exit-status.ts';
import { type Arguments, FILES, flag, type Option, UsageError } from '../options.ts';
import { countsOf, summaryOf } from '../print/plan-summary.ts';
import { appliedJson, failedJson, showApplied } from '../print/print-applied.ts';
import { printPlans } from '../print/print-plan.ts';
import {
  CLIENT_STATUSES,
  type ClientIo,
  DOCUMENT_OPTIONS,
  documentOptions,
  INPUT_FORMAT,
  JSON_OPTION,
  MAX_CHANGES,
  OFFLINE,
  ONLY,
  requireNoPrune,
  SET,
  withClient,
} from './client-options.ts';

const YES = flag('yes', 'apply without confirmation; required without a terminal');
const PRUNE = flag('prune', 'delete objects that are no longer in the document');
const FORCE = flag(
  'force',
  'replace objects that Datadog cannot change in place (they get a new id), and delete or change any number of objects',
);

const JSON_LINES = flag(
  'json',
  'print a line of JSON for each object as soon as it is done, and a last one with the result',
);

export const applyCommand = command({
  name: 'apply',
  summary: 'Show the plan, ask for confirmation, and apply it',
  description:
    'Show what would change in Datadog, ask for confirmation, and apply exactly what was shown. Large documents take several requests. If the command is interrupted, run it again to continue. If FILE is a plan that birddog plan --out saved, apply exactly that plan without confirmation, or write nothing and show what changed since.',
  examples: [
    'birddog apply payments.yaml',
    'birddog apply plan.json                          # a saved plan, after its review',
    'birddog apply --yes --prune *.yaml               # in a pipeline',
  ],
  options: [
    YES,
    PRUNE,
    ONLY,
    FORCE,
    MAX_CHANGES,
    OFFLINE,
    ALL_PLAN_FINDINGS,
    ...withJsonLines(DOCUMENT_OPTIONS),
  ],
  operands: FILES,
  statuses: {
    done: 'Datadog matches the documents',
    differences: 'you answered no',
    failed: 'something failed',
    ...CLIENT_STATUSES,
  },
  run: (args, given) =>
    withClient(args, given, async (io) => {
      const { get } = args;
      const options = {
        ...documentOptions(args),
        yes: get(YES),
        prune: get(PRUNE),
        force: get(FORCE),
        maxChanges: get(MAX_CHANGES),
        offline: get(OFFLINE),
        allFindings: get(ALL_PLAN_FINDINGS),
      };
      const only = get(ONLY);
      requireNoPrune(only, options.prune);
      const operand = await operandOf(options.files, io);
      if (operand.failure) {
        io.err(operand.failure.text);
        if (options.json) io.out(failedJson(operand.failure));
        return EXIT.failed;
      }
      if (operand.saved) {
        requireOnlyPlan(args);
        return applySavedPlan(operand.saved, options, io);
      }
      const sources = await readDocuments(
        options.files,
        options,
        { ...operand, lintConfig: io.lintConfig },
        io.paintErr,
      );
      return applySources(selectEntries(sources, only), options, io);
    }),
});

function withJsonLines(options: readonly Option<unknown>[]): Option<unknown>[] {
  return options.map((option) => (option === JSON_OPTION ? JSON_LINES : option));
}

/** Options that would change a saved plan, or have no meaning for it. */
const PLANNED_BEFORE: readonly Option<unknown>[] = [PRUNE, ONLY, FORCE, INPUT_FORMAT, SET];

/** Throws UsageError if a saved plan is given together with documents, or with an option that would change it. */
function requireOnlyPlan({ operands, get }: Arguments<readonly string[]>): void {
  if (operands.length > 1)
    throw new UsageError('a saved plan cannot be applied together with other files: apply it alone');
  const given = PLANNED_BEFORE.find((option) => Boolean(get(option)));
  if (given)
    throw new UsageError(
      `--${given.name} would change the saved plan: pass it to birddog plan --out, and review that plan`,
    );
}

/** The command that asks for confirmation, and what for. */
interface Confirmed {
  readonly by: string;
  readonly verb: string;
}
const APPLY: Confirmed = { by: 'apply', verb: 'apply' };

/** Plans the documents, prints the plan, asks for confirmation, and applies it. */
export async function applySources(
  sources: readonly Source[],
  options: ApplyOptions & { readonly yes: boolean },
  io: ClientIo,
  { by, verb } = APPLY,
): Promise<Exit> {
  const { out, err, paint, isTerminal } = io;
  const planned = await planDocuments(sources, options, io);
  if (!options.json) out(printPlans(planned, paint));
  for (const { failure } of planned) if (failure) err(failure.text);
  const ready = planned.flatMap((one) => (exitOf(one) === EXIT.differences && one.plan ? [one.plan] : []));
  let agreed = options.yes;
  if (ready.length > 0 && !agreed) {
    const canAsk =
      isTerminal.stdin && !options.json && sources.every(({ name }) => name.split('#')[0] !== '-');
    if (!canAsk) {
      err(`birddog ${by}: Not a terminal: pass --yes to ${verb} without confirmation.\n`);
      if (options.json) out(appliedJson(planned));
      return EXIT.failed;
    }
    const counts = countsOf(ready.flatMap(({ objects }) => objects));
    agreed = await io.confirm(`\n${summaryOf(counts)}. Apply? [y/N] `);
  }
  if (ready.length === 0 || !agreed) {
    if (options.json) out(appliedJson(planned));
    else if (ready.length > 0) out('Nothing was written.\n');
    return worst(planned.map(exitOf));
  }
  const outcomes = await applyDocuments(planned, options, io);
  showApplied(outcomes, options.json, io);
  return worst(outcomes.map(exitOfApply));
}
