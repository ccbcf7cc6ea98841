import { structuredPatch } from 'diff';
import { isObject, type Json, numberText, printJson } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { type Pointer, pointerSteps } from '../../domain/pointer.ts';
import { isSet } from '../../diff/set-changes.ts';
import { printFlow, printYaml } from '../../format/encode-yaml.ts';
import type { Paint } from './report.ts';
import { visible } from './visible.ts';

/** A longer list or object is shown on separate lines. */
const MAX_INLINE_LENGTH = 60;
/** Maximum lines shown for one value; `--json` prints all of them. */
const MAX_LINES = 60;
/** Unchanged lines shown around a difference. */
const CONTEXT_LINES = 2;
/** With more differing lines, the old and the new text are shown in full, one after the other. */
const MAX_EDIT_LENGTH = 2000;

/** Formats the path of a field for people: `options.thresholds.critical`, `widgets[2].definition.title`. */
export function fieldName(path: Pointer): string {
  return pointerSteps(path)
    .map((step, at) => {
      if (/^\d+$/.test(step)) return `[${step}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return at === 0 ? step : `.${step}`;
    })
    .join('');
}

/** A change of a plan, with the author of the change that it undoes. */
type PlannedChange = Change & { readonly changed_by?: string; readonly changed_at?: string };

/** Birddog's value for an author that the audit trail does not name. */
const NOT_KNOWN = 'not known';

/** Names the author of a change, and when it was made. */
export function authorText(by: string, at: string | undefined): string {
  const name = by === NOT_KNOWN ? 'an unknown person' : by;
  return at === undefined ? name : `${name} on ${at.slice(0, 16).replace('T', ' at ')} UTC`;
}

/**
 * Returns the lines that describe one change, indented by `indent` and without control characters. The first line ends with the
 * author of what it undoes.
 */
export function changeLines(change: PlannedChange, paint: Paint, indent: string): string[] {
  const [first = '', ...rest] = fieldLines(change, paint, indent);
  const { changed_by: by, changed_at: at } = change;
  if (by === undefined) return [first, ...rest];
  return [`${first} ${paint('warning', visible(`(changed by ${authorText(by, at)})`))}`, ...rest];
}

function fieldLines({ path, from, to, moved_from: before }: Change, paint: Paint, indent: string): string[] {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const name = visible(fieldName(isSet(parent) ? parent : path));
  if (before !== undefined) {
    return [`${indent}${paint('changed', '~')} ${name}: moved from ${visible(fieldName(before))}`];
  }
  if (from === undefined) return addedOrRemoved('+', 'added', name, to ?? null, paint, indent);
  if (to === undefined) return addedOrRemoved('-', 'removed', name, from, paint, indent);
  const [left, right] = [inline(from), inline(to)];
  if (left !== undefined && right !== undefined) {
    const both = `${paint('removed', left)} → ${paint('added', right)}`;
    return [`${indent}${paint('changed', '~')} ${name}: ${both}`];
  }
  return [
    `${indent}${paint('changed', '~')} ${name}:`,
    ...differenceLines(blockText(from), blockText(to), paint, `${indent}    `),
  ];
}

function addedOrRemoved(
  sign: string,
  style: 'added' | 'removed',
  name: string,
  value: Json,
  paint: Paint,
  indent: string,
): string[] {
  const short = inline(value);
  if (short !== undefined) return [`${indent}${paint(style, `${sign} ${name}: ${short}`)}`];
  return [
    `${indent}${paint(style, `${sign} ${name}:`)}`,
    ...shortened(linesOf(blockText(value)), `${indent}    `).map((line) => paint(style, line)),
  ];
}

/** Returns a value on one line, or undefined if it does not fit. */
function inline(value: Json): string | undefined {
  if (typeof value === 'string' && value.includes('\n')) return undefined;
  const isBlock = Array.isArray(value) || isObject(value);
  const text = plainNumber(value) ?? visible(isBlock ? printFlow(value) : printJson(value));
  const max = isBlock ? MAX_INLINE_LENGTH : 2 * MAX_INLINE_LENGTH;
  return text.length <= max ? text : undefined;
}

/** Formats a number as people write it: Datadog writes a threshold of 2 as 2.0. */
export function plainNumber(value: Json | undefined): string | undefined {
  return numberText(value)?.replace(/\.0+$/, '');
}

function blockText(value: Json): string {
  return typeof value === 'string' ? value : printYaml(value);
}

/** Returns a line diff of two texts with a few lines of context. */
function differenceLines(from: string, to: string, paint: Paint, indent: string): string[] {
  const patch = structuredPatch('', '', withFinalNewline(from), withFinalNewline(to), undefined, undefined, {
    context: CONTEXT_LINES,
    maxEditLength: MAX_EDIT_LENGTH,
  });
  const lines = patch
    ? patch.hunks.flatMap(({ lines: some }, at) => (at === 0 ? some : ['  …', ...some]))
    : [...linesOf(from).map((line) => `-${line}`), ...linesOf(to).map((line) => `+${line}`)];
  return shortened(
    lines.map((line) => `${line.slice(0, 1)} ${line.slice(1)}`),
    indent,
  ).map((line) => {
    const sign = line.charAt(indent.length);
    return sign === '+' ? paint('added', line) : sign === '-' ? paint('removed', line) : line;
  });
}

function withFinalNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function linesOf(text: string): string[] {
  return withFinalNewline(text)
    .slice(0, -1)
    .split(/\r\n|\n|\r/);
}

function shortened(lines: readonly string[], indent: string): string[] {
  const shown = lines.slice(0, MAX_LINES).map((line) => `${indent}${visible(line)}`.trimEnd());
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${indent}… ${more} more lines (--json prints all)`] : shown;
}
