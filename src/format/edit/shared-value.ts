import { type Pointer, pointerSteps } from '../../domain/pointer.ts';
import { DOCUMENT_LIMITS } from '../decoded.ts';
import { type Place, positionsIn } from '../place.ts';
import { readSource } from './site.ts';

/** A value that a YAML text writes once for several places. */
export interface SharedValue {
  readonly anchor: string;
  /** The line of the anchor or alias at the place of the pointer, from 1. */
  readonly line: number;
  /** The name of the field there, or the index of the element. */
  readonly field: string;
}

const ALIAS = /\*([^\s,[\]{}]+)/y;
const NAME_END = /^[\s,[\]{}]?$/;
const ANCHOR = /&([^\s,[\]{}]+)/;

/**
 * Returns the innermost value on the way to a pointer that the YAML text shares through an anchor: with an alias, or with an
 * anchor that an alias refers to. Returns undefined if the pointer's value is its own.
 */
export async function sharedValueAt(text: string, pointer: Pointer): Promise<SharedValue | undefined> {
  const source = await readSource(text, 'yaml', DOCUMENT_LIMITS);
  if (!source) return undefined;
  let shared: SharedValue | undefined;
  let place: Place | undefined = source.root;
  for (const step of pointerSteps(pointer)) {
    place = place.children?.get(step);
    if (!place) break;
    const { name, valueFrom, offset } = place;
    ALIAS.lastIndex = offset;
    const alias = ALIAS.exec(text)?.[1];
    const anchor = alias ?? ANCHOR.exec(text.slice(valueFrom, offset))?.[1];
    if (anchor !== undefined && (alias !== undefined || hasAlias(text, anchor)))
      shared = { anchor, line: positionsIn(text)(name).line, field: step };
  }
  return shared;
}

/** Returns whether an alias refers to an anchor. The alias of another anchor can begin with the same characters. */
function hasAlias(text: string, anchor: string): boolean {
  const alias = `*${anchor}`;
  let at = text.indexOf(alias);
  while (at >= 0 && !NAME_END.test(text.charAt(at + alias.length))) at = text.indexOf(alias, at + 1);
  return at >= 0;
}
