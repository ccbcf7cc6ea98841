import { z } from 'zod';
import { durationText, secondsOf } from '../alerts/durations.ts';
import { ProblemError } from '../domain/problem.ts';

const DAY_S = 86_400;
/** The shortest and the longest span of a preview, in seconds. */
const MIN_SPAN_S = 60;
const MAX_SPAN_S = 31 * DAY_S;
/** The span of a preview that names none. */
const DEFAULT_SPAN = '7d';

/** A span of time: from `from` to before `to`, UNIX seconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The query parameter with the length of a span. The pattern is narrower than what is accepted. */
export const SPAN_LENGTH = {
  is: `a duration from ${durationText(MIN_SPAN_S)} to ${durationText(MAX_SPAN_S)}, such as 7d`,
  schema: z
    .custom((value) => typeof value === 'string' && spanSeconds(value) !== undefined)
    .meta({
      type: 'string',
      pattern: '^(?:[1-9]|[12][0-9]|3[01])d$|^[1-9][0-9]?h$|^[1-9][0-9]{0,3}m$',
      examples: [DEFAULT_SPAN],
    }),
};

/** A query parameter with a moment. The pattern is narrower than what is accepted. */
export const MOMENT = {
  is: 'a time such as 2026-11-23T12:00:00Z, or UNIX seconds',
  schema: z
    .custom((value) => typeof value === 'string' && momentSeconds(value) !== undefined)
    .meta({
      type: 'string',
      pattern:
        '^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$',
      examples: ['2026-11-23T12:00:00Z'],
    }),
};

/** Returns the seconds of the length of a span, or undefined for other text. */
export function spanSeconds(text: string): number | undefined {
  const seconds = secondsOf(text);
  return seconds === undefined || seconds < MIN_SPAN_S || seconds > MAX_SPAN_S ? undefined : seconds;
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

/** Returns the UNIX seconds of a time in ISO 8601 with its zone, of a day in UTC, or of UNIX seconds. Otherwise undefined. */
export function momentSeconds(text: string): number | undefined {
  if (/^\d{9,10}$/.test(text)) return Number(text);
  if (!DATE_TIME.test(text)) return undefined;
  const ms = Date.parse(text.toUpperCase().replace(' ', 'T'));
  const day = text.slice(0, 10);
  const dayMs = Date.parse(day);
  // JavaScript reads 30 February as 2 March.
  if (Number.isNaN(ms) || new Date(dayMs).toISOString().slice(0, 10) !== day) return undefined;
  return Math.floor(ms / 1000);
}

/**
 * Returns the span that a query names: its length until now, both ends, or the default. `nowS` is UNIX seconds. Throws
 * `bad_request`.
 */
export function spanOf(
  { span, from, to }: { readonly [name in 'span' | 'from' | 'to']?: string | undefined },
  nowS: number,
): Span {
  const end = to === undefined ? Math.floor(nowS) : (momentSeconds(to) ?? 0);
  if (from === undefined) {
    const lengthS = spanSeconds(span ?? DEFAULT_SPAN) ?? 0;
    return requireSpan({ from: end - lengthS, to: end }, nowS);
  }
  if (span !== undefined) throw bad('Give either "span" or "from", not both.');
  return requireSpan({ from: momentSeconds(from) ?? 0, to: end }, nowS);
}

function requireSpan(span: Span, nowS: number): Span {
  const lengthS = span.to - span.from;
  if (span.to > Math.ceil(nowS)) throw bad('"to" is in the future.');
  if (lengthS < MIN_SPAN_S) throw bad(`"from" must be at least ${durationText(MIN_SPAN_S)} before "to".`);
  if (lengthS > MAX_SPAN_S)
    throw bad(`The span from "from" to "to" is longer than ${durationText(MAX_SPAN_S)}.`);
  return span;
}

function bad(detail: string): ProblemError {
  return new ProblemError('bad_request', detail);
}
