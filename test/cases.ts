import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseTrustedJson } from '../src/domain/json.ts';

export const CASES = process.env['CASES'] ?? join(import.meta.dirname, '../../shared/cases');

/** The reason to skip tests with cases; false if the folder is present. */
export const withoutCases = existsSync(CASES) ? false : 'the cases are not here (set CASES)';

/** Returns the paths of all files of `expected.tsv`, in order. */
export function caseFiles(): string[] {
  const [, ...rows] = readFileSync(join(CASES, 'expected.tsv'), 'utf8').trimEnd().split('\n');
  return rows.map((row) => row.split('\t')[0] ?? '');
}

/** Returns the scenario in a file, or undefined if the file is a monitor or a dashboard. */
export function scenarioIn(file: string): JsonObject | undefined {
  if (!file.endsWith('.json')) return undefined;
  const value = parseTrustedJson(readFileSync(join(CASES, file), 'utf8'));
  assert.ok(isObject(value), file);
  return typeof value['do'] === 'string' ? value : undefined;
}
