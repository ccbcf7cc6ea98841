import type { Block, MessagePart } from './message-syntax.ts';

/** A block around a part, and whether the part is after its `{{else}}`. */
export interface Enclosing {
  readonly block: Block;
  readonly otherwise: boolean;
}

/** A part and its enclosing blocks, outermost first. */
export interface PlacedPart {
  readonly part: MessagePart;
  readonly within: readonly Enclosing[];
}

/** Yields every part of a message: blocks before their content, handles before their variables. */
export function placedParts(parts: readonly MessagePart[]): PlacedPart[] {
  const placed: PlacedPart[] = [];
  addParts(placed, parts, []);
  return placed;
}

function addParts(placed: PlacedPart[], parts: readonly MessagePart[], within: readonly Enclosing[]): void {
  for (const part of parts) {
    placed.push({ part, within });
    if (part.kind === 'handle')
      for (const variable of part.variables) placed.push({ part: variable, within });
    if (part.kind !== 'block') continue;
    addParts(placed, part.inner, [...within, { block: part, otherwise: false }]);
    addParts(placed, part.otherwise ?? [], [...within, { block: part, otherwise: true }]);
  }
}

/** Returns every part of a message. */
export function allParts(parts: readonly MessagePart[]): MessagePart[] {
  return placedParts(parts).map(({ part }) => part);
}
