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
export function* placedParts(
  parts: readonly MessagePart[],
  within: readonly Enclosing[] = [],
): Generator<PlacedPart> {
  for (const part of parts) {
    yield { part, within };
    if (part.kind === 'handle') for (const variable of part.variables) yield { part: variable, within };
    if (part.kind !== 'block') continue;
    yield* placedParts(part.inner, [...within, { block: part, otherwise: false }]);
    yield* placedParts(part.otherwise ?? [], [...within, { block: part, otherwise: true }]);
  }
}

/** Every part of a message. */
export function* allParts(parts: readonly MessagePart[]): Generator<MessagePart> {
  for (const { part } of placedParts(parts)) yield part;
}
