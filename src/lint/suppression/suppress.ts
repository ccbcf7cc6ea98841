import type { Findings } from '../../domain/findings.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings, type Ignored, type Rule } from '../rule.ts';
import { SUPPRESSION_RULES } from './suppression-rules.ts';
import { readSuppressions, type SuppressionView } from './suppression-view.ts';

/** The object that was checked, and the rules that were applied. */
interface LintedObject {
  /** The rules that were applied. Only their findings can be suppressed. */
  readonly rules: readonly Pick<Rule<never>, 'code'>[];
  /** The position of the object in the body. */
  readonly pointer: Pointer;
  /** Whether the object is complete. */
  readonly whole: boolean;
}

/** The parsed field `lint` of an object. */
export interface Suppressions extends Ignored, Pick<SuppressionView, 'entries' | 'shapeErrors'> {}

/** Reads the field `lint` of an object before its rules run. Returns undefined if there is no such field. */
export function suppressionsOf(lint: Json | undefined): Suppressions | undefined {
  if (lint === undefined) return undefined;
  const { entries, shapeErrors } = readSuppressions(lint);
  return { entries, shapeErrors, codes: new Set(entries.map(({ code }) => code)), found: new Set() };
}

/** Adds the findings about the field `lint` itself, after the rules of its object have run. */
export function addSuppressionFindings(
  findings: Findings,
  suppressions: Suppressions | undefined,
  { rules, pointer, whole }: LintedObject,
): void {
  if (suppressions === undefined) return;
  const { entries, shapeErrors, found } = suppressions;
  const codes = new Set(rules.map(({ code }) => code));
  addFindings(findings, SUPPRESSION_RULES, { entries, shapeErrors, codes, found, whole }, pointer);
}

/** Returns the object without the field `lint`, which is not part of Datadog's API. */
export function withoutLintField(object: JsonObject): JsonObject {
  if (object['lint'] === undefined) return object;
  const { lint: _, ...rest } = object;
  return rest;
}
