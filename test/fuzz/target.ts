import type { Json } from '../../src/domain/json.ts';
import type { Decoded } from '../../src/format/decoded.ts';
import type { FuzzInput } from './fuzz-case.ts';

/** The code that the fuzzer tests within a process: the steps from bytes to the text of an answer. */
export interface Target {
  /** Decodes the body. Throws ProblemError if it is malformed. */
  decode(input: FuzzInput): Promise<Decoded>;
  /** Executes the request. Throws ProblemError. */
  serve(input: FuzzInput, decoded: Decoded): Promise<Served>;
  /** Prints an answer. */
  encode(body: Json, format: 'json' | 'yaml'): string;
}

export interface Served {
  /** The body of the answer or problem. */
  readonly body: Json;
  /** The problem's code; undefined for a success. */
  readonly problem?: string;
  /** True if Datadog was queried: the request passed lint and was compared with the existing objects. */
  readonly planned: boolean;
}

/** A module that a worker loads: it exports a function `createTarget` of this type. */
export type CreateTarget = () => Target;
