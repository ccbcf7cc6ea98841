import type { Finding, Fix, Severity } from '../domain/finding.ts';
import type { Findings } from '../domain/findings.ts';
import type { Json } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
import type { Span } from '../language/query/syntax.ts';

/** Field names and array indexes, starting at the object. */
export type Path = readonly (string | number)[];

/** A violation of a rule: its position within the object, and the message. */
export interface Violation {
  readonly path: Path;
  /** The severity, if it is lower than that of the rule. */
  readonly severity?: Severity;
  /** The range in the string at `path`, if it is a string. */
  readonly span?: Span;
  /** One sentence that states the effect of the mistake. */
  readonly message: string;
  readonly hint?: string;
  /** A change that removes the finding; only if there is just one plausible correction. */
  readonly fix?: RuleFix;
  /** The required fields that are not set, if the finding is about them. */
  readonly missing?: readonly Path[];
  /** The fields that the finding follows from, if not every violation of the rule does. */
  readonly reads?: readonly Path[];
}

/** An edit: replaces a range of the string at a path, sets or adds the value at a path, or removes a field. */
export type RuleEdit =
  | { readonly path: Path; readonly span: Span; readonly text: string }
  | { readonly path: Path; readonly value: Json }
  | { readonly path: Path; readonly remove: true };

export interface RuleFix {
  /** Imperative: "Change to avg". */
  readonly title: string;
  readonly edits: readonly RuleEdit[];
}

/** A check for one kind of mistake. `View` is the parsed object that rules read. */
export interface Rule<View> {
  /** Stable, because suppressions refer to it. */
  readonly code: string;
  /**
   * An error if Datadog is known to reject the object or would read it differently; a warning for any other likely mistake;
   * an info for what is usually intended.
   */
  readonly severity: Severity;
  /** Why an error or a warning is right although it fires on more than 10% of published objects. */
  readonly highRateReason?: string;
  /** One sentence that states the mistake. */
  readonly summary: string;
  /** An object in YAML that violates only this rule. `⟦` and `⟧` mark the range of the finding. */
  readonly bad: string;
  /** The corrected object. */
  readonly good: string;
  /** Yields findings one by one, so that a long list is never in memory. */
  readonly check: (view: View) => Iterable<Violation>;
}

/** The codes that an object ignores, and the codes of its findings. */
export interface Ignored {
  /** Codes whose findings are dropped. */
  readonly codes: ReadonlySet<string>;
  /** Collects the codes of all findings, including dropped ones. */
  readonly found: Set<string>;
}

/** Adds the findings of rules for an object, except ignored codes. `pointer` is the position of the object in the body. */
export function addFindings<View>(
  findings: Findings,
  rules: readonly Rule<View>[],
  view: View,
  pointer: Pointer,
  ignored?: Ignored,
): void {
  for (const rule of rules) {
    checkTimeBudget();
    for (const violation of rule.check(view)) {
      ignored?.found.add(rule.code);
      if (ignored?.codes.has(rule.code)) break;
      const severity = violation.severity ?? rule.severity;
      if (findings.accepts({ code: rule.code, severity }))
        findings.add(toFinding(rule.code, severity, violation, pointer));
      else findings.skip(severity);
    }
  }
}

function toFinding(
  code: string,
  severity: Severity,
  { path, span, message, hint, fix, missing, reads }: Violation,
  pointer: Pointer,
): Finding {
  return {
    code,
    severity,
    message,
    pointer: pointerTo(pointer, ...path),
    ...(span === undefined ? {} : { at: span.from, to: span.to }),
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix: toFix(fix, pointer) }),
    ...(missing === undefined ? {} : { missing: missing.map((field) => pointerTo(pointer, ...field)) }),
    ...(reads === undefined ? {} : { reads: reads.map((field) => pointerTo(pointer, ...field)) }),
  };
}

function toFix({ title, edits }: RuleFix, pointer: Pointer): Fix {
  return {
    title,
    edits: edits.map((edit) => {
      const target = pointerTo(pointer, ...edit.path);
      if ('span' in edit) return { pointer: target, from: edit.span.from, to: edit.span.to, text: edit.text };
      return 'value' in edit ? { pointer: target, value: edit.value } : { pointer: target, remove: true };
    }),
  };
}
