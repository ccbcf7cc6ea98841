import { append } from '../../domain/append.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Path, Rule } from '../rule.ts';

/** A valid entry of `lint.ignore`. */
export interface Suppression {
  readonly path: Path;
  readonly code: string;
  /** Empty if there is no reason. */
  readonly because: string;
  /** Whether an earlier entry has the same code. */
  readonly repeated: boolean;
}

/** A part of the field `lint` with a wrong shape. */
export interface Misshape {
  readonly path: Path;
  readonly message: string;
}

/** The suppressions of an object and the codes of its findings. */
export interface SuppressionView {
  readonly entries: readonly Suppression[];
  readonly misshapes: readonly Misshape[];
  /** Codes of the rules that were applied to the object. */
  readonly codes: ReadonlySet<string>;
  /** Codes of the findings. */
  readonly found: ReadonlySet<string>;
  /** Whether the object is complete. A rule may concern fields that an update leaves out. */
  readonly whole: boolean;
}

export type SuppressionRule = Rule<SuppressionView>;

/** More than the number of rules. */
const MAX_ENTRIES = 1000;

/** Reads the field `lint`: its valid entries, and every part with a wrong shape. */
export function readSuppressions(lint: Json): Pick<SuppressionView, 'entries' | 'misshapes'> {
  if (!isObject(lint))
    return { entries: [], misshapes: [{ path: ['lint'], message: '"lint" must be an object.' }] };
  const misshapes = strangers(lint, ['ignore'], ['lint']);
  const { ignore = [] } = lint;
  if (!Array.isArray(ignore)) {
    misshapes.push({ path: ['lint', 'ignore'], message: '"ignore" must be a list.' });
    return { entries: [], misshapes };
  }
  const entries: Suppression[] = [];
  const seen = new Set<string>();
  if (ignore.length > MAX_ENTRIES)
    misshapes.push({
      path: ['lint', 'ignore'],
      message: `"ignore" can have at most ${MAX_ENTRIES} entries.`,
    });
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
  if (!isObject(item)) return [{ path, message: 'an entry of "ignore" must be an object with a code.' }];
  const wrong = strangers(item, ['code', 'because'], path);
  if (!Object.hasOwn(item, 'code')) wrong.push({ path, message: '"code" is required.' });
  else if (textAt(item, 'code') === '')
    wrong.push({ path: [...path, 'code'], message: '"code" must be a string.' });
  if (Object.hasOwn(item, 'because') && typeof item['because'] !== 'string' && item['because'] !== null)
    wrong.push({ path: [...path, 'because'], message: '"because" must be a string.' });
  return wrong;
}

function strangers(object: JsonObject, known: readonly string[], path: Path): Misshape[] {
  return Object.keys(object)
    .filter((name) => !known.includes(name))
    .slice(0, MAX_ENTRIES)
    .map((name) => ({ path: [...path, name], message: `unknown field "${name}".` }));
}

/** Returns the trimmed string in a field, or an empty string. */
function textAt(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value.trim() : '';
}
