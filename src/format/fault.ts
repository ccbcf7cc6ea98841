import type { Pointer } from '../domain/pointer.ts';
import { ProblemError, type ProblemCode } from '../domain/problem.ts';
import type { Excess } from '../domain/too-large.ts';
import { positionsIn } from './place.ts';

interface FaultKind {
  readonly problem: ProblemCode;
  readonly hint: string;
}

/** Every way a text can fail to be read, with the problem it is answered with and what to do about it. */
export const FAULTS = {
  malformed_json: {
    problem: 'malformed_body',
    hint: 'Mend the JSON at this place, or send YAML with Content-Type application/yaml.',
  },
  malformed_yaml: {
    problem: 'malformed_body',
    hint: 'Mend the YAML at this place; text with special characters goes in quotes.',
  },
  malformed_toml: {
    problem: 'malformed_body',
    hint: 'Mend the TOML at this place; text always goes in quotes.',
  },
  invalid_utf8: { problem: 'malformed_body', hint: 'Save the text as UTF-8 and send it again.' },
  duplicate_key: { problem: 'malformed_body', hint: 'Keep one of them.' },
  prototype_key: { problem: 'malformed_body', hint: 'Leave this member out: Datadog knows no such field.' },
  too_deep: { problem: 'malformed_body', hint: 'Nest fewer lists and objects.' },
  too_many_aliases: { problem: 'malformed_body', hint: 'Use fewer aliases, or write the content out.' },
  merge_key: {
    problem: 'malformed_body',
    hint: 'Repeat the members here: merging with << is no part of YAML 1.2.',
  },
  unknown_tag: {
    problem: 'malformed_body',
    hint: 'Leave the tag out; !!str !!int !!float !!bool !!null !!map !!seq are known.',
  },
  no_json_form: {
    problem: 'malformed_body',
    hint: 'Datadog takes JSON: write the value as text or as a number.',
  },
  number_too_long: { problem: 'malformed_body', hint: 'Write the number as text, in quotes.' },
  too_many_values: {
    problem: 'too_large',
    hint: 'Split the body: an object may have 50,000 values, a document 1,000,000.',
  },
  entry_too_large: {
    problem: 'too_large',
    hint: 'Split this entry: a monitor, alert or dashboard may have 1 MiB and 50,000 values.',
  },
  several_documents: {
    problem: 'invalid',
    hint: 'Send one document a request; the birddog command line splits a stream of them.',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;

/** A text that cannot be read, on its way to `faultProblem`. The message is one clause without a full stop. */
export class TextFault extends Error {
  readonly code: FaultCode;
  /** Where in the text, in UTF-16 units. */
  readonly offset: number;
  /** The nearest value that had a place by then. */
  readonly pointer: Pointer;
  readonly hint: string;
  /** The limit that was exceeded, where that is the fault. */
  readonly excess: Excess | undefined;

  constructor(
    code: FaultCode,
    message: string,
    offset: number,
    pointer: Pointer = '',
    { hint, excess }: { readonly hint?: string | undefined; readonly excess?: Excess } = {},
  ) {
    super(message);
    this.name = 'TextFault';
    this.code = code;
    this.offset = offset;
    this.pointer = pointer;
    this.hint = hint ?? FAULTS[code].hint;
    this.excess = excess;
  }
}

/** A fault as the problem that is answered, with line and column in `text`. */
export function faultProblem(fault: TextFault, text: string): ProblemError {
  const { line, column } = positionsIn(text)(Math.min(fault.offset, text.length));
  return new ProblemError(FAULTS[fault.code].problem, `${fault.message} at line ${line}, column ${column}.`, {
    hint: fault.hint,
    findings: [
      {
        code: fault.code,
        severity: 'error',
        message: `${fault.message}.`,
        pointer: fault.pointer,
        line,
        column,
        hint: fault.hint,
      },
    ],
    ...(fault.excess ? { members: { ...fault.excess } } : {}),
    cause: fault,
  });
}

/** The longest number taken, in characters: arithmetic on longer ones costs more than any of them is worth. */
export const LONGEST_NUMBER = 1000;

/** Refuses a number of more than `LONGEST_NUMBER` characters. */
export function requireSaneNumber(length: number, offset: number, pointer: Pointer): void {
  if (length <= LONGEST_NUMBER) return;
  throw new TextFault(
    'number_too_long',
    `A number has more than ${LONGEST_NUMBER} characters`,
    offset,
    pointer,
  );
}
