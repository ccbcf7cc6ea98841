import type { JsonObject } from '../../domain/json.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

/** Returns a finding for JSON output. */
export function findingJson(finding: LocatedFinding): JsonObject {
  const { code, severity, message, pointer, line, column, hint } = finding;
  return { code, severity, message, pointer, line, column, ...(hint === undefined ? {} : { hint }) };
}
