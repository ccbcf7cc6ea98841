import type { Pointer } from '../domain/pointer.ts';
import { ProblemError, type ProblemCode, type Excess } from '../domain/problem.ts';
import { positionsIn } from './place.ts';

interface FaultKind {
  readonly problem: ProblemCode;
  readonly hint: string;
}

/** Every parse error, with the problem that is returned and a hint. */
export const FAULTS = {
  malformed_json: {
    problem: 'malformed_body',
    hint: 'Fix the JSON syntax here, or send YAML with Content-Type application/yaml.',
  },
  malformed_yaml: {
    problem: 'malformed_body',
    hint: 'Fix the YAML syntax here. Quote strings that contain special characters.',
  },
  malformed_toml: {
    problem: 'malformed_body',
    hint: 'Fix the TOML syntax here. Strings must be quoted.',
  },
  invalid_utf8: { problem: 'malformed_body', hint: 'Save the text as UTF-8 and send it again.' },
  duplicate_key: { problem: 'malformed_body', hint: 'Remove one of them.' },
  prototype_key: { problem: 'malformed_body', hint: 'Remove this field: Datadog has no such field.' },
  too_deep: { problem: 'malformed_body', hint: 'Nest fewer lists and objects.' },
  too_many_aliases: { problem: 'malformed_body', hint: 'Use fewer aliases, or repeat the content.' },
  merge_key: {
    problem: 'malformed_body',
    hint: 'Repeat the fields here. YAML 1.2 does not support merging with <<.',
  },
  unknown_tag: {
    problem: 'malformed_body',
    hint: 'Remove the tag. Supported: !!str !!int !!float !!bool !!null !!map !!seq.',
  },
  no_json_form: {
    problem: 'malformed_body',
    hint: 'Write the value as a string or a number: Datadog accepts only JSON.',
  },
  number_too_long: { problem: 'malformed_body', hint: 'Write the number as a quoted string.' },
  too_many_values: {
    problem: 'too_large',
    hint: 'Split the body. Limits: 50,000 values per object, 1,000,000 per document.',
  },
  entry_too_large: {
    problem: 'too_large',
    hint: 'Split this entry. Limits per monitor, alert or dashboard: 1 MiB and 50,000 values.',
  },
  several_documents: {
    problem: 'invalid',
    hint: 'Send one document per request. The birddog command splits a stream of documents.',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;

/** A parse error, which `faultProblem` converts to a problem. The message is one clause without a full stop. */
export class TextFault extends Error {
  readonly code: FaultCode;
  /** The offset in the text, in UTF-16 units. */
  readonly offset: number;
  /** The pointer of the nearest value that was parsed. */
  readonly pointer: Pointer;
  readonly hint: string;
  /** The exceeded limit, if any. */
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

/** Converts a fault to a problem, with line and column in `text`. */
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

/** Maximum length of a number in characters. Arithmetic on longer numbers is too expensive. */
export const MAX_NUMBER_CHARACTERS = 1000;

/** Rejects a number of more than `MAX_NUMBER_CHARACTERS` characters. */
export function requireSaneNumber(length: number, offset: number, pointer: Pointer): void {
  if (length <= MAX_NUMBER_CHARACTERS) return;
  throw new TextFault(
    'number_too_long',
    `A number has more than ${MAX_NUMBER_CHARACTERS} characters`,
    offset,
    pointer,
  );
}
