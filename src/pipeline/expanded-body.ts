import { check } from '../contract/check.ts';
import { type Finding, type Fix, partOf } from '../domain/finding.ts';
import { isObject, type Json, sameJson } from '../domain/json.ts';
import { valueAt } from '../domain/pointer.ts';
import { expandDocument, type ExpandOptions, isExpandable } from '../expand/expand.ts';
import type { Origins } from '../expand/origins.ts';
import { documentPartsSchema } from '../expand/schemas.ts';
import { decode } from '../format/decode.ts';
import type { Decoded, DecodeLimits, Format } from '../format/decoded.ts';
import { isDocument } from './body-kind.ts';

/** Parses a text that may be a document, and expands it. Throws the errors of `decode`. */
export async function decodeExpanded(
  input: string | Uint8Array,
  format: Format,
  limits: DecodeLimits,
  options?: ExpandOptions,
): Promise<Decoded> {
  return expandedBody(await decode(input, format, limits), limits, options);
}

/**
 * Returns a body whose value is the expanded document, and whose positions are those of the text. Any other body is returned as it is.
 * Throws `too_large` if the expanded document is beyond the limits.
 */
export function expandedBody(body: Decoded, limits: DecodeLimits, options?: ExpandOptions): Decoded {
  const { value: written } = body;
  if (!isObject(written) || !isDocument(written) || !isExpandable(written)) return body;
  const located = (finding: Finding): Finding => ({
    ...finding,
    ...body.locate(finding.pointer, partOf(finding)),
    isWritten: true,
  });
  const faults = check(documentPartsSchema, written, '');
  if (faults.length > 0) return { ...body, linted: faults.map(located) };
  const expansion = expandDocument(written, { ...options, limits });
  if (!expansion) return body;
  const { document, findings, origins } = expansion;
  const expanded = { written, value: document, origins };
  const notes = findings.map(located);
  const hasErrors = findings.some(({ severity }) => severity === 'error');
  return {
    ...body,
    value: document,
    locate: (pointer, at) => body.locate(origins.of(pointer).pointer, partIn(expanded, pointer, at)),
    span: (pointer, at, to) => {
      const part = partIn(expanded, pointer, at);
      return body.span(origins.of(pointer).pointer, part, part === at ? to : undefined);
    },
    ...(body.positionTable
      ? { positionTable: () => body.positionTable?.({ value: document, origins }) ?? new Uint32Array() }
      : {}),
    origins,
    written,
    notes,
    ...(hasErrors ? { linted: notes } : {}),
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
export function expandOptions({ set }: { readonly set?: string | undefined }): ExpandOptions {
  const values = (set === undefined ? [] : set.split('\n')).map((text) => {
    const end = text.indexOf('=');
    return [text.slice(0, end), text.slice(end + 1)] as const;
  });
  return { set: new Map(values) };
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
