import { Buffer } from 'node:buffer';
import { tooLarge } from '../domain/problem.ts';
import type { Decoded, DecodeLimits, Format } from './decoded.ts';
import { requireSmallEntries } from './entry-limits.ts';
import { faultProblem, TextFault } from './fault.ts';
import { locator, type Place } from './place.ts';
import { positionTable } from './position-table.ts';
import { readText } from './read-text.ts';

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
      positionTable: () => positionTable(text, reading),
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
