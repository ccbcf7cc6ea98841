import type { ManagedKind } from '../domain/managed-fields.ts';
import { ProblemError } from '../domain/problem.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Decoded } from '../format/decoded.ts';
import type { Envelope } from './envelope.ts';

/** Maps phrases of Datadog's error messages to the field that they are about. */
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
 * Adds a finding to a `datadog_refused` problem that points to the rejected field, if Datadog's message names it. For an
 * alert it points to the alert, because the user did not write the fields of its monitor.
 */
export function locateRejection(envelope: Envelope, body: Decoded | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || error.code !== 'datadog_refused') throw error;
    const pointer = rejectedPointer(envelope.kind, envelope.pointer, error.message);
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

/** Returns the pointer of the field that Datadog's message is about, or of the alert. */
export function rejectedPointer(kind: ManagedKind, pointer: Pointer, words: string): Pointer {
  return kind === 'alert' ? pointer : pointerTo(pointer, ...place(words));
}

function place(words: string): string[] {
  for (const { words: pattern, steps } of PLACES) {
    const match = pattern.exec(words);
    if (match) return steps(match);
  }
  return [];
}
