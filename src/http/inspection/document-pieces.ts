import { isObject, type Json, type JsonObject, printJson } from '../../domain/json.ts';
import { tooLarge } from '../../domain/problem.ts';
import { OBJECT_LIMITS } from '../../format/decoded.ts';
import type { FrameType } from './protocol.ts';

/** The lists of a document. Their entries are sent in batches. */
const LISTS = ['monitors', 'alerts', 'dashboards'] as const;

/** Size of a batch in characters. Without batches, every small entry would take an iteration of the event loop. */
const BATCH_CHARS = 64 * 1024;

/** A part of a body that the server parses in one iteration of its event loop. */
export interface Piece {
  readonly type: Extract<FrameType, 'top' | 'entries'>;
  readonly json: string;
}

/**
 * Splits a body into pieces: the body without its entries, then the entries of each list in order. Throws `too_large` if the
 * body without entries exceeds the limit of an object; entries are limited when they are decoded.
 */
export function* piecesOf(body: Json): Generator<Piece, void, void> {
  const lists = LISTS.filter((list) => isObject(body) && Array.isArray(body[list]));
  const top = isObject(body) ? { ...body, ...Object.fromEntries(lists.map((list) => [list, []])) } : body;
  const printed = printJson(top);
  const measured = Buffer.byteLength(printed);
  if (measured > OBJECT_LIMITS.bytes) throw tooLarge({ unit: 'bytes', limit: OBJECT_LIMITS.bytes, measured });
  yield { type: 'top', json: printed };
  if (!isObject(body)) return;
  for (const list of lists) {
    const entries = body[list];
    let batch: string[] = [];
    let chars = 0;
    const flush = (): Piece => {
      const json = `{"list":"${list}","entries":[${batch.join(',')}]}`;
      batch = [];
      chars = 0;
      return { type: 'entries', json };
    };
    for (const entry of Array.isArray(entries) ? entries : []) {
      const one = printJson(entry);
      if (chars > 0 && chars + one.length > BATCH_CHARS) yield flush();
      batch.push(one);
      chars += one.length;
    }
    if (chars > 0) yield flush();
  }
}

/** Rebuilds a document from its pieces, in the order in which they were sent. */
export class DocumentBuilder {
  #value: Json = null;

  /** Sets the body without its entries. */
  top(value: Json): void {
    this.#value = value;
  }

  /** Adds entries of one list. */
  entries({ list, entries }: JsonObject): void {
    const found = isObject(this.#value) && typeof list === 'string' ? this.#value[list] : undefined;
    if (!Array.isArray(found) || !Array.isArray(entries)) throw new TypeError('entries without a list');
    for (const entry of entries) found.push(entry);
  }

  /** Returns the document. */
  value(): Json {
    return this.#value;
  }
}
