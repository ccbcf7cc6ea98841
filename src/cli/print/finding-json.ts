import type { JsonObject } from '../../domain/json.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';
import type { LintedFile } from './report.ts';
import { visibleJson } from './visible.ts';

/** Returns a finding for JSON output. */
export function findingJson(finding: LocatedFinding): JsonObject {
  const { code, severity, source, message, pointer, line, column, hint } = finding;
  const who = source === undefined ? {} : { source };
  return { code, severity, ...who, message, pointer, line, column, ...(hint === undefined ? {} : { hint }) };
}

/** Formats findings as one JSON list, each with its file. */
export function printJson(files: readonly LintedFile[]): string {
  const findings = files.flatMap(({ name, findings: found }) =>
    found.map(({ code, severity, message, line, column, end, pointer, ...rest }) => ({
      file: name,
      line,
      column,
      ...(end ? { end_line: end.line, end_column: end.column } : {}),
      severity,
      code,
      message,
      pointer,
      ...rest,
    })),
  );
  return `${visibleJson(findings)}\n`;
}
