import { append } from '../../domain/append.ts';
import { changeOf, editedValue, ordered } from '../../domain/edits.ts';
import type { Edit } from '../../domain/finding.ts';
import { type Json, sameJson } from '../../domain/json.ts';
import { type Pointer, pointerSteps, valueAt } from '../../domain/pointer.ts';
import { type DecodeLimits, DOCUMENT_LIMITS, type Format } from '../decoded.ts';
import { TextFault } from '../fault.ts';
import { readText } from '../read-text.ts';
import { addInBrackets, removeInBrackets, replaceInBrackets } from './bracket-edit.ts';
import { editText, requoted, type Range, type TextChange } from './edit-text.ts';
import { readSource, type Site, siteOf, type Source } from './site.ts';
import { DisjointRanges, type Splice, spliced } from '../../domain/splice.ts';
import { addLine, removeLines } from './toml-edit.ts';
import { addInBlock, removeInBlock, replaceInBlock } from './yaml-edit.ts';

/** Maximum number of passes. Additions to one list or object are applied one after another, each to the text of the previous pass. */
const MAX_PASSES = 32;

/**
 * Applies edits to a text and keeps comments, order and notation. The result parses to the value with the same edits.
 * Returns undefined if that is impossible.
 */
export async function applyEdits(
  text: string,
  format: Format,
  edits: readonly Edit[],
  limits: DecodeLimits = DOCUMENT_LIMITS,
): Promise<string | undefined> {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const bare = text.slice(mark.length);
  try {
    const { value } = await readText(bare, format, limits);
    const wanted = editedValue(value, edits);
    if (wanted === undefined) return undefined;
    for (const writeText of [editText, requoted]) {
      const edited = await inPasses(bare, edits, { format, limits, writeText });
      if (edited !== undefined && edited.isWellFormed() && (await reads(edited, format, limits, wanted)))
        return mark + edited;
    }
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
  }
  return undefined;
}

async function reads(text: string, format: Format, limits: DecodeLimits, wanted: Json): Promise<boolean> {
  try {
    return sameJson((await readText(text, format, limits)).value, wanted);
  } catch (error) {
    if (error instanceof TextFault) return false;
    throw error;
  }
}

interface EditContext {
  readonly format: Format;
  readonly limits: DecodeLimits;
  readonly writeText: (source: Source, site: Site, change: TextChange) => Splice[] | undefined;
}

/** The change of one place. All ranges of one string form one step. */
type Step = { readonly pointer: Pointer; readonly ranges: readonly Range[] } | Exclude<Edit, Range>;

async function inPasses(
  text: string,
  edits: readonly Edit[],
  context: EditContext,
): Promise<string | undefined> {
  let steps = stepsOf(edits);
  let edited = text;
  for (let pass = 0; steps.length > 0; pass++) {
    if (pass >= MAX_PASSES) return undefined;
    const source = await readSource(edited, context.format, context.limits);
    const taken = source && onePass(source, steps, context);
    if (!taken || taken.count === 0) return undefined;
    edited = spliced(edited, taken.splices);
    steps = steps.slice(taken.count);
  }
  return edited;
}

function stepsOf(edits: readonly Edit[]): Step[] {
  const texts = new Map<Pointer, { pointer: Pointer; ranges: Range[] }>();
  const steps: Step[] = [];
  for (const edit of ordered(edits)) {
    if (!('from' in edit)) {
      steps.push(edit);
      continue;
    }
    const known = texts.get(edit.pointer) ?? { pointer: edit.pointer, ranges: [] };
    if (known.ranges.length === 0) steps.push(known);
    known.ranges.push(edit);
    texts.set(edit.pointer, known);
  }
  return steps;
}

/** Applies as many steps as possible in one pass: to one list or object, one addition, or removals that leave a member. */
function onePass(source: Source, steps: readonly Step[], context: EditContext) {
  const splices: Splice[] = [];
  const taken = new DisjointRanges();
  /** The number of removals from each list or object; infinite after an addition. */
  const removals = new Map<Pointer, number>();
  let count = 0;
  for (const step of steps) {
    const done = oneStep(source, step, context);
    if (!done) return count === 0 ? undefined : { splices, count };
    const { resized } = done;
    const removed = (resized && removals.get(resized.holder)) ?? 0;
    if (resized && removed > 0 && !(resized.isRemoval && removed + 1 < resized.members)) break;
    if (done.splices.some((splice) => taken.collides(splice))) break;
    if (resized) removals.set(resized.holder, resized.isRemoval ? removed + 1 : Number.POSITIVE_INFINITY);
    append(splices, done.splices);
    for (const splice of done.splices) taken.add(splice);
    count++;
  }
  return { splices, count };
}

/** A list or object whose size a step changes, and its number of members before. */
interface Resized {
  readonly holder: Pointer;
  readonly isRemoval: boolean;
  readonly members: number;
}

/** Returns the text changes of a step. */
function oneStep(
  source: Source,
  step: Step,
  { writeText }: EditContext,
): { splices: Splice[]; resized: Resized | undefined } | undefined {
  if ('ranges' in step) {
    const before = valueAt(source.value, step.pointer);
    const site = siteOf(source, step.pointer);
    if (!site || typeof before !== 'string') return undefined;
    const after = spliced(before, step.ranges);
    const splices = writeText(source, site, { before, after, ranges: step.ranges });
    return splices && { splices, resized: undefined };
  }
  const change = changeOf(source.value, step);
  const site = change && siteOf(source, change.pointer);
  if (!change || !site) return undefined;
  const { pointer, value } = change;
  const old = valueAt(source.value, pointer);
  if (typeof old === 'string' && typeof value === 'string') {
    const ranges = [{ from: 0, to: old.length, text: value }];
    const splices = writeText(source, site, { before: old, after: value, ranges: ranges });
    return splices && { splices, resized: undefined };
  }
  const holder = pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
  const splices = changeMembers(source, site, holder, value);
  const isRemoval = value === undefined;
  const isResized = old === undefined || isRemoval;
  const resized = isResized ? { holder, isRemoval, members: site.siblings.length } : undefined;
  return splices && { splices, resized };
}

function changeMembers(
  source: Source,
  site: Site,
  holder: Pointer,
  value: Json | undefined,
): Splice[] | undefined {
  const { format } = source;
  const bracketed = format === 'json' || site.flow;
  if (value === undefined) {
    if (bracketed) return removeInBrackets(source, site);
    return format === 'toml' ? removeLines(source, site) : removeInBlock(source, site);
  }
  if (site.place) {
    return bracketed || format === 'toml'
      ? replaceInBrackets(source, site, value)
      : replaceInBlock(source, site, value);
  }
  if (bracketed) return addInBrackets(source, site, value);
  return format === 'toml'
    ? addLine(source, { ...site, path: pointerSteps(holder) }, value)
    : addInBlock(source, site, value);
}
