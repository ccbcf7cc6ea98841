import { isObject, type Json, type JsonObject, own, textsOf } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { resolveScalar } from '../format/yaml-scalar.ts';
import { nearest } from '../lint/nearest.ts';
import { type Layer, layerOf, type Report, Scope } from './scope.ts';

/** One variant of a document, or the document itself if it has none. */
export interface Variant {
  readonly name: string | undefined;
  /** What keys end with. */
  readonly suffix: string;
  readonly layer: Layer;
}

/** The parameters of a document. */
export interface Parameters {
  readonly defaults: Layer;
  /** From the command line or the query; before all others. */
  readonly set: Layer;
  readonly variants: readonly Variant[];
}

const NO_LAYER: Layer = new Map();

/** Reads the parameters and variants of a document. Reports values of variants that no parameter has. */
export function parametersOf(
  document: JsonObject,
  set: ReadonlyMap<string, string>,
  report: Report,
): Parameters {
  const parameters = own(document, 'parameters');
  const defaults = isObject(parameters) ? layerOf(parameters, '/parameters') : NO_LAYER;
  const variants = variantsOf(own(document, 'variants'));
  const parametersAndVariants = new Set([...defaults.keys(), ...commonNames(variants)]);
  for (const { name, layer } of variants)
    for (const [parameter, { pointer = '' }] of layer)
      if (!parametersAndVariants.has(parameter)) {
        const meant = nearest(parameter, parametersAndVariants);
        report.add({
          code: 'unknown_parameter',
          severity: 'error',
          message: `The variant "${name}" sets "${parameter}", which is no parameter of the document.`,
          pointer,
          atName: true,
          hint:
            meant === undefined
              ? 'Define it in "parameters", or set it in every variant.'
              : `Did you mean "${meant}"?`,
        });
      }
  return {
    defaults,
    set: new Map(
      [...set].map(([name, text]) => [
        name,
        { value: valueOfText(text, defaults.get(name)?.value), pointer: undefined, isFinal: true },
      ]),
    ),
    variants: variants.length > 0 ? variants : [{ name: undefined, suffix: '', layer: NO_LAYER }],
  };
}

/** Returns the value of a text from outside: as YAML reads it, unless the parameter is a text. */
function valueOfText(text: string, standard: Json | undefined): Json {
  if (typeof standard === 'string') return text;
  const resolved = resolveScalar(text, true, undefined);
  return 'value' in resolved ? resolved.value : text;
}

function variantsOf(variants: Json | undefined): Variant[] {
  if (!isObject(variants)) return [];
  return Object.entries(variants).flatMap(([name, written]) => {
    if (written !== null && !isObject(written)) return [];
    const { suffix, ...values } = written ?? {};
    return [
      {
        name,
        suffix: typeof suffix === 'string' ? suffix : `-${name}`,
        layer: layerOf(values, pointerTo('/variants', name)),
      },
    ];
  });
}

/** Returns the names that every variant sets. */
function commonNames(variants: readonly Variant[]): string[] {
  const [first, ...others] = variants;
  return [...(first?.layer.keys() ?? [])].filter((name) => others.every(({ layer }) => layer.has(name)));
}

/** Returns the scope of the texts of a variant. `each` comes before the variant. */
export function scopeOf(
  { set, defaults }: Parameters,
  { layer }: Variant,
  report: Report,
  each: Layer = NO_LAYER,
  used = report.used,
): Scope {
  return new Scope([set, each, layer, defaults], report, used);
}

/** Returns the variants in which an entry exists, by its `only` and `except`. Reports names that are no variants. */
export function variantsFor(
  entry: JsonObject,
  pointer: Pointer,
  { variants }: Parameters,
  report: Report,
): readonly Variant[] {
  const names = variants.flatMap(({ name }) => name ?? []);
  const listed = (field: 'only' | 'except'): ReadonlySet<string> | undefined => {
    const value = own(entry, field);
    if (value === undefined) return undefined;
    const isText = typeof value === 'string';
    const written = isText ? [value] : textsOf(value);
    for (const [at, name] of written.entries())
      if (!names.includes(name)) {
        const meant = nearest(name, names);
        const place = isText ? pointerTo(pointer, field) : pointerTo(pointer, field, at);
        report.add({
          code: 'unknown_variant',
          severity: 'error',
          message: `There is no variant "${name}".`,
          pointer: place,
          hint:
            meant !== undefined
              ? `Did you mean "${meant}"?`
              : names.length === 0
                ? 'Define it in "variants".'
                : `Variants: ${names.join(', ')}.`,
          ...(meant === undefined
            ? {}
            : { fix: { title: `Change to ${meant}`, edits: [{ pointer: place, value: meant }] } }),
        });
      }
    return new Set(written);
  };
  const only = listed('only');
  const except = listed('except');
  const kept = variants.filter(
    ({ name = '' }) => (only === undefined || only.has(name)) && !(except?.has(name) ?? false),
  );
  if (kept.length === 0 && names.length > 0 && !report.hasErrors)
    report.add({
      code: 'no_variant_left',
      severity: 'warning',
      message: 'The entry is in no variant: "only" and "except" leave none.',
      pointer,
      hint: 'Change "only" or "except", or remove the entry.',
    });
  return kept;
}
