import { readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, numberText } from '../../domain/json.ts';
import type { Path } from '../rule.ts';

/** A type of Datadog's API: fields by name, a list of values, or alternatives. */
interface SchemaType {
  readonly fields: ReadonlyMap<string, SchemaField>;
  readonly values: readonly string[];
  readonly alternatives: readonly string[];
}

interface SchemaField {
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
const DISTINGUISHING: ReadonlySet<string> = new Set(['type', 'data_source', 'request_type']);

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

let loaded: ReadonlyMap<string, SchemaType> | undefined;

/** Returns the types by name. Reads the table beside this module, or beside the bundle that contains it, on first use. */
function types(): ReadonlyMap<string, SchemaType> {
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

/** Checks the one alternative that the object names. Objects that name none, or several, may be of a newer type. */
function* misfitsOfAlternatives(
  value: Json,
  alternatives: readonly string[],
  place: Place,
): Generator<Misfit> {
  if (isObject(value)) {
    const named = alternatives.filter((type) => isNamed(value, type));
    const [only] = named;
    if (only !== undefined && named.length === 1) yield* misfits(value, only, place.path);
    else if (named.length === 0) yield* unknownType(value, alternatives, place.path);
  } else if (alternatives.every((type) => types().has(type) && types().get(type)?.values.length === 0)) {
    yield { kind: 'type', ...place, value, expected: ['an object'] };
  }
}

/** Yields the field `type` of an object if all alternatives have one and none has this value. */
function* unknownType(object: JsonObject, alternatives: readonly string[], path: Path): Generator<Misfit> {
  const value = object['type'];
  const fields = alternatives.map((type) => types().get(type)?.fields.get('type'));
  if (typeof value !== 'string' || !fields.every((field) => field?.required)) return;
  const expected = fields.flatMap((field) => types().get(field?.type ?? '')?.values ?? []);
  if (!expected.includes(value))
    yield { kind: 'value', path: [...path, 'type'], parent: object, field: 'type', value, expected };
}

function isNamed(object: JsonObject, type: string): boolean {
  const names = (types().get(type)?.fields ?? NO_FIELDS)
    .entries()
    .filter(([name, { required }]) => required && DISTINGUISHING.has(name))
    .toArray();
  return (
    names.length > 0 &&
    names.every(([name, field]) => types().get(field.type)?.values.includes(choiceText(object[name])) ?? true)
  );
}

/** Returns the text of a string or a number, and an empty text for any other value. */
export function choiceText(value: Json | undefined): string {
  return typeof value === 'string' ? value : (value !== undefined && numberText(value)) || '';
}

function isNumeric(value: Json): boolean {
  if (typeof value === 'string') return value !== '' && !Number.isNaN(Number(value));
  return numberText(value) !== undefined;
}

/** Parses one line: `Name : field!:type ...`, `Name = value ...` or `Name | type ...`. */
function parseLine(line: string): [string, SchemaType] {
  const [name = '', sign, ...rest] = line.split(' ');
  const fields = new Map(
    (sign === ':' ? rest : []).map((entry) => {
      const [nameAndMark = '', type = ''] = entry.split(':');
      return [nameAndMark.replace('!', ''), { type, required: nameAndMark.endsWith('!') }];
    }),
  );
  return [name, { fields, values: sign === '=' ? rest : [], alternatives: sign === '|' ? rest : [] }];
}
