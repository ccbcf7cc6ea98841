import { pointerSteps, type Pointer } from '../../domain/pointer.ts';
import type { DecodeLimits, Format } from '../decoded.ts';
import { TextFault } from '../fault.ts';
import type { Place, Reading } from '../place.ts';
import { readText } from '../read-text.ts';

/** A text to be edited, read. */
export interface Source extends Reading {
  readonly text: string;
  readonly format: Format;
  /** How its lines end. */
  readonly newline: string;
  readonly root: Place;
}

/** Reads a text that is to be edited; undefined where it cannot be read. */
export async function readSource(
  text: string,
  format: Format,
  limits: DecodeLimits,
): Promise<Source | undefined> {
  try {
    const reading = await readText(text, format, limits);
    const newline = /\r?\n/.exec(text)?.[0] ?? '\n';
    return { ...reading, text, format, newline, root: reading.places() };
  } catch (error) {
    if (error instanceof TextFault) return undefined;
    throw error;
  }
}

/** Where a value stands, or would: its place, and that of what holds it. */
export interface Site {
  readonly step: string;
  readonly place: Place | undefined;
  readonly holder: Place | undefined;
  /** The members or items of the holder, in the order of the text. */
  readonly siblings: readonly Place[];
  /** Whether brackets or braces stand around it, in which fewer things can be written without quotes. */
  readonly flow: boolean;
}

/** The site of a pointer; undefined where what would hold it is not written there (behind an alias, say). */
export function siteOf({ text, format, root }: Source, pointer: Pointer): Site | undefined {
  const steps = pointerSteps(pointer);
  const last = steps.pop();
  if (last === undefined)
    return { step: '', place: root, holder: undefined, siblings: [root], flow: format === 'json' };
  let [holder, flow]: [Place | undefined, boolean] = [root, false];
  for (const step of steps) {
    flow ||= isBracketed(text, holder);
    holder = holder.children?.get(step);
    if (!holder) return undefined;
  }
  const siblings = [...(holder.children?.values() ?? [])].sort((a, b) => a.name - b.name);
  return {
    step: last,
    place: holder.children?.get(last),
    holder,
    siblings,
    flow: flow || isBracketed(text, holder),
  };
}

/** Returns whether a list or object has its own brackets or braces. */
function isBracketed(text: string, place: Place): boolean {
  const opening = text.charAt(place.offset);
  return (opening === '{' || opening === '[') && place.end > place.offset && place.valueFrom <= place.offset;
}
