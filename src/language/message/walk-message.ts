import type { Block, MessagePart } from './message-syntax.ts';

/** A block around a part, and whether the part stands behind its `{{else}}`. */
export interface Enclosing {
  readonly block: Block;
  readonly otherwise: boolean;
}

/** A part, and the blocks around it from the outermost on. */
export interface PlacedPart {
  readonly part: MessagePart;
  readonly within: readonly Enclosing[];
}

/** Every part of a message, blocks before what stands in them, the variables of a handle behind it. */
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

/** Every part of a message. */
export function allParts(parts: readonly MessagePart[]): MessagePart[] {
  return placedParts(parts).map(({ part }) => part);
}
