/** Adds items to a list, one by one: as arguments of `push`, a list as long as a request makes it overflows the stack. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}

/** Returns the largest of several numbers, `-Infinity` where there is none. */
export function largest(numbers: Iterable<number>): number {
  let result = -Infinity;
  for (const number of numbers) result = Math.max(result, number);
  return result;
}

/** Returns the smallest of several numbers, `Infinity` where there is none. */
export function smallest(numbers: Iterable<number>): number {
  let result = Infinity;
  for (const number of numbers) result = Math.min(result, number);
  return result;
}
