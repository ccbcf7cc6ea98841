import type { Finding, Fix } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Span } from '../language/query/syntax.ts';

/** Member names and item numbers from the object on. */
export type Path = readonly (string | number)[];

/** One place in an object where a rule says something. */
export interface Hit {
  readonly path: Path;
  /** Where in the text at `path`, where it is one. */
  readonly span?: Span;
  /** What will happen to the user. */
  readonly message: string;
  readonly hint?: string;
  /** A change after which the rule says nothing; only where there is one that is meant for certain. */
  readonly fix?: RuleFix;
}

/** What to change: a stretch of the text at a path, the value at a path (added where there is none), or a member less. */
export type RuleEdit =
  | { readonly path: Path; readonly span: Span; readonly text: string }
  | { readonly path: Path; readonly value: Json }
  | { readonly path: Path; readonly remove: true };

export interface RuleFix {
  /** As an order: "Write avg". */
  readonly title: string;
  readonly edits: readonly RuleEdit[];
}

/** Something that can be wrong with an object, of which `View` is what rules look at. */
export interface Rule<View> {
  /** Stable: people suppress by it. */
  readonly code: string;
  /** An error where Datadog is known to refuse it, or it would mean something else; else a warning. */
  readonly severity: 'error' | 'warning';
  /** What is found, in a sentence. */
  readonly summary: string;
  /** An object in YAML that breaks this rule and no other; `⟦` and `⟧` stand around the place. */
  readonly bad: string;
  /** The same, as it should be. */
  readonly good: string;
  readonly check: (view: View) => readonly Hit[];
}

/** More that one rule says of one object helps nobody: a text of 1 MiB can be wrong in a hundred thousand places. */
const MOST_TOLD = 100;

/** What rules say of an object. `pointer` is where it stands in the body. */
export function findingsOf<View>(rules: readonly Rule<View>[], view: View, pointer: Pointer): Finding[] {
  const findings: Finding[] = [];
  addFindings(findings, rules, view, pointer);
  return findings;
}

/** Adds what rules say of an object to what is said of it already. */
export function addFindings<View>(
  findings: Finding[],
  rules: readonly Rule<View>[],
  view: View,
  pointer: Pointer,
): void {
  for (const rule of rules) {
    const hits = rule.check(view);
    const told = hits.length > MOST_TOLD ? firstOf(hits) : hits;
    for (const hit of told) findings.push(findingOf(rule, hit, pointer));
  }
}

/** The first of too many hits; the last of these says how many more there are. */
function firstOf(hits: readonly Hit[]): Hit[] {
  const told = hits.slice(0, MOST_TOLD);
  const more = hits.length - MOST_TOLD;
  const last = told.pop();
  if (last)
    told.push({
      ...last,
      message: `${last.message} And so in ${more} more ${more > 1 ? 'places' : 'place'}.`,
    });
  return told;
}

function findingOf<View>(
  { code, severity }: Rule<View>,
  { path, span, message, hint, fix }: Hit,
  pointer: Pointer,
): Finding {
  return {
    code,
    severity,
    message,
    pointer: pointerTo(pointer, ...path),
    ...(span === undefined ? {} : { at: span.from, to: span.to }),
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix: fixAt(fix, pointer) }),
  };
}

function fixAt({ title, edits }: RuleFix, pointer: Pointer): Fix {
  return {
    title,
    edits: edits.map((edit) => {
      const place = pointerTo(pointer, ...edit.path);
      if ('span' in edit) return { pointer: place, from: edit.span.from, to: edit.span.to, text: edit.text };
      return 'value' in edit ? { pointer: place, value: edit.value } : { pointer: place, remove: true };
    }),
  };
}
