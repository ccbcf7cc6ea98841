import type { z } from 'zod';
import { check } from './check.ts';
import { type Finding, partOf } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { escapeHidden } from '../domain/hidden-characters.ts';
import { ProblemError } from '../domain/problem.ts';
import { decode } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';

/** Maximum characters of a pointer in a message, because a field name may be as long as the file. */
const MAX_POINTER = 200;

/**
 * Reads a YAML file of the operators, within the limits of one object. `checkValue` returns further faults of a value that the schema
 * accepts; `checkRaw` returns faults to report together with those of the schema. Throws Error with one line for each fault:
 * `line:column: fault`.
 */
export async function readYamlFile<T>(
  bytes: Buffer,
  schema: z.ZodType<T>,
  checkValue: (value: T) => readonly Finding[],
  checkRaw: (value: Json) => readonly Finding[] = () => [],
): Promise<T> {
  if (bytes.length > OBJECT_LIMITS.bytes)
    throw new Error(`the file has ${bytes.length} bytes; the maximum is ${OBJECT_LIMITS.bytes} bytes`);
  const body = await decode(bytes, 'yaml', OBJECT_LIMITS).catch((error: unknown) => {
    throw error instanceof ProblemError ? faultsError(error.extras.findings ?? [], error.message) : error;
  });
  const located = (findings: readonly Finding[]) =>
    findings.map((f) => ({ ...f, ...body.locate(f.pointer, partOf(f)) }));
  const faults = [...check(schema, body.value, ''), ...checkRaw(body.value)];
  if (faults.length > 0) throw faultsError(located(faults));
  const value = schema.parse(body.value);
  const findings = checkValue(value);
  if (findings.length > 0) throw faultsError(located(findings));
  return value;
}

/** Returns an error with one line for each finding. Escapes names in the file, which may contain hidden characters. */
function faultsError(findings: readonly Finding[], otherwise = ''): Error {
  const lines = findings.map(({ line, column, message, pointer, hint }) => {
    const where = pointer === '' ? '' : ` (${pointer.slice(0, MAX_POINTER)})`;
    const words = `${message}${where}${hint === undefined ? '' : ` ${hint}`}`;
    return `${line}:${column}: ${escapeHidden(words)}`;
  });
  return new Error(lines.length > 0 ? lines.join('\n') : otherwise);
}
