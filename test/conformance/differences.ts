import type { Translation } from './translation.ts';
import { isList, isRecord, print, type Value } from './value.ts';

/** A position at which two answers differ; undefined means that the field is missing. */
export interface Difference {
  readonly path: string;
  readonly theirs: Value | undefined;
  readonly ours: Value | undefined;
}

/**
 * An inexact comparison. `ignored`: not compared; `shape`: the same fields with other scalars; `set`: a list in any order;
 * `optional`: exact, but it may be missing on one side.
 */
export type How = 'ignored' | 'shape' | 'set' | 'optional';

export interface Comparison {
  readonly translation: Translation;
  /** The scalars of the request, which the answer must return exactly. */
  readonly sent: ReadonlySet<string>;
  readonly how: (path: string) => How | undefined;
}

const ID_MEMBER = /(?:^|[._]|[a-z](?=I))(?:ids?|uuid|token)(?:\[\])?$/i;
const TIME_MEMBER =
  /(?:^|_|\.)(?:created|modified|updated|changed|deleted|canceled|disabled|start|end|at|ts|time|date|happened|from|to)(?:_?(?:at|ts|ms|timestamp))?(?:\[\])?$/i;
const ISO = /^\d{4}-\d\d-\d\d(T| )\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** Returns the differences between an answer of the emulator and the recorded one. Pairs generated ids. */
export function differences(theirs: Value, ours: Value, comparison: Comparison): Difference[] {
  pairIds('', theirs, ours, comparison);
  return [...walk('', theirs, ours, comparison)];
}

function pairIds(path: string, theirs: Value, ours: Value, comparison: Comparison): void {
  if (comparison.how(path) === 'ignored') return;
  if (isList(theirs) && isList(ours)) {
    const found = arranged(theirs, ours, comparison);
    for (const [at, theirMember] of theirs.entries()) {
      const ourMember = found[at];
      if (ourMember !== undefined) pairIds(`${path}[]`, theirMember, ourMember, comparison);
    }
  } else if (isRecord(theirs) && isRecord(ours)) {
    for (const [name, theirMember] of Object.entries(theirs)) {
      const ourMember = ours[name];
      if (ourMember !== undefined) pairIds(join(path, name), theirMember, ourMember, comparison);
    }
  } else if (ID_MEMBER.test(path) && !comparison.sent.has(String(theirs)) && typeof theirs === typeof ours) {
    comparison.translation.pair(String(theirs), String(ours));
  }
}

function* walk(path: string, theirs: Value, ours: Value, comparison: Comparison): Generator<Difference> {
  const how = comparison.how(path);
  if (how === 'ignored') return;
  if (how === 'shape') {
    if (shape(theirs) !== shape(ours)) yield { path, theirs, ours };
  } else if (isList(theirs) && isList(ours)) {
    const inOrder = how === 'set' ? arranged(theirs, ours, comparison) : ours;
    if (theirs.length !== ours.length)
      yield { path: `${path}.length`, theirs: theirs.length, ours: ours.length };
    for (const [at, theirMember] of theirs.entries()) {
      const ourMember = inOrder[at];
      if (ourMember !== undefined) yield* walk(`${path}[]`, theirMember, ourMember, comparison);
    }
  } else if (isRecord(theirs) && isRecord(ours)) {
    yield* walkMembers(path, theirs, ours, comparison);
  } else if (!same(path, theirs, ours, comparison)) {
    yield { path, theirs, ours };
  }
}

function* walkMembers(
  path: string,
  theirs: Readonly<Record<string, Value>>,
  ours: Readonly<Record<string, Value>>,
  comparison: Comparison,
): Generator<Difference> {
  const byOurName = new Map(Object.entries(theirs).map(([n, v]) => [comparison.translation.text(n), v]));
  for (const name of new Set([...byOurName.keys(), ...Object.keys(ours)])) {
    const place = join(path, name);
    const [theirMember, ourMember] = [byOurName.get(name), ours[name]];
    if (theirMember !== undefined && ourMember !== undefined) {
      yield* walk(place, theirMember, ourMember, comparison);
    } else if (!['ignored', 'optional'].includes(comparison.how(place) ?? '')) {
      yield { path: place, theirs: theirMember, ours: ourMember };
    }
  }
}

/** Returns our elements in the order of the recorded ones, matched by id or equality. */
function arranged(
  theirs: readonly Value[],
  ours: readonly Value[],
  comparison: Comparison,
): readonly Value[] {
  const left = [...ours];
  const found = theirs.map((theirMember) => {
    const wanted = key(comparison.translation.value(theirMember));
    const at = left.findIndex((ourMember) => key(ourMember) === wanted);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  return found.map((member) => member ?? left.shift() ?? null);
}

function key(value: Value): string {
  if (!isRecord(value)) return print(value);
  const { type, id } = value;
  if (id !== undefined) return `${String(type)} ${String(id)}`;
  return print(Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function same(path: string, theirs: Value, ours: Value, { translation, sent }: Comparison): boolean {
  const wanted = translation.value(theirs);
  if (print(wanted) === print(ours)) return true;
  if (sent.has(String(theirs))) return false;
  if (typeof theirs === 'string' && typeof ours === 'string') {
    return !theirs.startsWith('1970-01-01') && timeForm(theirs) !== undefined && sameTimeForm(theirs, ours);
  }
  return TIME_MEMBER.test(path) && isEpoch(theirs) && digits(theirs) === digits(ours);
}

/** Datadog omits microseconds that are zero. */
function sameTimeForm(theirs: string, ours: string): boolean {
  const [a, b] = [timeForm(theirs), timeForm(ours)];
  return (
    a?.between === b?.between &&
    a?.zone === b?.zone &&
    (a?.fraction === b?.fraction || a?.fraction === 0 || b?.fraction === 0)
  );
}

function timeForm(text: string) {
  const found = ISO.exec(text);
  if (!found) return undefined;
  const [, between, fraction = '', zone = ''] = found;
  // Datadog omits trailing zeros of nanoseconds.
  return {
    between,
    fraction: fraction.length > 7 ? 9 : fraction.length,
    zone: zone === 'Z' ? 'Z' : zone.replace(/\d/g, '0'),
  };
}

function isEpoch(value: Value): boolean {
  const whole = typeof value === 'number' ? Math.trunc(value) : Number.NaN;
  return (whole >= 1e9 && whole < 1e10) || (whole >= 1e12 && whole < 1e13);
}

function digits(value: Value): number {
  return typeof value === 'number' ? String(Math.trunc(value)).length : -1;
}

function shape(value: Value): string {
  if (isList(value)) return 'list';
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([n, v]) => `${n}: ${shape(v)}`)
      .toSorted()
      .join(', ')}}`;
  return 'scalar';
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
