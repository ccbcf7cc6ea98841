/** Codes of contract findings. They cannot be ignored, because the object cannot be sent or found again until they are fixed. */
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

/** Returns whether a finding with this code cannot be ignored. */
export function isNoRule(code: string): boolean {
  return NO_RULES.has(code) || code.startsWith('suppression_');
}
