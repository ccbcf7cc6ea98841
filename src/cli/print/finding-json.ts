import type { JsonObject } from '../../domain/json.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

/** A finding as a machine is told it. */
export function toldFinding(finding: LocatedFinding): JsonObject {
  const { code, severity, message, pointer, line, column, hint } = finding;
  return { code, severity, message, pointer, line, column, ...(hint === undefined ? {} : { hint }) };
}
