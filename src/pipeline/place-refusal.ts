import type { ManagedKind } from '../domain/managed-kind.ts';
import { ProblemError } from '../domain/problem.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Decoded } from '../format/decoded.ts';
import type { Envelope } from './envelope.ts';

/** Where in an object Datadog's words point, by the phrases seen in its answers. */
const PLACES: readonly { words: RegExp; steps: (match: RegExpExecArray) => string[] }[] = [
  { words: /parameter '(\w+)'/, steps: (m) => [m[1] ?? ''] },
  { words: /^'(\w+)' (?:value|is)/, steps: (m) => [m[1] ?? ''] },
  {
    words: /^(?:Alert|Warning|Recovery) (?:threshold|status)|threshold/i,
    steps: () => ['options', 'thresholds'],
  },
  { words: /\bquery\b/i, steps: () => ['query'] },
  { words: /\btags?\b/i, steps: () => ['tags'] },
];

/**
 * Gives Datadog's refusal its place in the user's body, as far as its words tell.
 * For an alert that is the alert itself: its monitor's fields are not the user's.
 */
export function placeRefusal(envelope: Envelope, body: Decoded | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || error.code !== 'datadog_refused') throw error;
    const pointer = refusalPlace(envelope.kind, envelope.pointer, error.message);
    throw new ProblemError('datadog_refused', error.message, {
      ...error.extras,
      findings: [
        {
          code: 'datadog_refused',
          severity: 'error',
          message: error.message,
          pointer,
          ...body?.locate(pointer),
        },
      ],
    });
  };
}

/** Where in an object that stands at `pointer` Datadog's words point. An alert's monitor has fields that are not the user's. */
export function refusalPlace(kind: ManagedKind, pointer: Pointer, words: string): Pointer {
  return kind === 'alert' ? pointer : pointerTo(pointer, ...place(words));
}

function place(words: string): string[] {
  for (const { words: pattern, steps } of PLACES) {
    const match = pattern.exec(words);
    if (match) return steps(match);
  }
  return [];
}
