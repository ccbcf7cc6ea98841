import { readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, numberText } from '../../domain/json.ts';
import type { Path } from '../rule.ts';

/** A type of Datadog's API: fields by name, a list of values, or alternatives. */
export interface SchemaType {
  readonly fields: ReadonlyMap<string, SchemaField>;
  /** The required fields that distinguish it from the alternatives: an object must say which type it has. */
  readonly names: readonly (readonly [name: string, field: SchemaField])[];
  readonly values: readonly string[];
  readonly alternatives: readonly string[];
}

export interface SchemaField {
  /** The name of a type, or of a scalar; with "[]" at the end, a list of these. */
  readonly type: string;
  readonly required: boolean;
}

/** A value that does not fit its type in Datadog's API. */
export interface Misfit {
  readonly kind: 'type' | 'value' | 'missing';
  /** The position of the value; of the object, if a field is missing. */
  readonly path: Path;
  /** The object that has or lacks the field, and the field's name. */
  readonly parent: JsonObject;
  readonly field: string;
  readonly value: Json;
  /** Of `type`, what is expected, with its article. Of `value`, the known values. */
  readonly expected: readonly string[];
}

type Place = Pick<Misfit, 'path' | 'parent' | 'field'>;

const NO_FIELDS: ReadonlyMap<string, SchemaField> = new Map();
/** The types of the fields with other widgets. */
const INNER_WIDGETS: ReadonlySet<string> = new Set(['Widget[]', 'SplitGraphSourceWidgetDefinition']);
/** The fields that distinguish the alternatives of a type. */
export const DISTINGUISHING: ReadonlySet<string> = new Set(['type', 'data_source', 'request_type']);

const SCALARS: ReadonlyMap<string, readonly [fits: (value: Json) => boolean, description: string]> = new Map<
  string,
  readonly [(value: Json) => boolean, string]
>([
  ['string', [(value) => typeof value === 'string', 'a string']],
  ['number', [isNumeric, 'a number']],
  ['boolean', [(value) => typeof value === 'boolean', 'true or false']],
  ['Date', [(value) => typeof value === 'string', 'a time']],
  ['object', [isObject, 'an object']],
  ['any', [() => true, 'anything']],
]);

/** The number of misfits after which an alternative is not compared further. */
const MAX_COMPARED = 20;

let loaded: ReadonlyMap<string, SchemaType> | undefined;

