import type { Format } from '../../format/decoded.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

/** A text that was read from a file or from standard input. */
export interface ReadText {
  /** As it was named. */
  readonly name: string;
  readonly format: Format;
  readonly text: string;
}

/** A file that was looked at. */
export interface LintedFile extends ReadText {
  readonly findings: readonly LocatedFinding[];
}

export const OUTPUT_FORMATS = ['text', 'json', 'sarif', 'github'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How something is to stand out; as it is where that is not wanted. */
export type Paint = (style: Style, text: string) => string;
export type Style = 'error' | 'warning' | 'place' | 'aside' | 'added' | 'removed' | 'changed' | 'lost';
