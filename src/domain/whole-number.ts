/**
 * Reads a whole number from `low` to `high` that is written in decimal digits, without sign, blanks, exponent or leading
 * zeros. Returns undefined for any other text.
 */
export function wholeNumberIn(text: string, low: number, high: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const number = Number(text);
  return number >= low && number <= high ? number : undefined;
}
