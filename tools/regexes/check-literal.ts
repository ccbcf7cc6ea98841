import * as z from 'zod';
import type { Literal } from './literals.ts';
import { slowText } from './pump.ts';
import type { Verdict } from './verdicts.ts';

/** Milliseconds for one literal; the slowest that gets an answer takes 7 s on an idle machine. */
const TIMEOUT_MS = 120_000;
/** Loaded only for a literal without a verdict, so that a check without new literals needs no 5 MB of JavaScript. */
const CHECKER: string = 'recheck';

const ANSWER = z.discriminatedUnion('status', [
  z.object({ status: z.literal('safe') }),
  z.object({
    status: z.literal('vulnerable'),
    complexity: z.object({ type: z.enum(['polynomial', 'exponential']) }),
    attack: z.object({ pattern: z.string() }),
  }),
  z.object({ status: z.literal('unknown'), error: z.object({ kind: z.string() }) }),
]);
const MODULE = z.object({
  check: z.function({
    input: [z.string(), z.string(), z.object({ timeout: z.number() })],
    output: z.promise(z.unknown()),
  }),
});

export interface Checked {
  readonly verdict: Verdict;
  /** A slow text as a JavaScript expression; undefined if none was found. */
  readonly attack: string | undefined;
}

/**
 * Checks with recheck whether a literal is linear, then runs it on texts that recheck may have missed. Omits the flag `d`,
 * which recheck does not support: it only adds indices to a match. Uses recheck's JavaScript back end, so that every machine
 * gets the same verdict. Throws Error if recheck cannot parse the literal.
 */
export async function checkLiteral({ source, flags }: Literal): Promise<Checked> {
  process.env['RECHECK_BACKEND'] = 'pure';
  const { check } = MODULE.parse(await import(CHECKER));
  const answer = ANSWER.parse(await check(source, flags.replace('d', ''), { timeout: TIMEOUT_MS }));
  if (answer.status === 'safe') {
    const attack = slowText({ source, flags });
    return { verdict: attack === undefined ? 'safe' : 'polynomial', attack };
  }
  if (answer.status === 'vulnerable')
    return { verdict: answer.complexity.type, attack: answer.attack.pattern };
  if (answer.error.kind !== 'timeout')
    throw new Error(`recheck cannot read /${source}/${flags}: ${answer.error.kind}`);
  return { verdict: 'unknown', attack: undefined };
}
