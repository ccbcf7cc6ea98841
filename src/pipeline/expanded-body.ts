import { check } from '../contract/check.ts';
import { type Finding, type Fix, partOf } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject, sameJson } from '../domain/json.ts';
import { valueAt } from '../domain/pointer.ts';
import { expandDocument, type ExpandOptions, isExpandable } from '../expand/expand.ts';
import type { Origins } from '../expand/origins.ts';
import { exampleDocument, isPack, libraryOf, NO_PACKS, type PackLibrary, readPack } from '../expand/packs.ts';
import { documentPartsSchema, packSchema } from '../expand/schemas.ts';
import { decode } from '../format/decode.ts';
import type { Decoded, DecodeLimits, Format } from '../format/decoded.ts';
import { installedPacks } from '../packs/installed-packs.ts';
import { isDocument } from './body-kind.ts';

/** How a document is expanded. */
export interface Expanding extends Pick<ExpandOptions, 'set'> {
  /** The folder of further packs; undefined for none. */
  readonly packFolder?: string | undefined;
}

/** Parses a text that may be a document, and expands it. Throws the errors of `decode` and of `expandedBody`. */
export async function decodeExpanded(
  input: string | Uint8Array,
  format: Format,
  limits: DecodeLimits,
  expanding: Expanding = {},
): Promise<Decoded> {
  const body = await decode(input, format, limits);
  return expandedBody(body, limits, expanding, await packsFor(body, expanding));
}

/** Returns the options with which a written document is expanded again. */
export async function optionsFor(written: JsonObject, expanding: Expanding): Promise<ExpandOptions> {
  const { set } = expanding;
  const packs = withOwnPacks(written, await packsFor({ value: written }, expanding));
  return { packs, ...(set ? { set } : {}) };
}

/** Returns the packs that a document can use. Reads those that are installed only if it uses one. */
export async function packsFor(
  { value }: Pick<Decoded, 'value'>,
  { packFolder }: Expanding,
): Promise<PackLibrary> {
  return isObject(value) && Object.hasOwn(value, 'use') ? installedPacks(packFolder) : NO_PACKS;
}

/**
 * Returns a body whose value is the expanded document, and whose positions are those of the text. A pack becomes a document with its
 * examples. Any other body is returned as it is. Throws `too_large` if the expanded document is beyond the limits.
 */
export function expandedBody(
  body: Decoded,
  limits: DecodeLimits,
  { set }: Expanding,
  installed: PackLibrary,
): Decoded {
  const { value: written } = body;
  if (!isObject(written)) return body;
  const isOfPack = isPack(written);
  if (!isOfPack && !(isDocument(written) && (isExpandable(written) || set?.size))) return body;
  const located = (finding: Finding): Finding => ({
    ...finding,
    ...body.locate(finding.pointer, partOf(finding)),
    isWritten: true,
  });
  const faults = check(isOfPack ? packSchema : documentPartsSchema, written, '');
  if (faults.length > 0) return { ...body, linted: faults.map(located) };
  const options = { limits, packs: withOwnPacks(written, installed), ...(set ? { set } : {}) };
  const expansion = expandDocument(isOfPack ? exampleDocument(written) : written, options);
  if (!expansion) return body;
  const { document, findings, origins } = expansion;
  const expanded = { written, value: document, origins };
  const notes = findings.map(located);
  const hasErrors = findings.some(({ severity }) => severity === 'error');
  const { positionTable } = body;
  return {
    ...body,
    value: document,
    locate: (pointer, at) => body.locate(origins.of(pointer).pointer, partIn(expanded, pointer, at)),
    span: (pointer, at, to) => {
      const part = partIn(expanded, pointer, at);
      return body.span(origins.of(pointer).pointer, part, part === at ? to : undefined);
    },
    ...(positionTable ? { positionTable: () => positionTable({ value: document, origins }) } : {}),
    origins,
    written,
    notes,
    ...(hasErrors ? { linted: notes } : {}),
  };
}

