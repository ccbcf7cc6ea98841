import type { Format } from '../../format/decoded.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';
import type { HiddenFindings } from '../documents/shown-findings.ts';

/** A text from a file or from standard input. */
export interface ReadText {
  /** The name as given on the command line. */
  readonly name: string;
  readonly format: Format;
  readonly text: string;
}

/** A file with the findings in it. */
export interface LintedFile extends ReadText {
  readonly findings: readonly LocatedFinding[];
  /** The number of findings that are not printed. */
  readonly hidden?: HiddenFindings;
}

export const OUTPUT_FORMATS = ['text', 'json', 'sarif', 'github'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Styles a text, or returns it unchanged if colors are disabled. */
export type Paint = (style: Style, text: string) => string;
export type Style =
  | 'error'
  | 'warning'
  | 'info'
  | 'place'
  | 'aside'
  | 'added'
  | 'removed'
  | 'changed'
  | 'lost';
