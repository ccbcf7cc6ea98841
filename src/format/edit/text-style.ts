import type { Format } from '../decoded.ts';
import { resolveScalar } from '../yaml-scalar.ts';
import { quoted } from './print-value.ts';

/** The styles of strings. */
export type TextStyle = 'double' | 'single' | 'plain' | 'literal' | 'folded' | 'lines' | 'raw' | 'raw lines';

/** Returns the style of the string at an offset. */
export function styleAt(format: Format, source: string, offset: number): TextStyle {
  const sign = source.charAt(offset);
  if (format === 'toml') {
    if (sign === '"') return source.startsWith('"""', offset) ? 'lines' : 'double';
    return source.startsWith("'''", offset) ? 'raw lines' : 'raw';
  }
  if (sign === '"') return 'double';
  if (sign === "'") return 'single';
  return sign === '|' ? 'literal' : sign === '>' ? 'folded' : 'plain';
}

/** Line breaks, and characters that no format allows unescaped. */
const SPECIAL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/u;
const SPECIAL_IN_LINES = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/u;
const BLANK_ENDS = /^[ \t]|[ \t]$/;

/** Returns the notation of a piece within a string of a style, or undefined if the style cannot represent it. `indent` is that of a block. */
export function pieceIn(
  style: TextStyle,
  piece: string,
  newline: string,
  indent: string,
): string | undefined {
  return PIECES[style](piece, newline, indent);
}

type Piece = (piece: string, newline: string, indent: string) => string | undefined;

const PIECES: Readonly<Record<TextStyle, Piece>> = {
  double: (piece) => quoted(piece).slice(1, -1),
  single: (piece) =>
    SPECIAL.test(piece) || BLANK_ENDS.test(piece) ? undefined : piece.replaceAll("'", "''"),
  plain: (piece) => (SPECIAL.test(piece) || BLANK_ENDS.test(piece) ? undefined : piece),
  raw: (piece) => (SPECIAL.test(piece) || piece.includes("'") ? undefined : piece),
  'raw lines': (piece, newline) =>
    SPECIAL_IN_LINES.test(piece) || piece.includes("'") ? undefined : piece.replaceAll('\n', newline),
  lines: (piece, newline) =>
    piece
      .split('\n')
      .map((each) => quoted(each).slice(1, -1))
      .join(newline),
  literal: (piece, newline, indent) =>
    SPECIAL_IN_LINES.test(piece) ? undefined : piece.replaceAll('\n', `${newline}${indent}`),
  folded: (piece) => (SPECIAL.test(piece) || BLANK_ENDS.test(piece) ? undefined : piece),
};

/** Characters that cannot start a plain YAML string. */
const INDICATOR = /^[-?:,[\]{}#&*!|>'"%@`]/;
/** Words that YAML 1.1 parsers do not read as strings. */
const WORD = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i;
const ENDS_PLAIN = /: |:$| #|^(?:---|\.\.\.)(?:\s|$)/;
const ENDS_IN_BRACKETS = /[,[\]{}]|:[,[\]{}"']/;

/** Returns whether a one-line string can be unquoted in YAML and is still a string. */
export function standsPlain(value: string, flow: boolean): boolean {
  if (value === '' || SPECIAL.test(value) || /\t/.test(value) || value !== value.trim()) return false;
  if (INDICATOR.test(value) || WORD.test(value) || ENDS_PLAIN.test(value)) return false;
  if (flow && ENDS_IN_BRACKETS.test(value)) return false;
  const resolved = resolveScalar(value, true, undefined);
  return 'value' in resolved && resolved.value === value;
}

/** Writes a string on one line, in its current style if possible, else in quotes that can express it. */
export function onOneLine(format: Format, style: TextStyle, value: string, flow: boolean): string {
  if (format === 'json' || style === 'double' || style === 'lines') return quoted(value);
  if (format === 'toml') return SPECIAL.test(value) || value.includes("'") ? quoted(value) : `'${value}'`;
  if (style !== 'single' && standsPlain(value, flow)) return value;
  if (SPECIAL.test(value)) return quoted(value);
  return style === 'single' || /["\\]/.test(value) ? `'${value.replaceAll("'", "''")}'` : quoted(value);
}
