import { Buffer } from 'node:buffer';
import { tooLarge, type Excess } from '../domain/problem.ts';
import type { Decoded, DecodeLimits, Format } from './decoded.ts';
import { faultProblem, TextFault } from './fault.ts';
import { locator, type Place, type Reading } from './place.ts';
import { positionTable } from './position-table.ts';
import { readText } from './read-text.ts';
import { isObject, type Json, printJson } from '../domain/json.ts';
import { pointerTo } from '../domain/pointer.ts';

/**
 * Parses a body: UTF-8 bytes or a string. Skips a leading byte order mark and does not count it.
 * Throws ProblemError: `too_large`; `malformed_body`, or `invalid` for a second document, with one finding that
 * has the code (see FAULTS), the pointer, line and column.
 */
export async function decode(
  input: string | Uint8Array,
  format: Format,
  limits: DecodeLimits,
): Promise<Decoded> {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (size > limits.bytes) throw tooLarge({ unit: 'bytes', limit: limits.bytes, measured: size });
  const text = typeof input === 'string' ? input.replace(/^\ufeff/, '') : utf8Text(input);
  try {
    const { value, places } = await readText(text, format, limits);
    let root: Place | undefined;
    const reading = { value, places: () => (root ??= places()) };
    if (limits.entry) requireSmallEntries(reading, limits.entry);
    const span = locator(text, format, reading);
    return {
      format,
      value,
      locate: (pointer, at) => span(pointer, at).start,
      span,
      positionTable: (expanded) => positionTable(text, reading, expanded),
    };
  } catch (error) {
    throw error instanceof TextFault ? faultProblem(error, text) : error;
  }
}

/** Decodes UTF-8 without a byte order mark. Throws ProblemError with the position of the first invalid byte. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const lossy = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const marked = lossy.startsWith('\ufeff') ? 1 : 0;
    const offset = firstLoss(bytes, lossy) - marked;
    throw faultProblem(new TextFault('invalid_utf8', 'The text is not UTF-8', offset), lossy.slice(marked));
  }
}

/** Returns the offset of the first U+FFFD that replaces an invalid byte. */
function firstLoss(bytes: Uint8Array, lossy: string): number {
  let from = 0;
  let byte = 0;
  for (;;) {
    const offset = lossy.indexOf('\ufffd', from);
    if (offset < 0) return lossy.length;
    byte += Buffer.byteLength(lossy.slice(from, offset));
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return offset;
    from = offset + 1;
    byte += 3;
  }
}

type EntryLimits = NonNullable<DecodeLimits['entry']>;

/** The lists of a document whose entries become Datadog objects. */
const LISTS = ['monitors', 'alerts', 'dashboards'] as const;

/** Rejects a document with a monitor, alert or dashboard beyond the limits of an object. Throws TextFault at the entry. */
function requireSmallEntries({ value, places }: Reading, limits: EntryLimits): void {
  if (!isObject(value)) return;
  for (const list of LISTS) {
    const entries = Object.hasOwn(value, list) ? value[list] : undefined;
    if (!Array.isArray(entries)) continue;
    for (const [index, entry] of entries.entries()) {
      const excess = excessOf(entry, limits);
      if (!excess) continue;
      const place = places().children?.get(list);
      const offset = (place?.children?.get(String(index)) ?? place)?.offset ?? 0;
      const message = `The entry has more than ${excess.limit} ${excess.unit}, the maximum of an object`;
      throw new TextFault('entry_too_large', message, offset, pointerTo('', list, index), { excess });
    }
  }
}

/** Returns the limit that a value exceeds, and stops counting there. Its bytes are the bytes of its JSON. */
function excessOf(value: Json, limits: EntryLimits): Excess | undefined {
  let [values, bytes] = [0, 0];
  const add = (more: number): boolean => {
    bytes += more;
    return bytes <= limits.bytes;
  };
  const isWithin = (part: Json): boolean => {
    values += 1;
    if (values > limits.values) return false;
    if (Array.isArray(part)) {
      return add(2) && part.every((item, index) => add(index > 0 ? 1 : 0) && isWithin(item));
    }
    if (!isObject(part)) return add(Buffer.byteLength(printJson(part)));
    return (
      add(2) &&
      Object.entries(part).every(
        ([name, member], index) =>
          add(Buffer.byteLength(printJson(name)) + (index > 0 ? 2 : 1)) && isWithin(member),
      )
    );
  };
  if (isWithin(value)) return undefined;
  return values > limits.values
    ? { unit: 'values', limit: limits.values, measured: values }
    : { unit: 'bytes', limit: limits.bytes, measured: bytes };
}
