import type { z } from 'zod';
import { check } from '../contract/check.ts';
import type { Finding } from '../domain/finding.ts';
import { escapeHidden } from '../domain/hidden-characters.ts';
import { ProblemError } from '../domain/problem.ts';
import { decode } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';

/** Characters of a pointer in a message: a name in the file may be as long as the file. */
const MAX_POINTER = 200;

/**
 * Reads a YAML file of the operators, within the limits on one object. `more` says what a schema cannot. Throws Error with
 * a line for each mistake: `line:column: what is wrong`.
 */
export async function readYamlFile<T>(
  bytes: Buffer,
  schema: z.ZodType<T>,
  more: (value: T) => readonly Finding[],
): Promise<T> {
  if (bytes.length > OBJECT_LIMITS.bytes)
    throw new Error(`it has ${bytes.length} bytes; the limit is ${OBJECT_LIMITS.bytes} bytes`);
  const body = await decode(bytes, 'yaml', OBJECT_LIMITS).catch((error: unknown) => {
    throw error instanceof ProblemError ? mistakes(error.extras.findings ?? [], error.message) : error;
  });
  const placed = (findings: readonly Finding[]) => findings.map((f) => ({ ...f, ...body.locate(f.pointer) }));
  const faults = check(schema, body.value, '');
  if (faults.length > 0) throw mistakes(placed(faults));
  const value = schema.parse(body.value);
  const findings = more(value);
  if (findings.length > 0) throw mistakes(placed(findings));
  return value;
}

/** One line for each finding: names in the file may have characters that split or disguise a line. */
function mistakes(findings: readonly Finding[], otherwise = ''): Error {
  const lines = findings.map(({ line, column, message, pointer, hint }) => {
    const where = pointer === '' ? '' : ` (${pointer.slice(0, MAX_POINTER)})`;
    const words = `${message}${where}${hint === undefined ? '' : ` ${hint}`}`;
    return `${line}:${column}: ${escapeHidden(words)}`;
  });
  return new Error(lines.length > 0 ? lines.join('\n') : otherwise);
}
