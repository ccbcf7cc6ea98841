import type { Findings } from '../../domain/findings.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings, type Ignored, type Rule } from '../rule.ts';
import { SUPPRESSION_RULES } from './suppression-rules.ts';
import { readSuppressions, type SuppressionView } from './suppression-view.ts';

/** What was linted, and by which rules. */
interface Linted {
  /** The rules whose findings these are: nothing else can be suppressed. */
  readonly rules: readonly Pick<Rule<never>, 'code'>[];
  /** Where the object stands in the body. */
  readonly pointer: Pointer;
  /** Whether all of the object is there. */
  readonly whole: boolean;
}

/** The `lint` member of an object, read. */
export interface Suppressions extends Ignored, Pick<SuppressionView, 'entries' | 'misshapes'> {}

/** Reads the `lint` member of an object, before its rules are asked. Undefined where there is none. */
export function suppressionsOf(lint: Json | undefined): Suppressions | undefined {
  if (lint === undefined) return undefined;
  const { entries, misshapes } = readSuppressions(lint);
  return { entries, misshapes, codes: new Set(entries.map(({ code }) => code)), found: new Set() };
}

/** Adds what is to be said of a `lint` member itself, after the rules of its object were asked. */
export function addSuppressionFindings(
  findings: Findings,
  suppressions: Suppressions | undefined,
  { rules, pointer, whole }: Linted,
): void {
  if (suppressions === undefined) return;
  const { entries, misshapes, found } = suppressions;
  const codes = new Set(rules.map(({ code }) => code));
  addFindings(findings, SUPPRESSION_RULES, { entries, misshapes, codes, found, whole }, pointer);
}

/** An object without its `lint` member, which is none of Datadog's: what its rules look at. */
export function written(object: JsonObject): JsonObject {
  if (object['lint'] === undefined) return object;
  const { lint: _, ...rest } = object;
  return rest;
}
