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
  /** A text that takes long, as an expression of JavaScript; undefined where there is none. */
  readonly attack: string | undefined;
}

/**
 * Asks recheck whether a literal is linear, and then the engine itself with texts that recheck may have missed. The flag `d`, which recheck does not know, only adds indices to a match and is
 * left out. The back end in JavaScript is used everywhere, so that each machine comes to the same verdict. Throws Error
 * where recheck cannot read the literal.
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
