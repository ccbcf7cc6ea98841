import { isObject, type Json, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import type { ProblemCode } from '../../src/domain/problem.ts';
import type { HttpCase } from './http-case.ts';
import type { Fault } from './messages.ts';
import type { RawAnswer, RawResponse } from './send-raw.ts';

/** Problems that occur before the body is decoded. */
const BEFORE_DECODING: ReadonlySet<string> = new Set<ProblemCode>([
  'malformed_body',
  'bad_request',
  'unauthenticated',
  'forbidden',
  'unknown_path',
  'method_not_allowed',
  'not_acceptable',
  'too_large',
  'unsupported_media_type',
  'busy',
  'deadline_exceeded',
]);
/** Problems that occur only when Datadog is read or written. */
const AFTER_PLANNING: ReadonlySet<string> = new Set<ProblemCode>([
  'key_conflict',
  'not_found',
  'datadog_refused',
  'owned_by_another',
  'not_managed',
  'duplicate_of_unmanaged',
  'plan_stale',
  'rename_across_routes',
  'too_many_deletes',
  'too_many_changes',
  'datadog_failed',
  'outcome_unknown',
]);

export interface Judged {
  readonly outcome: string;
  readonly decoded: boolean;
  readonly planned: boolean;
  readonly faults: readonly Fault[];
}

/** Returns the faults in the responses of a server on one connection. */
export function judgeAnswer(one: HttpCase, { responses, end }: RawAnswer): Judged {
  const faults = responses.flatMap((response) => faultsOf(one, response));
  const [first] = responses;
  if (!first) {
    if (one.mustAnswer && end !== 'refused')
      faults.push({ kind: 'no_answer', signature: `${end} without an answer to ${one.path}`, detail: end });
    return { outcome: `no answer (${end})`, decoded: false, planned: false, faults };
  }
  const code = codeOf(first);
  const hasWork = one.hasBody && one.path.length > 1;
  const decoded = hasWork && (code === undefined ? first.status < 300 : !BEFORE_DECODING.has(code));
  const isPlanned =
    code === undefined
      ? first.status < 300 && one.path !== '/lint'
      : AFTER_PLANNING.has(code) || problemIn(first)?.['objects'] !== undefined;
  return { outcome: code ?? String(first.status), decoded, planned: decoded && isPlanned, faults };
}

function faultsOf({ path, hasBody }: HttpCase, response: RawResponse): Fault[] {
  const { status, contentType, body } = response;
  const detail = body.slice(0, 500);
  if (status === 500)
    return [{ kind: 'status_500', signature: `${path} ${codeOf(response) ?? ''}`.trim(), detail }];
  if (status === 0) return [{ kind: 'unreadable_answer', signature: 'no status line', detail }];
  if (body === '' || !/^application\/(?:problem\+)?json/.test(contentType)) return [];
  const value = parsed(body);
  if (value === undefined) return [{ kind: 'unreadable_answer', signature: `json of ${path}`, detail }];
  const findings = isObject(value) ? value['findings'] : undefined;
  if (!hasBody || !Array.isArray(findings)) return [];
  return findings.filter(isObject).flatMap((finding): Fault[] =>
    typeof finding['line'] === 'number' && typeof finding['column'] === 'number'
      ? []
      : [
          {
            kind: 'finding_without_place',
            signature: String(finding['code']),
            detail: JSON.stringify(finding),
          },
        ],
  );
}

/** Returns the problem in an answer. That of a document with errors has the objects of its valid entries, which were planned. */
function problemIn({ contentType, body }: RawResponse): JsonObject | undefined {
  const value = contentType.startsWith('application/problem+json') ? parsed(body) : undefined;
  return isObject(value) ? value : undefined;
}

function codeOf(response: RawResponse): string | undefined {
  const code = problemIn(response)?.['code'];
  return typeof code === 'string' ? code : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    return parseTrustedJson(text);
  } catch {
    return undefined;
  }
}
