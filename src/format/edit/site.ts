import { pointerSteps, type Pointer } from '../../domain/pointer.ts';
import type { DecodeLimits, Format } from '../decoded.ts';
import { TextFault } from '../fault.ts';
import type { Place, Reading } from '../place.ts';
import { readText } from '../read-text.ts';

/** A parsed text to edit. */
export interface Source extends Reading {
  readonly text: string;
  readonly format: Format;
  /** Its line break. */
  readonly newline: string;
  readonly root: Place;
}

/** Parses a text to edit. Returns undefined if it is malformed. */
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

/** The location of an existing or new value: its place, and the place of its parent. */
export interface Site {
  readonly step: string;
  readonly place: Place | undefined;
  readonly holder: Place | undefined;
  /** The fields or elements of the parent, in the order of the text. */
  readonly siblings: readonly Place[];
  /** Whether it is inside brackets or braces, where fewer strings can be unquoted. */
  readonly flow: boolean;
}

/** Returns the site of a pointer, or undefined if its parent is not written there, for example behind an alias. */
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
