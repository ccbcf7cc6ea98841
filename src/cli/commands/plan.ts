import { command } from '../command.ts';
import { readDocuments, selectEntries } from '../documents/documents.ts';
import { exitOf, planDocuments, type Planned } from '../documents/plan-documents.ts';
import { reportOf } from '../documents/preview-documents.ts';
import { ALL_PLAN_FINDINGS } from '../documents/shown-findings.ts';
import { overwriteFault, savePlan } from '../documents/save-plan.ts';
import { EXIT, worst } from '../exit-status.ts';
import { FILES, flag, textOption, UsageError } from '../options.ts';
import { plansMarkdown } from '../print/print-markdown.ts';
import { previewMarkdown } from '../print/print-preview-markdown.ts';
import { plansJson } from '../print/print-plan-json.ts';
import { printPlans } from '../print/print-plan.ts';
import { visible } from '../print/visible.ts';
import {
  CLIENT_STATUSES,
  DOCUMENT_OPTIONS,
  documentOptions,
  OFFLINE,
  ONLY,
  requireNoPrune,
  spanOption,
  withClient,
} from './client-options.ts';

const PRUNE = flag('prune', 'also plan to delete objects that are no longer in the document');
const OUT = textOption(
  'out',
  'FILE',
  'also save the plan, for birddog apply FILE; nothing is saved if a document has an error or contains a secret',
);
const FORCE = flag(
  'force',
  'with --out: let the apply replace objects, and delete or change any number of objects',
);
const MARKDOWN = flag(
  'markdown',
  'print a summary for reviewers: what changes for on-call, and who is notified',
);

const PREVIEW = spanOption(
  'preview',
  'also show what the alerts that change would have done in the last days, such as 7d',
);

/** Returns the preview of a plan as Markdown. */
function previewOf({ plan, document }: Planned): string[] {
  return plan?.preview ? [previewMarkdown(reportOf(plan.preview, plan.findings, document))] : [];
}

export const planCommand = command({
  name: 'plan',
  summary: 'Show what applying documents would change in Datadog',
  description:
    'Show what applying documents would change in Datadog, field by field. Nothing is written. FILE is a .yaml, .yml, .json or .toml file; - is standard input. A YAML file can hold several documents.',
  examples: [
    'birddog plan payments.yaml',
    'birddog plan --markdown *.yaml > summary.md      # for a pull request',
    'birddog plan --preview 7d payments.yaml',
    "birddog plan --json payments.yaml | jq '.documents[].summary'",
    'birddog plan --out plan.json payments.yaml       # then review it, and birddog apply plan.json',
  ],
  options: [PRUNE, ONLY, OUT, FORCE, OFFLINE, PREVIEW, MARKDOWN, ALL_PLAN_FINDINGS, ...DOCUMENT_OPTIONS],
  operands: FILES,
  statuses: {
    done: 'there are no changes',
    differences: 'there are changes',
    failed: 'a document is invalid, its plan failed, or it was not saved',
    ...CLIENT_STATUSES,
  },
  run(args, given) {
    const options = {
      ...documentOptions(args),
      prune: args.get(PRUNE),
      offline: args.get(OFFLINE),
      preview: args.get(PREVIEW),
      allFindings: args.get(ALL_PLAN_FINDINGS),
    };
    const markdown = args.get(MARKDOWN);
    const only = args.get(ONLY);
    requireNoPrune(only, options.prune);
    if (options.json && markdown) throw new UsageError('--json and --markdown cannot be used together');
    const file = args.get(OUT);
    const force = args.get(FORCE);
    if (file === '' || file === '-') throw new UsageError('--out needs the name of a file');
    if (force && file === undefined) throw new UsageError('--force needs --out: a plan writes nothing');
    return withClient(args, given, async (io) => {
      const { out, err, paint, paintErr } = io;
      const fault = file === undefined ? undefined : await overwriteFault(file);
      if (fault !== undefined) {
        err(`birddog plan: ${visible(`${file}: ${fault}`)}\n`);
        return EXIT.failed;
      }
      const sources = await readDocuments(options.files, options, io, paintErr);
      const planned = await planDocuments(selectEntries(sources, only), options, io);
      if (options.json) out(plansJson(planned));
      else if (markdown) out([plansMarkdown(planned), ...planned.flatMap(previewOf)].join('\n'));
      else out(printPlans(planned, paint, { isAscii: io.isAscii }));
      for (const { failure } of planned) if (failure) err(failure.text);
      if (file === undefined) return worst(planned.map(exitOf));
      const { exit, saved } = await savePlan(file, planned, { ...options, force }, io);
      if (saved && !options.json && !markdown)
        out(`\nSaved to ${visible(file)}. Apply it with: birddog apply ${visible(file)}\n`);
      return exit;
    });
  },
});
