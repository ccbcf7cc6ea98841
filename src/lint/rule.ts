import type { Finding, Fix } from '../domain/finding.ts';
import type { Findings } from '../domain/findings.ts';
import type { Json } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
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
  /** Imperative: "Change to avg". */
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
  /** Finds the places one after another, so that a long list of them is never held whole. */
  readonly check: (view: View) => Iterable<Hit>;
}

/** What an object says of the findings about it, and the codes of those that were found. */
export interface Ignored {
  /** Codes whose findings are left out. */
  readonly codes: ReadonlySet<string>;
  /** Gets the codes of all that was found, left out or not. */
  readonly found: Set<string>;
}

/** Adds what rules find in an object, but for ignored codes. `pointer` is where the object stands in the body. */
export function addFindings<View>(
  findings: Findings,
  rules: readonly Rule<View>[],
  view: View,
  pointer: Pointer,
  ignored?: Ignored,
): void {
  for (const rule of rules) {
    checkTimeBudget();
    for (const hit of rule.check(view)) {
      ignored?.found.add(rule.code);
      if (ignored?.codes.has(rule.code)) break;
      if (findings.accepts(rule)) findings.add(findingOf(rule, hit, pointer));
      else findings.skip(rule.severity);
    }
  }
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
