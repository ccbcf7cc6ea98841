import { OPERATIONS } from '../../src/contract/operations.ts';
import { type Json, parseTrustedJson, printJson } from '../../src/domain/json.ts';
import { ProblemError, problemBody } from '../../src/domain/problem.ts';
import { decode } from '../../src/format/decode.ts';
import { DOCUMENT_LIMITS, OBJECT_LIMITS } from '../../src/format/decoded.ts';
import { printYaml } from '../../src/format/encode-yaml.ts';
import { execute } from '../../src/pipeline/pipeline.ts';
import { openStore } from '../../src/ledger/ledger.ts';
import { startInProcess } from '../documents-in-process.ts';
import { emulatedDatadog } from '../emulated-datadog.ts';
import type { FuzzInput } from './fuzz-case.ts';
import type { Served, Target } from './target.ts';

const DEADLINE_MS = 25_000;

/** Creates a target with Birddog's pipeline and an emulated Datadog, which is empty for each case. */
export function createTarget(): Target {
  return {
    decode: ({ path, body, format }) =>
      decode(body, format, operationAt(path).kind === undefined ? DOCUMENT_LIMITS : OBJECT_LIMITS),
    serve,
    encode: (body, format) => (format === 'yaml' ? printYaml(body) : printJson(body)),
  };
}

function operationAt(path: string) {
  const operation = OPERATIONS.find((one) => one.path === path);
  if (!operation) throw new TypeError(`${path} is no operation`);
  return operation;
}

async function serve(
  { path, query, before }: FuzzInput,
  body: Awaited<ReturnType<typeof decode>>,
): Promise<Served> {
  const operation = operationAt(path);
  const world = emulatedDatadog();
  const store = openStore(':memory:', { clock: world.clock });
  const birddog = startInProcess({ world, store });
  try {
    if (before !== undefined)
      await ignoringProblems(birddog.send('/apply', { text: before, format: 'json' }));
    birddog.taken();
    const route = { route: 'unlisted', missingFrom: ['datadog'] } as const;
    const request = { operation, query, route, body, context: birddog.context(DEADLINE_MS) };
    const answer = await problemAsAnswer(execute(request, birddog.ports));
    return { ...answer, planned: birddog.taken().length > 0 };
  } finally {
    await store.close();
  }
}

/** Applies the preparatory document. Birddog may reject it; then Datadog stays empty. */
async function ignoringProblems(applied: Promise<unknown>): Promise<void> {
  await applied.catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code === 'internal') throw error;
  });
}

async function problemAsAnswer(answer: Promise<{ body: Json }>): Promise<{ body: Json; problem?: string }> {
  try {
    return { body: (await answer).body };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === 'internal') throw error;
    return { problem: error.code, body: parseTrustedJson(JSON.stringify(problemBody(error, 'r'))) };
  }
}
