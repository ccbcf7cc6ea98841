import { Buffer } from 'node:buffer';
import { isObject, type Json, printJson } from '../domain/json.ts';
import { pointerTo } from '../domain/pointer.ts';
import type { Excess } from '../domain/problem.ts';
import type { DecodeLimits } from './decoded.ts';
import { TextFault } from './fault.ts';
import type { Reading } from './place.ts';

type EntryLimits = NonNullable<DecodeLimits['entry']>;

/** The lists of a document whose entries become Datadog objects. */
const LISTS = ['monitors', 'alerts', 'dashboards'] as const;

/** Rejects a document with a monitor, alert or dashboard beyond the limits of an object. Throws TextFault at the entry. */
export function requireSmallEntries({ value, places }: Reading, limits: EntryLimits): void {
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
