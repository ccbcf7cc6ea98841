import { command } from '../command.ts';
import { readDocuments } from '../documents/documents.ts';
import { exitOf, planDocuments } from '../documents/plan-documents.ts';
import { ALL_PLAN_FINDINGS } from '../documents/shown-findings.ts';
import { worst } from '../exit-status.ts';
import { FILES, flag, UsageError } from '../options.ts';
import { plansMarkdown } from '../print/print-markdown.ts';
import { plansJson } from '../print/print-plan-json.ts';
import { printPlans } from '../print/print-plan.ts';
import { CLIENT_STATUSES, DOCUMENT_OPTIONS, documentOptions, OFFLINE, withClient } from './client-options.ts';

const PRUNE = flag('prune', 'also plan to delete objects that are no longer in the document');
const MARKDOWN = flag(
  'markdown',
  'print a summary for reviewers: what changes for on-call, and who is notified',
);

export const planCommand = command({
  name: 'plan',
  summary: 'Show what applying documents would change in Datadog',
  description:
    'Show what applying documents would change in Datadog, field by field. Nothing is written. FILE is a .yaml, .yml, .json or .toml file; - is standard input. A YAML file can hold several documents.',
  examples: [
    'birddog plan payments.yaml',
    'birddog plan --markdown *.yaml > summary.md      # for a pull request',
    "birddog plan --json payments.yaml | jq '.documents[].summary'",
  ],
  options: [PRUNE, OFFLINE, MARKDOWN, ALL_PLAN_FINDINGS, ...DOCUMENT_OPTIONS],
  operands: FILES,
  statuses: {
    done: 'there are no changes',
    differences: 'there are changes',
    failed: 'a document is invalid, or its plan failed',
    ...CLIENT_STATUSES,
  },
  run(args, given) {
    const options = {
      ...documentOptions(args),
      prune: args.get(PRUNE),
      offline: args.get(OFFLINE),
      allFindings: args.get(ALL_PLAN_FINDINGS),
    };
    const markdown = args.get(MARKDOWN);
    if (options.json && markdown) throw new UsageError('--json and --markdown cannot be used together');
    return withClient(args, given, async (io) => {
      const { out, err, paint, paintErr } = io;
      const sources = await readDocuments(options.files, options.inputFormat, io, paintErr);
      const planned = await planDocuments(sources, options, io);
      if (options.json) out(plansJson(planned));
      else if (markdown) out(plansMarkdown(planned));
      else out(printPlans(planned, paint));
      for (const { failure } of planned) if (failure) err(failure.text);
      return worst(planned.map(exitOf));
    });
  },
});
