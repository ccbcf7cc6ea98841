import type { Finding, Position } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import type { Pointer } from '../domain/pointer.ts';

/** The formats a request may come in. */
export type Format = 'json' | 'yaml' | 'toml';

/** From a place to another, the second not included; without an end where none is known. */
export interface Span {
  readonly start: Position;
  readonly end?: Position;
}

/** What a text holds, and where each part of it stands. */
export interface Decoded {
  readonly format: Format;
  readonly value: Json;
  /**
   * Where the value at a pointer begins, or the character of it at an offset (UTF-16 units) where it is a text; for a
   * pointer to nothing, its nearest parent.
   */
  locate(pointer: Pointer, at?: number): Position;
  /** The same, with where it ends: up to the offset `to` of a text, or behind the value where it is no list or object. */
  span(pointer: Pointer, at?: number, to?: number): Span;
  /** The positions of all values, for `tableLocator` in another process. */
  positionTable?(): Uint32Array;
  /** What lint found, where the body has been linted already. */
  readonly linted?: readonly Finding[];
}

/** Limits on one object within a document, or on a body. */
interface SizeLimits {
  /** In UTF-8. */
  readonly bytes: number;
  /** Strings, numbers, booleans, nulls, lists and objects; an alias counts all values of what it refers to. */
  readonly values: number;
}

/** Limits on what is decoded. */
export interface DecodeLimits extends SizeLimits {
  /** Limits on each monitor, alert and dashboard of a document; its bytes are those of its JSON. */
  readonly entry?: SizeLimits;
  readonly depth: number;
  readonly aliases: number;
}

export const OBJECT_LIMITS: DecodeLimits = { bytes: 1024 * 1024, values: 50_000, depth: 100, aliases: 1000 };
export const DOCUMENT_LIMITS: DecodeLimits = {
  ...OBJECT_LIMITS,
  bytes: 16 * 1024 * 1024,
  values: 1_000_000,
  entry: OBJECT_LIMITS,
};
