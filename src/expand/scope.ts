import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject, numberText } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { nearest } from '../lint/nearest.ts';
import { hasParts, partsOfText } from './parameter-references.ts';

/**
 * Maximum length of a text into which parameters are inserted, number of values in a parameter, and number of levels in it and of
 * parameters in parameters. Parameters in parameters could double a text or a list again and again.
 */
const [MAX_TEXT, MAX_VALUES, MAX_LEVELS] = [256 * 1024, 50_000, 100];

/** The maximum number of names that are compared with an unknown one. */
const MAX_COMPARED = 100;

/** A value that a name has in a scope, as written, and where. */
export interface Bound {
  readonly value: Json;
  /** Where it is written; undefined for a value from the command line. */
  readonly pointer: Pointer | undefined;
  /** Whether nothing is inserted in it. */
  readonly isFinal?: true;
}

/** Values by name. */
export type Layer = ReadonlyMap<string, Bound>;

/** Collects the findings about one document, each once, and the names of the parameters that its texts use. */
export class Report {
  readonly findings: Finding[] = [];
  readonly used = new Set<string>();
  readonly #seen = new Set<string>();

  add(finding: Finding): void {
    const { code, pointer, at = '', message } = finding;
    const { size } = this.#seen;
    if (this.#seen.add(`${code} ${pointer} ${at} ${message}`).size > size) this.findings.push(finding);
  }

  get hasErrors(): boolean {
    return this.findings.some(({ severity }) => severity === 'error');
  }
}

/** Where a text is written, for findings. `isPack` texts are not the user's: findings are about the use of the pack. */
export interface Written {
  readonly pointer: Pointer;
  /** The name of the pack and the place in it. */
  readonly inPack?: { readonly name: string; readonly pointer: Pointer } | undefined;
}

/** The names that texts can refer to, in layers. The first layer that has a name decides. */
export class Scope {
  readonly #layers: readonly Layer[];
  readonly #report: Report;
  /** The names that texts have used. */
  readonly #used: Set<string>;
  readonly #resolved = new Map<Bound, Json | undefined>();
  readonly #resolving: string[] = [];
  #names: Set<string> | undefined;

  constructor(layers: readonly Layer[], report: Report, used = report.used) {
    this.#layers = layers;
    this.#report = report;
    this.#used = used;
  }

  bound(name: string): Bound | undefined {
    for (const layer of this.#layers) {
      const bound = layer.get(name);
      if (bound) return bound;
    }
    return undefined;
  }

  names(): Set<string> {
    this.#names ??= new Set(this.#layers.flatMap((layer) => [...layer.keys()]));
    return this.#names;
  }

  /** Returns a text with its parameters inserted: the value itself if the text is one reference only. Reports what is wrong. */
  textIn(text: string, written: Written): Json {
    if (!hasParts(text)) return text;
    const parts = partsOfText(text);
    const [only] = parts;
    if (parts.length === 1 && only && 'name' in only) {
      const value = this.#valueOf(only, written);
      return value === undefined ? text : value;
    }
    let result = '';
    for (const part of parts) {
      if ('text' in part) result += part.text;
      else result += this.#textOf(part, written) ?? text.slice(part.from, part.to);
      if (result.length > MAX_TEXT) {
        this.#report.add({
          code: 'parameter_too_large',
          severity: 'error',
          message: `With its parameters, the text has more than ${MAX_TEXT} characters.`,
          pointer: written.pointer,
          hint: 'Shorten the values of the parameters that it contains.',
        });
        return text;
      }
    }
    return result;
  }

  /** Returns the name of a field with its parameters inserted, as a text. */
  nameIn(name: string, written: Written): string {
    const inserted = this.textIn(name, written);
    if (typeof inserted === 'string') return inserted;
    const [only] = partsOfText(name);
    return (only && 'name' in only && this.#textOf(only, written)) || name;
  }

  /** Reports a name of a field, with its parameters inserted, that cannot be used. */
  reportName(name: string, { pointer }: Written): void {
    const isForbidden = name === '__proto__';
    this.#report.add({
      code: isForbidden ? 'prototype_key' : 'field_collision',
      severity: 'error',
      message: isForbidden
        ? `The field "${name}" is not allowed.`
        : `Another field has the name "${name}", too.`,
      pointer,
      atName: true,
      hint: 'Change the name of the field, or the parameter in it.',
    });
  }

  #textOf(part: { readonly name: string; readonly from: number }, written: Written): string | undefined {
    const value = this.#valueOf(part, written);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    const number = numberText(value);
    if (number !== undefined) return number;
    this.#report.add({
      code: 'parameter_not_text',
      severity: 'error',
      message: `"${part.name}" is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object'} and cannot be inserted in a text.`,
      ...placeOf(written, part.from),
      hint: `Use it where "\${${part.name}}" is the whole value, or give it a text, a number or true or false.`,
    });
    return undefined;
  }

  /** Returns the value of a parameter, in which other parameters are inserted; undefined if it has none, which is reported. */
  #valueOf(
    { name, from }: { readonly name: string; readonly from: number },
    written: Written,
  ): Json | undefined {
    const bound = this.bound(name);
    if (!bound) {
      this.#report.add(this.#unknown(name, from, written));
      return undefined;
    }
    this.#used.add(name);
    return this.#resolve(name, bound);
  }

  #resolve(name: string, bound: Bound): Json | undefined {
    if (bound.isFinal) return bound.value;
    if (this.#resolved.has(bound)) return this.#resolved.get(bound);
    const at = this.#resolving.indexOf(name);
    if (at >= 0) {
      const circle = [...this.#resolving.slice(at), name].join(' -> ');
      this.#report.add({
        code: 'parameter_recursion',
        severity: 'error',
        message: `The parameter "${name}" refers to itself: ${circle}.`,
        pointer: bound.pointer ?? '',
        hint: 'Write the value in one of these parameters.',
      });
      return undefined;
    }
    if (this.#resolving.length >= MAX_LEVELS)
      return this.#tooLarge(name, `refers to other parameters on more than ${MAX_LEVELS} levels`, bound);
    this.#resolving.push(name);
    const inserted = filled(bound.value, this, { pointer: bound.pointer ?? '' });
    this.#resolving.pop();
    const isSmall = valuesUpTo(MAX_VALUES, MAX_LEVELS, inserted) <= MAX_VALUES;
    const limits = `more than ${MAX_VALUES} values or ${MAX_LEVELS} levels`;
    const value = isSmall ? inserted : this.#tooLarge(name, `has ${limits} with the parameters in it`, bound);
    this.#resolved.set(bound, value);
    return value;
  }

  #tooLarge(name: string, what: string, { pointer = '' }: Bound): undefined {
    this.#report.add({
      code: 'parameter_too_large',
      severity: 'error',
      message: `The parameter "${name}" ${what}.`,
      pointer,
      hint: 'Write its value with fewer parameters.',
    });
  }

  /** Returns where the value of the first parameter in a text is written; undefined without one. */
  originOf(text: string): Pointer | undefined {
    if (!hasParts(text)) return undefined;
    const first = partsOfText(text).find((part) => 'name' in part);
    return first && 'name' in first ? this.bound(first.name)?.pointer : undefined;
  }

  /** Resolves a parameter that no text uses, to find recursion. */
  check(name: string): void {
    const bound = this.bound(name);
    if (bound) this.#resolve(name, bound);
  }

  #unknown(name: string, from: number, written: Written): Finding {
    const meant = nearest(name, this.names().values().take(MAX_COMPARED));
    const { inPack } = written;
    const where = inPack ? ` in the pack "${inPack.name}"` : '';
    return {
      code: 'unknown_parameter',
      severity: 'error',
      message: name === '' ? '"${}" names no parameter.' : `There is no parameter "${name}"${where}.`,
      ...placeOf(written, from),
      hint: `${meant === undefined ? 'Define it in "parameters"' : `Did you mean "\${${meant}}"?`}${meant === undefined ? ', or write' : ' Or write'} "$\${${name}}" for this text itself.`,
      ...(meant === undefined || inPack
        ? {}
        : {
            fix: {
              title: `Change to \${${meant}}`,
              edits: [{ pointer: written.pointer, from, to: from + name.length + 3, text: `\${${meant}}` }],
            },
          }),
    };
  }
}

