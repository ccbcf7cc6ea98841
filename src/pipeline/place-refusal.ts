import type { ManagedKind } from '../domain/managed-fields.ts';
import { ProblemError } from '../domain/problem.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Decoded } from '../format/decoded.ts';
import type { Envelope } from './envelope.ts';

/** Maps phrases of Datadog's error messages to the field that they are about. */
const FIELDS_BY_MESSAGE: readonly { message: RegExp; steps: (match: RegExpExecArray) => string[] }[] = [
  { message: /parameter '(\w+)'/, steps: (m) => [m[1] ?? ''] },
  { message: /^'(\w+)' (?:value|is)/, steps: (m) => [m[1] ?? ''] },
  {
    message: /^(?:Alert|Warning|Recovery) (?:threshold|status)|threshold/i,
    steps: () => ['options', 'thresholds'],
  },
  { message: /\bquery\b/i, steps: () => ['query'] },
  { message: /\btags?\b/i, steps: () => ['tags'] },
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

/** Returns the pointer of the field that Datadog's message names, or of the alert. */
export function rejectedPointer(kind: ManagedKind, pointer: Pointer, message: string): Pointer {
  return kind === 'alert' ? pointer : pointerTo(pointer, ...fieldNamedIn(message));
}

function fieldNamedIn(message: string): string[] {
  for (const { message: pattern, steps } of FIELDS_BY_MESSAGE) {
    const match = pattern.exec(message);
    if (match) return steps(match);
  }
  return [];
}
