import { readFileSync } from 'node:fs';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';

/** A type of Datadog's API: an object with fields, a list of values, or one of several types. */
interface WidgetType {
  readonly fields?: readonly (readonly [name: string, type: string, required: boolean])[];
  readonly values?: ReadonlySet<string>;
  readonly alternatives?: readonly string[];
}

/** The types of dashboards and widgets. tools/widget-types.ts writes the file from Datadog's own client. */
const TYPES: ReadonlyMap<string, WidgetType> = new Map(
  readFileSync(new URL('./widget-types.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map(typeIn),
);
/** The fields that distinguish the alternatives of a type. */
const DISCRIMINATORS = ['type', 'data_source', 'request_type'];
const SCALARS = new Map(
  Object.entries<(value: unknown) => boolean>({
    string: (value) => typeof value === 'string',
    // Datadog accepts numeric strings.
    number: isNumber,
    boolean: (value) => typeof value === 'boolean',
    Date: (value) => typeof value === 'string',
    object: isRawObject,
    any: () => true,
  }),
);

/** Returns whether a value is a number. Datadog accepts numeric strings. */
function isNumber(value: unknown): boolean {
  return typeof value === 'string'
    ? value !== '' && Number.isFinite(Number(value))
    : toNumber(value) !== undefined;
}

/** Returns what is wrong with a value of a type, in the words of the JSON schema validator that Datadog uses; undefined if nothing is. */
export function schemaError(value: unknown, type: string): string | undefined {
  // No recorded request has a null in a widget.
  if (value === null) return undefined;
  const scalar = SCALARS.get(type);
  if (scalar) return scalar(value) ? undefined : `${text(value)} is not of type '${type}'`;
  if (type.endsWith('[]'))
    return Array.isArray(value)
      ? firstOf(value, (element) => schemaError(element, type.slice(0, -2)))
      : `${text(value)} is not of type 'array'`;
  const { fields, values, alternatives } = TYPES.get(type) ?? {};
  if (values) return valueError(value, values);
  if (alternatives) return alternativeError(value, alternatives);
  if (!isRawObject(value)) return `${text(value)} is not of type 'object'`;
  return firstOf(fields ?? [], ([name, fieldType, required]) => {
    if (value[name] !== undefined) return schemaError(value[name], fieldType);
    return required ? `'${name}' is a required property` : undefined;
  });
}

/** Returns what is wrong with a field of a type; undefined for an unknown field. */
export function fieldError(type: string, name: string, value: unknown): string | undefined {
  const field = TYPES.get(type)?.fields?.find(([known]) => known === name);
  return field && schemaError(value, field[1]);
}

function valueError(value: unknown, values: ReadonlySet<string>): string | undefined {
  const known = typeof value === 'string' || toNumber(value) !== undefined;
  const name = typeof value === 'string' ? value : String(toNumber(value));
  if (known && values.has(name)) return undefined;
  return `${text(value)} is not one of [${[...values].map(text).join(', ')}]`;
}

function alternativeError(value: unknown, alternatives: readonly string[]): string | undefined {
  const named = isRawObject(value) ? alternatives.map((type) => isNamed(value, type)) : [];
  if (named.length > 0 && !named.includes(true) && isOpen(value)) return undefined;
  const errors = alternatives
    .filter((_, at) => !named.includes(true) || named[at] === true)
    .filter((_, at) => named.includes(true) || named[at] !== false)
    .map((type) => schemaError(value, type));
  if (errors.length > 0 && errors.includes(undefined)) return undefined;
  return (
    (errors.length === 1 ? errors[0] : undefined) ??
    `${text(value)} is not valid under any of the given schemas`
  );
}

/**
 * Returns whether the fields that distinguish types say that an object is of a type: true or false, or undefined if the type
 * has no such fields.
 */
function isNamed(value: RawObject, type: string): boolean | undefined {
  const names = (TYPES.get(type)?.fields ?? []).filter(
    ([name, , required]) => required && DISCRIMINATORS.includes(name),
  );
  if (names.length === 0) return undefined;
  return names.every(([name, fieldType]) => {
    const values = TYPES.get(fieldType)?.values;
    const given = value[name];
    return values?.has(typeof given === 'string' ? given : String(toNumber(given))) ?? true;
  });
}

/** Returns whether Datadog may accept an object of a type that its client does not have. */
function isOpen(value: unknown): boolean {
  if (!isRawObject(value)) return false;
  const { type, data_source, name = '' } = value;
  return type === 'custom' || (typeof data_source === 'string' && typeof name === 'string');
}

function firstOf<T>(list: readonly T[], errorOf: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const error = errorOf(one);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Parses one line: `Name : field!:type ...`, `Name = value ...` or `Name | type ...`, with tabs between the parts. */
function typeIn(line: string): [string, WidgetType] {
  const [name = '', sign = '', ...rest] = line.split('\t');
  if (sign === '=') return [name, { values: new Set(rest) }];
  if (sign === '|') return [name, { alternatives: rest }];
  const fields = rest.map((entry) => {
    const [field = '', type = ''] = entry.split(':');
    return [field.replace('!', ''), type, field.endsWith('!')] as const;
  });
  return [name, { fields }];
}

function text(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}