function placeOf(
  { pointer, inPack }: Written,
  at: number,
): { readonly pointer: Pointer; readonly at?: number } {
  return inPack ? { pointer } : { pointer, at };
}

/**
 * Returns a value in which the parameters of all texts and names of fields are inserted. `moved` gets the places of values whose
 * pointers differ: below a field with another name, and below a text that becomes a list or an object.
 */
export function filled(
  value: Json,
  scope: Scope,
  written: Written,
  moved?: { readonly at: Pointer; readonly add: (at: Pointer, from: Pointer, isWhole: boolean) => void },
): Json {
  if (typeof value === 'string') {
    const result = scope.textIn(value, written);
    const isTree = typeof result === 'object' && result !== null;
    const from = written.inPack ? scope.originOf(value) : isTree ? written.pointer : undefined;
    if (from !== undefined) moved?.add(moved.at, from, true);
    return result;
  }
  const inner = (step: string | number) => moved && { at: pointerTo(moved.at, step), add: moved.add };
  const below = (step: string | number): Written =>
    written.inPack
      ? { ...written, inPack: { ...written.inPack, pointer: pointerTo(written.inPack.pointer, step) } }
      : { ...written, pointer: pointerTo(written.pointer, step) };
  if (Array.isArray(value)) return value.map((item, at) => filled(item, scope, below(at), inner(at)));
  if (!isObject(value)) return value;
  if (!needsFilling(value)) return value;
  const fields = new Map<string, Json>();
  for (const [name, member] of Object.entries(value)) {
    const inserted = hasParts(name) ? scope.nameIn(name, below(name)) : name;
    if (inserted !== name) moved?.add(pointerTo(moved.at, inserted), below(name).pointer, false);
    if (fields.has(inserted) || inserted === '__proto__') scope.reportName(inserted, below(name));
    else fields.set(inserted, filled(member, scope, below(name), inner(inserted)));
  }
  return Object.fromEntries(fields);
}

/** Returns the number of values in a value, or more than `max` if it has more than `max` values or `levels` levels. */
function valuesUpTo(max: number, levels: number, value: Json): number {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return 1;
  let values = 1;
  for (const member of Object.values(value)) {
    values += levels > 0 && values <= max ? valuesUpTo(max - values, levels - 1, member) : max;
    if (values > max) break;
  }
  return values;
}

/** Returns whether a value has a text or a name with a reference. Most have none and are used as they are. */
function needsFilling(value: Json): boolean {
  if (typeof value === 'string') return hasParts(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(needsFilling);
  return (
    isObject(value) && Object.entries(value).some(([name, member]) => hasParts(name) || needsFilling(member))
  );
}

/** Returns a layer from the fields of an object. `pointer` is its place. */
export function layerOf(fields: JsonObject, pointer: Pointer): Layer {
  return new Map(
    Object.entries(fields).map(([name, value]) => [name, { value, pointer: pointerTo(pointer, name) }]),
  );
}
