import { structuredPatch } from 'diff';
import { isObject, type Json, numberText, printJson } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { type Pointer, pointerSteps } from '../../domain/pointer.ts';
import { isSet } from '../../diff/set-changes.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import type { Paint } from './report.ts';
import { visible } from './visible.ts';

/** A text longer than this is told on lines of its own. */
const LONGEST = 60;
/** Of one value no more lines are shown; `--json` has them all. */
const MOST_LINES = 60;
/** Lines around a difference. */
const CONTEXT = 2;
/** Texts that have more lines of difference are shown whole, one after the other. */
const MOST_DIFFERENCES = 2000;

/** A field as people name it: `options.thresholds.critical`, `widgets[2].definition.title`. */
export function fieldName(path: Pointer): string {
  return pointerSteps(path)
    .map((step, at) => {
      if (/^\d+$/.test(step)) return `[${step}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return at === 0 ? step : `.${step}`;
    })
    .join('');
}

/** The lines that tell one change, indented by `indent`. Each holds no control character. */
export function changeLines(
  { path, from, to, moved_from: before }: Change,
  paint: Paint,
  indent: string,
): string[] {
  const set = path.slice(0, path.lastIndexOf('/'));
  const name = visible(fieldName(isSet(set) ? set : path));
  if (before !== undefined) {
    return [`${indent}${paint('changed', '~')} ${name}: moved from ${visible(fieldName(before))}`];
  }
  if (from === undefined) return one('+', 'added', name, to ?? null, paint, indent);
  if (to === undefined) return one('-', 'removed', name, from, paint, indent);
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

function one(
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

/** A value on one line, where it fits there. */
function inline(value: Json): string | undefined {
  if (typeof value === 'string' && value.includes('\n')) return undefined;
  const text = plainNumber(value) ?? visible(printJson(value));
  const max = Array.isArray(value) || isObject(value) ? LONGEST : 2 * LONGEST;
  return text.length <= max ? text : undefined;
}

/** A number as people write it: Datadog writes a threshold of 2 as 2.0. */
export function plainNumber(value: Json | undefined): string | undefined {
  return numberText(value)?.replace(/\.0+$/, '');
}

function blockText(value: Json): string {
  return typeof value === 'string' ? value : printYaml(value);
}

/** What differs between two texts, line by line, with a few lines around. */
function differenceLines(from: string, to: string, paint: Paint, indent: string): string[] {
  const patch = structuredPatch('', '', closed(from), closed(to), undefined, undefined, {
    context: CONTEXT,
    maxEditLength: MOST_DIFFERENCES,
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

function closed(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function linesOf(text: string): string[] {
  return closed(text)
    .slice(0, -1)
    .split(/\r\n|\n|\r/);
}

function shortened(lines: readonly string[], indent: string): string[] {
  const shown = lines.slice(0, MOST_LINES).map((line) => `${indent}${visible(line)}`.trimEnd());
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${indent}… ${more} more lines (--json has them all)`] : shown;
}
