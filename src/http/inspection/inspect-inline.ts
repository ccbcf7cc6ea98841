import type { TimeBudget } from '../../domain/time-budget.ts';
import { decode } from '../../format/decode.ts';
import { expandedBody, expandOptions, packsFor } from '../../pipeline/expanded-body.ts';
import { lintRequest } from '../../pipeline/lint.ts';
import { offlineAnswer } from '../../pipeline/pipeline.ts';
import { replyWith } from '../../runtime/reply.ts';
import type { SentBody, Inspected, Inspection, InspectionRequest, PreflightOf } from './inspection.ts';
import { aboutOf, plainPreflight, preflightFrom } from './inspect.ts';

/** Inspects a body in this process. Every step throws OverBudget if all steps together took too long. */
export function inspectInline(
  request: InspectionRequest,
  { bytes, format, limits }: SentBody,
  preflightOf: PreflightOf,
  budget: TimeBudget,
): Inspection {
  let reading: Promise<Inspected> | undefined;
  const read = async (): Promise<Inspected> => {
    const { operation, query } = request;
    const decoded = await budget.runAsync(() => decode(bytes, format, limits));
    const expanding = expandOptions(query, request.packFolder);
    const packs = await packsFor(decoded, expanding);
    const body = budget.run(() => expandedBody(decoded, limits, expanding, packs));
    request.onAbout(aboutOf(body));
    return { operation, query, body };
  };
  const inspected = () => (reading ??= read());
  return {
    async preflight() {
      const one = await inspected();
      return budget.run(() => preflightFrom(plainPreflight(one, preflightOf)));
    },
    async answer() {
      const one = await inspected();
      const { accept, context, recipients } = request;
      return budget.run(() => {
        const { status, body } = offlineAnswer(one, context.requestId, recipients);
        return replyWith(status, body, accept, context.requestId);
      });
    },
    async document() {
      const { body, ...one } = await inspected();
      return { ...body, linted: budget.run(() => lintRequest({ ...one, body })) };
    },
    close() {
      // Decoded content takes ten times the memory of the body.
      reading = undefined;
    },
  };
}
