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
  readonly duplicate: boolean;
}

/** A part of the field `lint` with a wrong shape. */
export interface ShapeError {
  readonly path: Path;
  readonly message: string;
}

/** The suppressions of an object and the codes of its findings. */
export interface SuppressionView {
  readonly entries: readonly Suppression[];
  readonly shapeErrors: readonly ShapeError[];
  /** Codes of the rules that were applied to the object. */
  readonly codes: ReadonlySet<string>;
  /** Codes of the findings. */
  readonly found: ReadonlySet<string>;
  /** Whether the object is complete. A rule may concern fields that an update leaves out. */
  readonly whole: boolean;
}

export type SuppressionRule = Rule<SuppressionView>;

/** The maximum number of entries, which exceeds the number of rules. */
const MAX_ENTRIES = 1000;

/** Reads the field `lint`: its valid entries, and every part with a wrong shape. */
export function readSuppressions(lint: Json): Pick<SuppressionView, 'entries' | 'shapeErrors'> {
  if (!isObject(lint))
    return { entries: [], shapeErrors: [{ path: ['lint'], message: '"lint" must be an object.' }] };
  const shapeErrors = unknownFields(lint, ['ignore'], ['lint']);
  const { ignore = [] } = lint;
  if (!Array.isArray(ignore)) {
    shapeErrors.push({ path: ['lint', 'ignore'], message: '"ignore" must be a list.' });
    return { entries: [], shapeErrors };
  }
  const entries: Suppression[] = [];
  const seen = new Set<string>();
  if (ignore.length > MAX_ENTRIES)
    shapeErrors.push({
      path: ['lint', 'ignore'],
      message: `"ignore" can have at most ${MAX_ENTRIES} entries.`,
    });
  for (const [at, item] of ignore.slice(0, MAX_ENTRIES).entries()) {
    const path = ['lint', 'ignore', at];
    const errors = shapeErrorsOf(item, path);
    append(shapeErrors, errors);
    if (errors.length > 0 || !isObject(item)) continue;
    const code = textAt(item, 'code');
    entries.push({ path, code, because: textAt(item, 'because'), duplicate: seen.has(code) });
    seen.add(code);
  }
  return { entries, shapeErrors };
}

function shapeErrorsOf(item: Json, path: Path): ShapeError[] {
  if (!isObject(item)) return [{ path, message: 'an entry of "ignore" must be an object with a code.' }];
  const errors = unknownFields(item, ['code', 'because'], path);
  if (!Object.hasOwn(item, 'code')) errors.push({ path, message: '"code" is required.' });
  else if (textAt(item, 'code') === '')
    errors.push({ path: [...path, 'code'], message: '"code" must be a string.' });
  if (Object.hasOwn(item, 'because') && typeof item['because'] !== 'string' && item['because'] !== null)
    errors.push({ path: [...path, 'because'], message: '"because" must be a string.' });
  return errors;
}

function unknownFields(object: JsonObject, known: readonly string[], path: Path): ShapeError[] {
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
