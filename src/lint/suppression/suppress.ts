import type { Finding } from '../../domain/finding.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { findingsOf, type Rule } from '../rule.ts';
import { SUPPRESSION_RULES } from './suppression-rules.ts';
import { readSuppressions } from './suppression-view.ts';

/** What was linted, and by which rules. */
interface Linted {
  /** The rules whose findings these are: nothing else can be suppressed. */
  readonly rules: readonly Pick<Rule<never>, 'code'>[];
  /** Where the object stands in the body. */
  readonly pointer: Pointer;
  /** Whether all of the object is there. */
  readonly whole: boolean;
}

/**
 * What is left of the findings of an object's rules once its own `lint` member has been heard, and what is to be said of
 * that member itself.
 */
export function suppress(findings: Finding[], lint: Json | undefined, linted: Linted): Finding[] {
  if (lint === undefined) return findings;
  const { entries, misshapes } = readSuppressions(lint);
  const codes = new Set(linted.rules.map(({ code }) => code));
  const found = new Set(findings.map(({ code }) => code));
  const ignored = new Set(entries.map(({ code }) => code));
  const view = { entries, misshapes, codes, found, whole: linted.whole };
  return [
    ...findings.filter(({ code }) => !ignored.has(code)),
    ...findingsOf(SUPPRESSION_RULES, view, linted.pointer),
  ];
}

/** An object without its `lint` member, which is none of Datadog's: what its rules look at. */
export function written(object: JsonObject): JsonObject {
  if (object['lint'] === undefined) return object;
  const { lint: _, ...rest } = object;
  return rest;
}
