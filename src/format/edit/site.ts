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
  /** Returns the fields or elements of a place, in the order of the text. */
  readonly membersOf: (place: Place) => Members;
}

/** The fields or elements of a list or object, in the order of the text, and the index of each. */
interface Members {
  readonly places: readonly Place[];
  readonly indexes: ReadonlyMap<Place, number>;
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
    return { ...reading, text, format, newline, root: reading.places(), membersOf: sortedMembers() };
  } catch (error) {
    if (error instanceof TextFault) return undefined;
    throw error;
  }
}

/** Returns a function that sorts the members of each place once. */
function sortedMembers(): (place: Place) => Members {
  const known = new WeakMap<Place, Members>();
  return (place) => {
    const before = known.get(place);
    if (before) return before;
    const places = [...(place.children?.values() ?? [])].sort((a, b) => a.name - b.name);
    const members = { places, indexes: new Map(places.map((one, at) => [one, at])) };
    known.set(place, members);
    return members;
  };
}

/** The location of an existing or new value: its place, and the place of its parent. */
export interface Site {
  readonly step: string;
  readonly place: Place | undefined;
  readonly holder: Place | undefined;
  /** The fields or elements of the parent, in the order of the text. */
  readonly siblings: readonly Place[];
  /** The index of `place` among its siblings; -1 without a place. */
  readonly index: number;
  /** Whether it is inside brackets or braces, where fewer strings can be unquoted. */
  readonly flow: boolean;
}

/** Returns the site of a pointer, or undefined if its parent is not written there, for example behind an alias. */
export function siteOf({ text, format, root, membersOf }: Source, pointer: Pointer): Site | undefined {
  const steps = pointerSteps(pointer);
  const last = steps.pop();
  if (last === undefined)
    return { step: '', place: root, holder: undefined, siblings: [root], index: 0, flow: format === 'json' };
  let [holder, flow]: [Place | undefined, boolean] = [root, false];
  for (const step of steps) {
    flow ||= isBracketed(text, holder);
    holder = holder.children?.get(step);
    if (!holder) return undefined;
  }
  const place = holder.children?.get(last);
  const { places: siblings, indexes } = membersOf(holder);
  return {
    step: last,
    place,
    holder,
    siblings,
    index: (place && indexes.get(place)) ?? -1,
    flow: flow || isBracketed(text, holder),
  };
}

/** Returns whether a list or object has its own brackets or braces. */
function isBracketed(text: string, place: Place): boolean {
  const opening = text.charAt(place.offset);
  return (opening === '{' || opening === '[') && place.end > place.offset && place.valueFrom <= place.offset;
}
