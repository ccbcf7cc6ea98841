const BLANK = /[ \t\r\n]/;

interface Style {
  /** Where the text's own characters begin. */
  readonly from: number;
  readonly escapes: boolean;
  /** Whether a doubled single quote stands for one. */
  readonly doubled: boolean;
  /** Blanks at the start of a line that are not the text's own; any number where lines are folded. */
  readonly indent: number;
}

/**
 * Where a character of a text value stands in the source, for every way in which JSON, YAML and TOML write texts:
 * quoted with escapes, quoted literally, plain, folded over lines, in blocks. `start` is where the value begins
 * (its quote, or the sign of a block), `value` what it stands for, `at` an offset in it. Where the two cannot be
 * matched: the start.
 */
export function offsetInSource(source: string, start: number, value: string, at: number): number {
  const style = styleAt(source, start);
  let [here, read] = [style.from, 0];
  while (read < at) {
    const step = stepAt(source, here, value, read, style);
    if (!step) return start;
    here += step.source;
    read += step.value;
  }
  // A line that goes on after an escaped line end begins with the next character.
  return style.escapes ? afterContinuation(source, here) : here;
}

/** How many characters of source stand for how many of the value; undefined where they do not match. */
function stepAt(
  source: string,
  here: number,
  value: string,
  read: number,
  style: Style,
): { source: number; value: number } | undefined {
  const sign = source.charAt(here);
  if (sign === '\\' && style.escapes) return escapeAt(source, here, value.charCodeAt(read));
  const wanted = value.charAt(read);
  if (sign === wanted && sign !== '\n' && !(sign === ' ' && goesOverLine(source, here)))
    return { source: style.doubled && sign === "'" ? 2 : 1, value: 1 };
  if (!BLANK.test(sign) || !BLANK.test(wanted)) return undefined;
  return { source: blanksAt(source, here, style.indent), value: foldedAt(value, read) };
}

function escapeAt(source: string, here: number, code: number): { source: number; value: number } {
  const kind = source.charAt(here + 1);
  if (BLANK.test(kind)) return { source: afterContinuation(source, here) - here, value: 0 };
  const lengths: Readonly<Record<string, number>> = { u: 6, U: 10, x: 4 };
  // An escape of eight digits may stand for a pair of surrogates.
  const pair = kind === 'U' && code >= 0xd800 && code < 0xdc00;
  return { source: lengths[kind] ?? 2, value: pair ? 2 : 1 };
}

function afterContinuation(source: string, here: number): number {
  const found = /\\[ \t]*\r?\n\s*/y;
  found.lastIndex = here;
  return found.test(source) ? found.lastIndex : here;
}

function goesOverLine(source: string, here: number): boolean {
  const blanks = /[ \t]*\r?\n/y;
  blanks.lastIndex = here;
  return blanks.test(source);
}

/** Blanks up to the first character of the text's own on the next line that has any. */
function blanksAt(source: string, here: number, indent: number): number {
  let end = here;
  let column = 0;
  while (end < source.length && BLANK.test(source.charAt(end))) {
    const ended = source.charAt(end) === '\n';
    if (!ended && column >= indent && source.slice(here, end).includes('\n')) break;
    column = ended ? 0 : column + 1;
    end += 1;
  }
  return Math.max(1, end - here);
}

/** Blanks of the value that a line's end and what follows it stand for: line ends, or the one blank of a fold. */
function foldedAt(value: string, read: number): number {
  let end = read;
  while (value.charAt(end) === '\n') end += 1;
  return Math.max(1, end - read);
}

function styleAt(source: string, start: number): Style {
  const quote = source.charAt(start);
  const folded = { indent: Number.POSITIVE_INFINITY };
  if (source.startsWith('"""', start) || source.startsWith("'''", start)) {
    const first = /\r?\n/y;
    first.lastIndex = start + 3;
    const from = first.test(source) ? first.lastIndex : start + 3;
    return { from, escapes: quote === '"', doubled: false, indent: 0 };
  }
  if (quote === '"') return { from: start + 1, escapes: true, doubled: false, ...folded };
  if (quote === "'") return { from: start + 1, escapes: false, doubled: true, ...folded };
  const header = /[|>][^\n]*\n(?=(?:[ \t]*\r?\n)*( *))/y;
  header.lastIndex = start;
  const indent = header.exec(source)?.[1]?.length;
  if (indent === undefined) return { from: start, escapes: false, doubled: false, ...folded };
  const line = header.lastIndex;
  return { from: goesOverLine(source, line) ? line : line + indent, escapes: false, doubled: false, indent };
}
