import type { Handle, ParsedMessage } from './message-syntax.ts';
import { type Enclosing, placedParts } from './walk-message.ts';

/** A handle that names a recipient, and the blocks around it. */
export interface PlacedHandle {
  readonly handle: Handle;
  readonly within: readonly Enclosing[];
}

/** Any variable in a handle, with two or three braces. */
const VARIABLE = /\{{2,3}([^{}]+)\}{2,3}/g;

/** Returns the handles of a message in their order. One within a word names nobody, and is left out. */
export function placedHandles({ parts }: ParsedMessage): PlacedHandle[] {
  return placedParts(parts).flatMap(({ part, within }) =>
    part.kind === 'handle' && !part.midWord ? [{ handle: part, within }] : [],
  );
}

/** Returns a handle with its `@` and the values of its variables. A variable without a value stays as it is written. */
export function handleText({ name }: Handle, valueOf: (variable: string) => string | undefined): string {
  return `@${name.replaceAll(VARIABLE, (whole, variable: string) => valueOf(variable.trim()) ?? whole)}`;
}

/** Returns whether a value satisfies `is_match`, or `is_exact_match` if `isExact`. The empty text matches no value but itself. */
export function matchesAny(value: string, texts: readonly string[], isExact: boolean): boolean {
  return texts.some((text) => (isExact || text === '' ? value === text : value.includes(text)));
}
