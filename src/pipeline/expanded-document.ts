import type { ExpandAnswer, WrittenPlace } from '../contract/answers.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Pointer } from '../domain/pointer.ts';
import { ProblemError, tooLarge } from '../domain/problem.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
import { visitLeaves } from '../expand/origins.ts';
import type { Decoded } from '../format/decoded.ts';
import { isDocument, noDocument } from './body-kind.ts';
import { answerFindings, refuseErrors } from './refuse.ts';
import type { PipelineAnswer, PipelineRequest } from './request.ts';

/** Maximum number of values whose places an answer lists. */
const MAX_PLACES = 100_000;

/**
 * Returns the response of `/expand`: the document without parameters, variants, `each` and packs, and where each value is written.
 * Throws `invalid` if the expansion has errors, and `too_large` for too many values.
 */
export function expandAnswer(
  { body }: Pick<PipelineRequest, 'body'>,
  requestId: string,
): PipelineAnswer<ExpandAnswer> {
  if (!body) throw new ProblemError('bad_request', 'The request has no document to expand.');
  const { value, notes = [], linted = [] } = body;
  if (!isObject(value) || !isDocument(value)) refuseErrors([noDocument(value)], body);
  refuseErrors(linted, body);
  const document: JsonObject = isObject(value) ? value : {};
  const findings = answerFindings(notes, body);
  return {
    status: 200,
    body: { document, source_map: sourceMapOf(document, body), findings, request_id: requestId },
  };
}

/** Returns the place of each leaf of an expanded document, by its pointer. */
function sourceMapOf(document: Json, { locate, origins }: Decoded): ExpandAnswer['source_map'] {
  const places: [Pointer, WrittenPlace][] = [];
  visitLeaves(document, '', (pointer) => {
    checkTimeBudget();
    if (places.length === MAX_PLACES)
      throw tooLarge(
        { unit: 'values', limit: MAX_PLACES, measured: MAX_PLACES + 1 },
        'The list of the places of all values',
      );
    const { pointer: source, variant } = origins?.of(pointer) ?? { pointer };
    places.push([
      pointer,
      { pointer: source, ...locate(pointer), ...(variant === undefined ? {} : { variant }) },
    ]);
  });
  return Object.fromEntries(places);
}
