import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { answerSchema } from '../../src/contract/answers.ts';
import { ENDPOINTS } from '../../src/contract/operations.ts';
import { problemOfCode, problemSchema } from '../../src/contract/problem-answer.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body. */
  readonly body: unknown;
}

/** Returns the path of the contract that the path of a request belongs to. */
export function contractPath(path: string): string {
  const [name = ''] = path.split('?');
  return name.startsWith('/packs/') ? '/packs/{name}' : name;
}

/**
 * Asserts that an answer of the contract matches the schema of its operation, and that the schema has each of its fields.
 * Ignores other paths and answers in YAML.
 */
export function checkAnswer(method: string, path: string, { status, headers, text, body }: Answer): void {
  const name = contractPath(path);
  const operation = ENDPOINTS.find((one) => one.path === name && one.method === method);
  const type = headers['content-type'];
  if (!operation || type === undefined || !/\bjson\b/.test(type)) return;
  assert.equal(type, status < 300 ? 'application/json' : 'application/problem+json', text);
  // A schema drops the fields that it does not have.
  const schema = status < 300 ? answerSchema(operation.path) : problemSchema.strip();
  assert.deepEqual(schema.parse(body), body, `${method} ${path}`);
  if (status >= 300) problemOfCode(problemSchema.parse(body).code).parse(body);
}
