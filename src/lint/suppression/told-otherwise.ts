/** Codes of findings that are no rule's: without what they ask for, nothing can be sent or found again. */
const NO_RULES: ReadonlySet<string> = new Set([
  'alert',
  'conflicting_value',
  'marker_conflict',
  'marker_written',
  'missing_member',
  'more_findings',
  'never_managed',
  'no_key',
  'unknown_member',
  'wrong_value',
]);

/** Whether a code is told by Birddog, but by no rule that can be ignored. */
export function isNoRule(code: string): boolean {
  return NO_RULES.has(code) || code.startsWith('suppression_');
}
