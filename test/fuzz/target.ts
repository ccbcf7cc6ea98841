import type { Json } from '../../src/domain/json.ts';
import type { Decoded } from '../../src/format/decoded.ts';
import type { FuzzInput } from './fuzz-case.ts';

/** What the fuzzer tests within a process: the steps from bytes to the text of an answer. */
export interface Target {
  /** Reads the body. Throws ProblemError for what cannot be read. */
  decode(input: FuzzInput): Promise<Decoded>;
  /** Carries the request out. Throws ProblemError. */
  serve(input: FuzzInput, decoded: Decoded): Promise<Served>;
  /** Prints an answer. */
  encode(body: Json, format: 'json' | 'yaml'): string;
}

export interface Served {
  /** The answer's body, or the body of the problem that it ended in. */
  readonly body: Json;
  /** The problem's code; undefined for a success. */
  readonly problem?: string;
  /** Whether Datadog was asked: the request got past lint and was compared with what is there. */
  readonly planned: boolean;
}

/** A module that a worker loads: it exports a function `createTarget` of this type. */
export type CreateTarget = () => Target;
