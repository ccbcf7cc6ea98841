import type { Finding, PartOfValue, Position } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import type { Origins } from '../expand/origins.ts';
import type { Pointer } from '../domain/pointer.ts';

/** The formats of request bodies. */
export type Format = 'json' | 'yaml' | 'toml';

/** A range of positions, end exclusive. The end is absent if it is unknown. */
export interface Span {
  readonly start: Position;
  readonly end?: Position;
}

/** The value of a text, and the position of each part. */
export interface Decoded {
  readonly format: Format;
  readonly value: Json;
  /**
   * Returns the start of the value at a pointer, of the character at an offset (UTF-16 units) of a string, or of the
   * name of a field. If there is no
   * such value, returns the start of its nearest parent.
   */
  locate(pointer: Pointer, at?: PartOfValue): Position;
  /** Returns the start and the end: the offset `to` in a string, or the end of a value that is not a list or object. */
  span(pointer: Pointer, at?: PartOfValue, to?: number): Span;
  /** The positions of all values, for `tableLocator` in another process; with `expanded`, those of the values of an expanded document. */
  positionTable?(expanded?: { readonly value: Json; readonly origins: Origins }): Uint32Array;
  /** If the value is an expanded document: where its values are written. */
  readonly origins?: Origins;
  /** If the value is an expanded document: the document as written, unless it is in another process. */
  readonly written?: Json;
  /** If the value is an expanded document: the findings of the expansion, with their positions. */
  readonly notes?: readonly Finding[];
  /** The findings of lint, if the body has already been linted. */
  readonly linted?: readonly Finding[];
}

/** Limits on one object within a document, or on a body. */
interface SizeLimits {
  /** In UTF-8. */
  readonly bytes: number;
  /** Strings, numbers, booleans, nulls, lists and objects. An alias counts as all values that it refers to. */
  readonly values: number;
}

/** Limits on a decoded body. */
export interface DecodeLimits extends SizeLimits {
  /** Limits on each monitor, alert and dashboard of a document. Its bytes are the bytes of its JSON. */
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
