/**
 * Parses a whole number from `low` to `high` in decimal digits, without sign, spaces, exponent or leading zeros. Returns
 * undefined for any other string.
 */
export function wholeNumberIn(text: string, low: number, high: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const number = Number(text);
  return number >= low && number <= high ? number : undefined;
}
