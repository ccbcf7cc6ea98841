import { type Finding, partOf, type Position } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { ProblemError, PROBLEMS } from '../../domain/problem.ts';
import { DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';
import { hasContent, splitYaml, type TextPart } from '../../format/split-yaml.ts';
import type { KnownRecipients } from '../../lint/recipients/known-recipients.ts';
import { unknownRecipients } from '../../lint/recipients/unknown-recipients.ts';
import { isDocument } from '../../pipeline/body-kind.ts';
import { documentIn } from '../../pipeline/document/read-document.ts';
import {
  decodeExpanded,
  type Expanding,
  inWrittenText,
  withWrittenFix,
} from '../../pipeline/expanded-body.ts';
import { lintFile } from '../../pipeline/lint.ts';
import { runAtOnce } from '../../domain/steps.ts';

/** A finding with its position in the whole text. */
export interface LocatedFinding extends Finding {
  readonly line: number;
  readonly column: number;
  /** The position after the end of the range, if known. */
  readonly end?: Position;
  /** Position of the document in a YAML stream of several, from 1. */
  readonly document?: number;
}

/** Splits a text into its documents. Only YAML can hold several. */
export function partsOf(text: string, format: Format): TextPart[] {
  return format === 'yaml' ? splitYaml(text) : [{ text, line: 0 }];
}

/** Returns the parts of a text that have content, or the first part if all are empty. */
export function documentsOf(text: string, format: Format): TextPart[] {
  const parts = partsOf(text, format);
  const documents = parts.length > 1 ? parts.filter((part) => hasContent(part.text)) : parts;
  return documents.length > 0 ? documents : parts.slice(0, 1);
}

/** Remembers the documents that a command reads, by their applications. */
export class ReadApplications {
  readonly #names = new Map<string, string>();

  /** Returns the error if an earlier document has the application: each would treat the objects of the other as extra. */
  add(application: string, name: string): string | undefined {
    const first = this.#names.get(application);
    if (first !== undefined)
      return `${first} is also a document of ${application}. An application can have only one document.`;
    if (application !== '') this.#names.set(application, name);
    return undefined;
  }
}

/** What lint knows beside the text. */
export interface LintContext {
  /** The recipients that exist; undefined to accept all. */
  readonly recipients?: KnownRecipients | undefined;
  /** The name of the text, and the documents that were read before it. */
  readonly source?: { readonly name: string; readonly earlier: ReadApplications } | undefined;
  /** How the document is expanded. */
  readonly expand?: Expanding | undefined;
  /** Returns findings in addition to those of lint. */
  readonly also?: (document: JsonObject) => readonly Finding[];
}

/** Returns all findings of a text, in text order. For a text that cannot be parsed, returns the syntax error. */
export async function lintText(
  text: string,
  format: Format,
  { source, ...context }: LintContext = {},
): Promise<LocatedFinding[]> {
  const documents = documentsOf(text, format);
  const findings: LocatedFinding[] = [];
  for (const [at, part] of documents.entries()) {
    const number = documents.length > 1 ? { document: at + 1 } : {};
    const named = source && documents.length > 1 ? { ...source, name: `${source.name}#${at + 1}` } : source;
    for (const finding of await lintPart(part.text, format, { ...context, source: named })) {
      findings.push({ ...movedDown(finding, part.line), ...number });
    }
  }
  return findings;
}

/** Returns all findings of one document, in text order. */
export async function lintPart(
  text: string,
  format: Format,
  { recipients, source, also, expand }: LintContext = {},
): Promise<LocatedFinding[]> {
  try {
    const body = await decodeExpanded(text, format, DOCUMENT_LIMITS, expand);
    const { value, span } = body;
    const unknown = recipients ? runAtOnce(unknownRecipients(value, recipients)) : [];
    const second = source ? secondDocument(value, source) : [];
    const more = also && isObject(value) ? also(value) : [];
    const linted = body.linted ?? [...(body.notes ?? []), ...lintFile(value), ...more];
    const located = [...linted, ...unknown, ...second].map((found): LocatedFinding => {
      const { at, atName, to, rest: _, ...finding } = withWrittenFix(found, body);
      const { line, column } = finding;
      if (line !== undefined && column !== undefined) return { ...finding, line, column };
      const { start, end } = span(finding.pointer, partOf({ at, atName }), to);
      return { ...finding, ...start, ...(end ? { end } : {}) };
    });
    return inWrittenText(located, body).sort((a, b) => a.line - b.line || a.column - b.column);
  } catch (error) {
    return unreadable(error);
  }
}

/** Returns the error about a document whose application an earlier document has. */
function secondDocument(value: Json, { name, earlier }: NonNullable<LintContext['source']>): Finding[] {
  if (!isObject(value) || !isDocument(value)) return [];
  const message = earlier.add(documentIn(value).application, name);
  return message === undefined
    ? []
    : [{ code: 'second_document', severity: 'error', message, pointer: '/application' }];
}

/** Returns the findings of the problem that a text could not be read, or the problem as one. Rethrows any other error. */
export function unreadable(error: unknown): LocatedFinding[] {
  if (!(error instanceof ProblemError)) throw error;
  const { code, message, extras } = error;
  const { findings = [], hint = PROBLEMS[code].hint } = extras;
  if (findings.length === 0)
    return [{ code, severity: 'error', message, pointer: '', line: 1, column: 1, hint }];
  return findings.map((finding) => ({ line: 1, column: 1, ...finding }));
}

/** Moves a finding down by a number of lines, from its part of a text to the whole text. */
export function movedDown(finding: LocatedFinding, lines: number): LocatedFinding {
  const { line, end } = finding;
  return {
    ...finding,
    line: line + lines,
    ...(end ? { end: { line: end.line + lines, column: end.column } } : {}),
  };
}
