import { withoutHidden } from '../domain/hidden-characters.ts';

/** The maximum number of characters of a text that is drawn. */
const MAX_TEXT_LENGTH = 300;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** A rectangle in pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The value of an attribute. Strings are escaped. */
type Attribute = string | number;

/** Returns an element. `inner` is XML. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Attribute>>,
  inner: readonly string[] = [],
): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? decimal(value) : escaped(value)}"`)
    .join('');
  return inner.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${inner.join('')}</${name}>`;
}

/** Returns a number with at most one decimal; 0 for one that is not finite. */
export function decimal(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10) / 10) : '0';
}

/** How a text is drawn. */
export interface TextStyle {
  /** In pixels. */
  readonly size: number;
  readonly color: string;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Whether lines behind the text are covered around it. */
  readonly halo?: boolean;
}

/** Returns one line of text at a point of its baseline, shortened to a width in pixels. */
export function textLine(text: string, x: number, y: number, width: number, style: TextStyle): string {
  const { size, color, bold = false, anchor = 'start', halo = false } = style;
  const shown = shortened(plain(text), width, bold ? size * BOLD : size);
  if (shown === '') return '';
  const attributes = {
    x,
    y,
    'font-size': size,
    fill: color,
    ...(bold ? { 'font-weight': 'bold' } : {}),
    ...(anchor === 'start' ? {} : { 'text-anchor': anchor }),
    ...(halo ? { stroke: '#ffffff', 'stroke-width': 3, 'paint-order': 'stroke' } : {}),
  };
  return element('text', attributes, [escaped(shown)]);
}

/** Splits a text into lines of a width in pixels, at blanks. At most `max` lines. */
export function wrapped(text: string, width: number, size: number, max: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || widthOf(longer, size) <= width) line = longer;
    else {
      if (lines.length === max) return lines;
      lines.push(line);
      line = word;
    }
  }
  return lines.length < max ? [...lines, line] : lines;
}

/** Returns a text on one line, of limited length, without characters that are invisible or not allowed in XML. */
function plain(text: string): string {
  const cut = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
  return withoutHidden(cut.replaceAll(/\s+/g, ' ')).trim();
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES.get(sign) ?? '');
}

function shortened(text: string, width: number, size: number): string {
  if (widthOf(text, size) <= width) return text;
  const characters = [...text];
  let used = widthOf('…', size);
  let count = 0;
  for (const character of characters) {
    used += widthOf(character, size);
    if (used > width) break;
    count += 1;
  }
  return count === 0 ? '' : `${characters.slice(0, count).join('').trimEnd()}…`;
}

/** How much wider bold text is. */
const BOLD = 1.12;

/** Characters by their width in a wide sans-serif font, as a share of its size. All others have about 0.62. */
const WIDTHS: readonly (readonly [characters: RegExp, width: number])[] = [
  [/[iljtfI.,:;'|!()[\]{} ]/, 0.4],
  [/[mwMW@%…—]/, 1],
  [/[A-Z]/, 0.7],
  // East Asian characters and symbols.
  [/[^\u0000-\u10ff]/, 1.05],
];

/** Returns about how wide a text is, in pixels. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const character of text)
    width += WIDTHS.find(([characters]) => characters.test(character))?.[1] ?? 0.62;
  return width * size;
}
