import { append } from '../../domain/append.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Path, Rule } from '../rule.ts';

/** An entry of `lint.ignore` that says what it ignores. */
export interface Suppression {
  readonly path: Path;
  readonly code: string;
  /** Empty where no reason is given. */
  readonly because: string;
  /** Whether an entry before it has the same code. */
  readonly repeated: boolean;
}

/** A place of the `lint` member that does not have the shape. */
export interface Misshape {
  readonly path: Path;
  readonly message: string;
}

/** What an object says is to be ignored, beside what was found in it. */
export interface SuppressionView {
  readonly entries: readonly Suppression[];
  readonly misshapes: readonly Misshape[];
  /** Codes of the rules that the object was held against. */
  readonly codes: ReadonlySet<string>;
  /** Codes of what they found. */
  readonly found: ReadonlySet<string>;
  /** Whether all of the object is there: what an update leaves out may be what a rule would speak of. */
  readonly whole: boolean;
}

export type SuppressionRule = Rule<SuppressionView>;

/** More entries than there are rules help nobody. */
const MAX_ENTRIES = 1000;

/** Reads a `lint` member: the entries that have the shape, and every place that has not. */
export function readSuppressions(lint: Json): Pick<SuppressionView, 'entries' | 'misshapes'> {
  if (!isObject(lint))
    return { entries: [], misshapes: [{ path: ['lint'], message: '"lint" is no object.' }] };
  const misshapes = strangers(lint, ['ignore'], ['lint']);
  const { ignore = [] } = lint;
  if (!Array.isArray(ignore)) {
    misshapes.push({ path: ['lint', 'ignore'], message: '"ignore" is no list.' });
    return { entries: [], misshapes };
  }
  const entries: Suppression[] = [];
  const seen = new Set<string>();
  if (ignore.length > MAX_ENTRIES)
    misshapes.push({ path: ['lint', 'ignore'], message: `"ignore" has at most ${MAX_ENTRIES} entries.` });
  for (const [at, item] of ignore.slice(0, MAX_ENTRIES).entries()) {
    const path = ['lint', 'ignore', at];
    const wrong = misshapesOf(item, path);
    append(misshapes, wrong);
    if (wrong.length > 0 || !isObject(item)) continue;
    const code = textAt(item, 'code');
    entries.push({ path, code, because: textAt(item, 'because'), repeated: seen.has(code) });
    seen.add(code);
  }
  return { entries, misshapes };
}

function misshapesOf(item: Json, path: Path): Misshape[] {
  if (!isObject(item)) return [{ path, message: 'What is to be ignored is an object with a code.' }];
  const wrong = strangers(item, ['code', 'because'], path);
  if (!Object.hasOwn(item, 'code')) wrong.push({ path, message: '"code" is missing.' });
  else if (textAt(item, 'code') === '')
    wrong.push({ path: [...path, 'code'], message: '"code" is no text.' });
  if (Object.hasOwn(item, 'because') && typeof item['because'] !== 'string' && item['because'] !== null)
    wrong.push({ path: [...path, 'because'], message: '"because" is no text.' });
  return wrong;
}

function strangers(object: JsonObject, known: readonly string[], path: Path): Misshape[] {
  return Object.keys(object)
    .filter((name) => !known.includes(name))
    .slice(0, MAX_ENTRIES)
    .map((name) => ({ path: [...path, name], message: `"${name}" is not known here.` }));
}

/** The text of a member without the blanks around it; empty where it is none. */
function textAt(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value.trim() : '';
}
