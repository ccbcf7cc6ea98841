import type { Pointer } from '../domain/pointer.ts';
import { TextFault } from './fault.ts';

/** Counts the values of a text during parsing. */
export class ValueCount {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a value that begins at `offset`. Throws TextFault beyond the limit. */
  add(offset: number, pointer: () => Pointer): void {
    this.#count += 1;
    if (this.#count > this.#limit) this.#fail(offset, pointer());
  }

  /** Counts the values that an alias refers to. Returns false if that exceeds the limit. */
  addAliased(values: number): boolean {
    this.#count += values;
    return this.#count <= this.#limit;
  }

  #fail(offset: number, pointer: Pointer): never {
    const [limit, measured] = [this.#limit, this.#count];
    const message = `The body has more than ${limit} values, which is the maximum`;
    throw new TextFault('too_many_values', message, offset, pointer, {
      excess: { unit: 'values', limit, measured },
    });
  }
}
