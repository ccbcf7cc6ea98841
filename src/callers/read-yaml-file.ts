import type { z } from 'zod';
import { check } from '../contract/check.ts';
import type { Finding } from '../domain/finding.ts';
import { ProblemError } from '../domain/problem.ts';
import { decode } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';

/**
 * Reads a YAML file of the operators. `more` says what a schema cannot. Throws Error with a line for each mistake:
 * `line:column: what is wrong`.
 */
export async function readYamlFile<T>(
  bytes: Buffer,
  schema: z.ZodType<T>,
  more: (value: T) => readonly Finding[],
): Promise<T> {
  const body = await decode(bytes, 'yaml', OBJECT_LIMITS).catch((error: unknown) => {
    throw error instanceof ProblemError ? mistakes(error.extras.findings ?? [], error.message) : error;
  });
  const placed = (findings: readonly Finding[]) => findings.map((f) => ({ ...f, ...body.locate(f.pointer) }));
  const read = schema.safeParse(body.value);
  if (!read.success) throw mistakes(placed(check(schema, body.value, '')));
  const findings = more(read.data);
  if (findings.length > 0) throw mistakes(placed(findings));
  return read.data;
}

function mistakes(findings: readonly Finding[], otherwise = ''): Error {
  const lines = findings.map(({ line, column, message, pointer, hint }) => {
    const where = pointer === '' ? '' : ` (${pointer})`;
    return `${line}:${column}: ${message}${where}${hint === undefined ? '' : ` ${hint}`}`;
  });
  return new Error(lines.length > 0 ? lines.join('\n') : otherwise);
}
