import { z } from 'zod';
import type { Edit } from '../../src/domain/finding.ts';
import { isObject, type Json } from '../../src/domain/json.ts';
import { decode } from '../../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../../src/format/decoded.ts';
import { applyEdits } from '../../src/format/edit/apply-edits.ts';
import type { FuzzInput } from './fuzz-case.ts';
import type { Fault } from './messages.ts';

const json = z.custom<Json>((value) => value !== undefined);
const edit: z.ZodType<Edit> = z.union([
  z.strictObject({ pointer: z.string(), from: z.number(), to: z.number(), text: z.string() }),
  z.strictObject({ pointer: z.string(), value: json }),
  z.strictObject({ pointer: z.string(), remove: z.literal(true) }),
]);
const fixed = z.object({ code: z.string(), fix: z.object({ edits: z.array(edit) }) });

/** Maximum length of a text that is edited, because each edit parses the whole text again. */
const MAX_BYTES = 20_000;
/** Maximum number of fixes that are applied per case. */
const MAX_FIXES = 2;

/** Asserts that a fix never throws, and that the text can still be parsed if the fix is applied. */
export async function faultsOfFixes(body: Json, { body: bytes, format }: FuzzInput): Promise<Fault[]> {
  const findings = isObject(body) ? body['findings'] : undefined;
  if (!Array.isArray(findings) || bytes.byteLength > MAX_BYTES) return [];
  const faults: Fault[] = [];
  for (const finding of findings
    .filter((one) => isObject(one) && Object.hasOwn(one, 'fix'))
    .slice(0, MAX_FIXES)) {
    const { code, fix } = fixed.parse(finding);
    const text = await applyEdits(
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
      format,
      fix.edits,
    );
    if (text === undefined) continue;
    const isReadable = await decode(text, format, DOCUMENT_LIMITS).then(
      () => true,
      () => false,
    );
    if (!isReadable) faults.push({ kind: 'failing_fix', signature: code, detail: text.slice(0, 500) });
  }
  return faults;
}