/** Returns the packs that are installed, and those in the document, which come first. */
function withOwnPacks({ packs }: JsonObject, installed: PackLibrary): PackLibrary {
  if (!Array.isArray(packs)) return installed;
  const own = libraryOf(packs.filter(isPack).map(readPack));
  return {
    names: () => [...new Set([...own.names(), ...installed.names()])],
    versionsOf: (name) => {
      const versions = own.versionsOf(name);
      return versions.length > 0 ? versions : installed.versionsOf(name);
    },
  };
}

interface Expanded {
  readonly written: Json;
  readonly value: Json;
  readonly origins: Origins;
}

/** Returns the part of a value that a finding is about, if the text has the same value. */
function partIn<Part>(
  { written, value, origins }: Expanded,
  pointer: string,
  part: Part | undefined,
): Part | undefined {
  if (part === undefined || part === 'name') return part;
  return valueAt(value, pointer) === valueAt(written, origins.of(pointer).pointer) ? part : undefined;
}

/** Returns the options of an expansion that a query contains. */
export function expandOptions(
  { set }: { readonly set?: string | undefined },
  packFolder?: string,
): Expanding {
  const values = (set === undefined ? [] : set.split('\n')).map((text) => {
    const end = text.indexOf('=');
    return [text.slice(0, end), text.slice(end + 1)] as const;
  });
  return { set: new Map(values), packFolder };
}

/** The parts of a body that findings about its text need. */
export type WrittenBody = Pick<Partial<Decoded>, 'origins' | 'written' | 'value'>;

/**
 * Returns findings about an expanded document as findings about its text: with pointers in the text, and each once, with the
 * variants that it is about. Findings about any other body stay as they are.
 */
export function inWrittenText<F extends Finding>(findings: readonly F[], body: WrittenBody | undefined): F[] {
  const origins = body?.origins;
  if (!origins) return [...findings];
  const distinct = new Map<string, { readonly finding: F; readonly variants: Set<string> }>();
  for (const finding of findings) {
    const { code, message, at, fix, isWritten } = finding;
    const origin = isWritten ? { pointer: finding.pointer } : origins.of(finding.pointer);
    const { pointer } = origin;
    const id = JSON.stringify([code, pointer, at, message]);
    const known = distinct.get(id);
    const variants = known?.variants ?? new Set();
    if ('variant' in origin && origin.variant !== undefined) variants.add(origin.variant);
    if (known) continue;
    const edits = fix?.edits.map((edit) => ({ ...edit, pointer: origins.of(edit.pointer).pointer }));
    const isMapped = fix && edits && !isWritten;
    distinct.set(id, {
      finding: { ...finding, pointer, ...(isMapped ? { fix: { ...fix, edits } } : {}) },
      variants,
    });
  }
  return [...distinct.values()].map(({ finding, variants }) =>
    variants.size === 0 ? finding : { ...finding, message: `${finding.message}${inVariants([...variants])}` },
  );
}

/** Maximum number of variants that a message names. */
const MAX_NAMED = 5;

function inVariants(variants: readonly string[]): string {
  const named = variants.slice(0, MAX_NAMED).join(', ');
  const more = variants.length > MAX_NAMED ? ` and ${variants.length - MAX_NAMED} more` : '';
  return ` (${variants.length === 1 ? 'variant' : 'variants'} ${named}${more})`;
}

/** Returns a finding without its fix if the fix would change a text that is not the one that the finding is about. */
export function withWrittenFix<F extends Finding>(finding: F, { origins, written, value }: WrittenBody): F {
  const { fix, isWritten } = finding;
  if (!origins || !fix || isWritten) return finding;
  const isSame = ({ pointer }: Fix['edits'][number]) =>
    written !== undefined &&
    value !== undefined &&
    sameJson(valueAt(value, pointer), valueAt(written, origins.of(pointer).pointer));
  return fix.edits.every(isSame) ? finding : { ...finding, fix: undefined };
}
