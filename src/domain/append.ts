/** Appends items to a list one by one. Spreading a very long list into `push` would overflow the stack. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}

/** Returns the largest of several numbers, or `-Infinity` for an empty list. */
export function largest(numbers: Iterable<number>): number {
  let result = -Infinity;
  for (const number of numbers) result = Math.max(result, number);
  return result;
}

/** Returns the smallest of several numbers, or `Infinity` for an empty list. */
export function smallest(numbers: Iterable<number>): number {
  let result = Infinity;
  for (const number of numbers) result = Math.min(result, number);
  return result;
}
