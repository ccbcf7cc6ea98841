import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseTrustedJson } from '../src/domain/json.ts';
import type { StoredKind } from '../src/domain/managed-fields.ts';

const CORPUS = process.env['CORPUS'] ?? join(import.meta.dirname, '../../shared/corpus');

/** The reason to skip tests with real definitions; false if the corpus is present. */
export const withoutCorpus = existsSync(CORPUS)
  ? false
  : 'the corpus of real definitions is not here (set CORPUS)';

/** The reason to skip tests that name lines of the development set; false if the folder contains that set. */
export const withoutDevelopmentSet = withoutCorpus || otherSet();

function otherSet(): string | false {
  const manifest = parseTrustedJson(readFileSync(join(CORPUS, 'manifest.json'), 'utf8'));
  assert.ok(isObject(manifest));
  return manifest['set'] === 'dev'
    ? false
    : 'the corpus here is not the development set, whose lines are named';
}

/** Returns every real definition of a kind with its source, without the roles of other organisations, which Datadog refuses. */
export function realDefinitions(kind: StoredKind): { source: string; object: JsonObject }[] {
  return corpusLines(`${kind}s.ndjson`).map((line) => {
    const { source, [kind]: object } = line;
    assert.ok(isObject(object) && typeof source === 'string');
    const { restricted_roles: _roles, ...rest } = object;
    return { source, object: rest };
  });
}

/** Returns the monitors that composite monitors of the corpus combine, in the form of a seed for the emulator. */
export function combinedMonitors(): JsonObject {
  const composites = realDefinitions('monitor').filter(({ object }) => object['type'] === 'composite');
  const ids = new Set(composites.flatMap(({ object }) => String(object['query']).match(/\d+/g) ?? []));
  return {
    monitors: [...ids].map((id) => ({
      id: Number(id),
      type: 'query alert',
      name: id,
      query: 'q',
      options: {},
    })),
  };
}

/** Reads a file of the corpus with one object per line. */
export function corpusLines(file: string): JsonObject[] {
  const lines = readFileSync(join(CORPUS, file), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const value = parseTrustedJson(line);
      assert.ok(isObject(value));
      return value;
    });
}
