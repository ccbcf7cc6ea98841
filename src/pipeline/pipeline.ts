import type { LintAnswer } from '../contract/answers.ts';
import type { Verb } from '../contract/operations.ts';
import type { Finding } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
import type { KnownRecipients } from '../lint/recipients/known-recipients.ts';
import { unknownRecipients } from '../lint/recipients/unknown-recipients.ts';
import { applyRequest, planRequest } from './document/document-requests.ts';
import { expandAnswer } from './expanded-document.ts';
import { driftRequest } from './document/drift.ts';
import { importRequest } from './document/import.ts';
import { historyRequest } from './history/history.ts';
import { restoreRequest } from './history/restore.ts';
import { lintRequest } from './lint.ts';
import type { Ports } from './ports.ts';
import { explainRequest } from './preview/explain-request.ts';
import { previewRequest } from './preview/preview-request.ts';
import { read } from './read.ts';
import { answerFindings } from './refuse.ts';
import type { PipelineAnswer, PipelineRequest } from './request.ts';
import { PLAN_OBJECT, WRITE_OBJECT } from './steps.ts';

type Handler = (request: PipelineRequest, ports: Ports) => Promise<PipelineAnswer>;

const HANDLERS: Readonly<Record<Verb, Handler>> = {
  create: write,
  update: write,
  get: read,
  delete: write,
  lint: offline,
  expand: offline,
  plan: planRequest,
  preview: previewRequest,
  explain: explainRequest,
  apply: applyRequest,
  drift: driftRequest,
  import: importRequest,
  history: historyRequest,
  restore: restoreRequest,
};

/** Executes a request, in the same way in Birddog and in the sidecar. Throws ProblemError for every expected failure. */
export async function execute(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer> {
  return HANDLERS[request.operation.verb](request, ports);
}

async function write(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer> {
  const steps = request.query.dry_run === 'true' ? PLAN_OBJECT : WRITE_OBJECT;
  return steps.run({}, request, ports);
}

async function offline(request: PipelineRequest): Promise<PipelineAnswer> {
  return offlineAnswer(request, request.context.requestId);
}

/**
 * Returns the response of `/lint` or `/expand`, which call no other service and therefore need no application and no route.
 * `recipients` is the list of all recipients, if there is one.
 */
export function offlineAnswer(
  request: Pick<PipelineRequest, 'operation' | 'query' | 'body'>,
  requestId: string,
  recipients?: KnownRecipients,
): PipelineAnswer {
  return request.operation.verb === 'expand'
    ? expandAnswer(request, requestId)
    : lintAnswer(request, requestId, recipients);
}

function lintAnswer(
  { operation, query, body }: Pick<PipelineRequest, 'operation' | 'query' | 'body'>,
  requestId: string,
  recipients?: KnownRecipients,
): PipelineAnswer<LintAnswer> {
  if (!body) throw new ProblemError('bad_request', 'The request has no body to lint.');
  const linted = lintRequest({ operation, query, body });
  const unknown = recipients ? unknownIn(body.value, recipients) : [];
  const findings = answerFindings([...linted, ...unknown], body);
  return { status: 200, body: { findings, request_id: requestId } };
}

/** Returns the findings about unknown recipients, within the time of the body. */
function unknownIn(body: Json, recipients: KnownRecipients): readonly Finding[] {
  const steps = unknownRecipients(body, recipients);
  for (;;) {
    checkTimeBudget();
    const step = steps.next();
    if (step.done) return step.value;
  }
}