/** Returns the types by name. Reads the table beside this module, or beside the bundle that contains it, on first use. */
export function types(): ReadonlyMap<string, SchemaType> {
  loaded ??= new Map(
    readFileSync(new URL('./widget-types.txt', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .map(parseLine),
  );
  return loaded;
}

/** Yields what does not fit in the definition of a widget. Unknown fields and nulls fit. The widgets inside are not checked. */
export function widgetMisfits(definition: JsonObject, path: Path): Generator<Misfit> {
  return misfitsOfAlternatives(definition, types().get('WidgetDefinition')?.alternatives ?? [], {
    path,
    parent: definition,
    field: 'type',
  });
}

/** Yields what does not fit in a variable of a monitor's formula. */
export function variableMisfits(variable: JsonObject, path: Path): Generator<Misfit> {
  const place = { path, parent: variable, field: 'variables' };
  return misfitsOf(variable, 'MonitorFormulaAndFunctionQueryDefinition', place);
}

function* misfits(object: JsonObject, type: string, path: Path): Generator<Misfit> {
  for (const [field, { type: fieldType, required }] of types().get(type)?.fields ?? NO_FIELDS) {
    if (INNER_WIDGETS.has(fieldType)) continue;
    const value = object[field];
    if (value !== undefined) {
      yield* misfitsOf(value, fieldType, { path: [...path, field], parent: object, field });
    } else if (required) {
      yield { kind: 'missing', path, parent: object, field, value: null, expected: [] };
    }
  }
}

function* misfitsOf(value: Json, type: string, place: Place): Generator<Misfit> {
  if (value === null) return;
  const scalar = SCALARS.get(type);
  if (scalar) {
    const [fits, description] = scalar;
    if (!fits(value)) yield { kind: 'type', ...place, value, expected: [description] };
  } else if (type.endsWith('[]')) {
    if (!Array.isArray(value)) yield { kind: 'type', ...place, value, expected: ['a list'] };
    else
      for (const [at, element] of value.entries())
        yield* misfitsOf(element, type.slice(0, -2), { ...place, path: [...place.path, at] });
  } else {
    const { values, alternatives } = types().get(type) ?? { values: [], alternatives: [] };
    if (values.length > 0) yield* misfitsOfChoice(value, values, place);
    else if (alternatives.length > 0) yield* misfitsOfAlternatives(value, alternatives, place);
    else if (isObject(value)) yield* misfits(value, type, place.path);
    else yield { kind: 'type', ...place, value, expected: ['an object'] };
  }
}

function* misfitsOfChoice(value: Json, values: readonly string[], place: Place): Generator<Misfit> {
  const text = choiceText(value);
  if (text === '' && value !== '') yield { kind: 'type', ...place, value, expected: ['a string'] };
  else if (!values.includes(text)) yield { kind: 'value', ...place, value, expected: values };
}

/**
 * Checks the alternative that the value has the form of and, for an object, that it names. An object that names none may be of
 * a newer type. Of several, the one that fits best is checked.
 */
function* misfitsOfAlternatives(value: Json, listed: readonly string[], place: Place): Generator<Misfit> {
  const alternatives = listed.flatMap((type) => {
    const nested = types().get(type)?.alternatives ?? [];
    return nested.length > 0 ? nested : [type];
  });
  const possible = alternatives.filter((type) =>
    Array.isArray(value) ? type.endsWith('[]') : isObject(value) && !type.endsWith('[]'),
  );
  const named = isObject(value) ? possible.filter((type) => hasNameOf(value, type)) : [];
  const isNamed = isObject(value) && DISTINGUISHING.keys().some((name) => Object.hasOwn(value, name));
  const unnamed = isNamed && possible.some(hasName) ? [] : possible.filter((type) => !hasName(type));
  const candidates = named.length > 0 ? named : unnamed;
  const [only, ...others] = candidates.length > 0 ? candidates : possible;
  if (only !== undefined && others.length === 0) yield* misfitsOf(value, only, place);
  else if (candidates.length > 0) yield* fewestMisfits(value, candidates, place);
  else if (isObject(value)) yield* unknownType(value, alternatives, place.path);
  else if (possible.length === 0 && alternatives.every((type) => types().get(type)?.values.length === 0))
    yield { kind: 'type', ...place, value, expected: ['an object'] };
}

/** Yields the misfits of the alternative that has the fewest. */
function fewestMisfits(value: Json, alternatives: readonly string[], place: Place): readonly Misfit[] {
  let fewest: readonly Misfit[] | undefined;
  for (const type of alternatives) {
    const found = [...misfitsOf(value, type, place).take(fewest?.length ?? MAX_COMPARED)];
    if (fewest === undefined || found.length < fewest.length) fewest = found;
    if (fewest.length === 0) break;
  }
  return fewest ?? [];
}

/**
 * Yields the field that distinguishes the alternatives, if all of them require it and none has this value. Datadog has more
 * sources of data than its client.
 */
function* unknownType(object: JsonObject, alternatives: readonly string[], path: Path): Generator<Misfit> {
  for (const field of DISTINGUISHING) {
    const known = alternatives.map((type) => types().get(type)?.fields.get(field));
    const isRequired = known.every((one) => one?.required);
    const value = object[field];
    if (value === undefined) {
      if (isRequired)
        return yield { kind: 'missing', path, parent: object, field, value: null, expected: [] };
      continue;
    }
    const place = { path: [...path, field], parent: object, field, value };
    const expected = known.flatMap((one) => types().get(one?.type ?? '')?.values ?? []);
    if (typeof value !== 'string' && expected.length > 0)
      return yield { kind: 'type', ...place, expected: ['a string'] };
    if (field !== 'data_source' && isRequired && !expected.includes(choiceText(value)))
      return yield { kind: 'value', ...place, expected };
  }
}

function hasNameOf(object: JsonObject, type: string): boolean {
  return (
    hasName(type) &&
    namesOf(type).every(
      ([name, field]) => types().get(field.type)?.values.includes(choiceText(object[name])) ?? true,
    )
  );
}

function hasName(type: string): boolean {
  return namesOf(type).length > 0;
}

function namesOf(type: string): SchemaType['names'] {
  return types().get(type)?.names ?? [];
}

/** Returns the text of a string or a number, and an empty text for any other value. */
export function choiceText(value: Json | undefined): string {
  return typeof value === 'string' ? value : (value !== undefined && numberText(value)) || '';
}

function isNumeric(value: Json): boolean {
  if (typeof value === 'string') return value !== '' && !Number.isNaN(Number(value));
  return numberText(value) !== undefined;
}

/** Parses one line: `Name : field!:type ...`, `Name = value ...` or `Name | type ...`, with tabs between the parts. */
function parseLine(line: string): [string, SchemaType] {
  const [name = '', sign, ...rest] = line.split('\t');
  const fields = new Map(
    (sign === ':' ? rest : []).map((entry) => {
      const [nameAndMark = '', type = ''] = entry.split(':');
      return [nameAndMark.replace('!', ''), { type, required: nameAndMark.endsWith('!') }];
    }),
  );
  const names = [...fields].filter(([field, { required }]) => required && DISTINGUISHING.has(field));
  return [name, { fields, names, values: sign === '=' ? rest : [], alternatives: sign === '|' ? rest : [] }];
}
