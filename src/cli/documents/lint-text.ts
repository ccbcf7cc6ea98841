import type { Finding, Position } from '../../domain/finding.ts';
import { ProblemError } from '../../domain/problem.ts';
import { decode } from '../../format/decode.ts';
import { DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';
import { hasContent, splitYaml, type TextPart } from '../../format/split-yaml.ts';
import { lintFile } from '../../pipeline/lint.ts';

/** A finding with its place in the whole of a text. */
export interface LocatedFinding extends Finding {
  readonly line: number;
  readonly column: number;
  /** Behind what it is about, where that is known. */
  readonly end?: Position;
  /** Which document of a YAML stream of several, from 1. */
  readonly document?: number;
}

/** What a text consists of. Only YAML has several documents in one. */
export function partsOf(text: string, format: Format): TextPart[] {
  return format === 'yaml' ? splitYaml(text) : [{ text, line: 0 }];
}

/** The parts of a text in which something is written; the first where there is none. */
export function documentsOf(text: string, format: Format): TextPart[] {
  const parts = partsOf(text, format);
  const written = parts.length > 1 ? parts.filter((part) => hasContent(part.text)) : parts;
  return written.length > 0 ? written : parts.slice(0, 1);
}

/** Everything that is wrong with a text, in its order. A text that cannot be read has one finding that says so. */
export async function lintText(text: string, format: Format): Promise<LocatedFinding[]> {
  const documents = documentsOf(text, format);
  const findings: LocatedFinding[] = [];
  for (const [at, part] of documents.entries()) {
    const number = documents.length > 1 ? { document: at + 1 } : {};
    for (const finding of await lintPart(part.text, format)) {
      findings.push({ ...movedDown(finding, part.line), ...number });
    }
  }
  return findings;
}

/** Everything that is wrong with one document, in the order of its text. */
export async function lintPart(text: string, format: Format): Promise<LocatedFinding[]> {
  try {
    const { value, span } = await decode(text, format, DOCUMENT_LIMITS);
    const located = lintFile(value).map(({ at, to, rest: _, ...finding }): LocatedFinding => {
      const { start, end } = span(finding.pointer, at, to);
      return { ...finding, ...start, ...(end ? { end } : {}) };
    });
    return located.sort((a, b) => a.line - b.line || a.column - b.column);
  } catch (error) {
    return unreadable(error);
  }
}

/** What a text that cannot be read has to be told: the findings of the problem that reading it was. */
export function unreadable(error: unknown): LocatedFinding[] {
  if (!(error instanceof ProblemError)) throw error;
  const { findings } = error.extras;
  if (!findings || findings.length === 0) throw error;
  return findings.map((finding) => ({ line: 1, column: 1, ...finding }));
}

/** A finding of a part of a text, so many lines further down. */
export function movedDown(finding: LocatedFinding, lines: number): LocatedFinding {
  const { line, end } = finding;
  return {
    ...finding,
    line: line + lines,
    ...(end ? { end: { line: end.line + lines, column: end.column } } : {}),
  };
}
