import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { lintText } from '../src/cli/documents/lint-text.ts';
import { isObject, type Json, type JsonObject } from '../src/domain/json.ts';
import { runAlertTest } from '../src/evaluate/run-alert-test.ts';
import { BUILT_IN, packFile } from '../src/packs/installed-packs.ts';
import { decode } from '../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../src/format/decoded.ts';
import { testsOf } from '../src/pipeline/document/document-tests.ts';
import { DATA_FILES } from '../tools/bundle-rules.ts';
import { corpusLines, withoutDevelopmentSet } from './corpus.ts';

const METRICS = join(import.meta.dirname, '../../shared/reference/metrics');

/** Returns the rows of a table with a heading line. */
function rowsOf(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
}

const EVIDENCE = rowsOf(readFileSync(join(import.meta.dirname, '../src/packs/evidence.tsv'), 'utf8'));

const texts = new Map<string, string>();
const packs = new Map<string, JsonObject>();
before(async () => {
  for (const name of BUILT_IN) {
    const text = readFileSync(packFile(name), 'utf8');
    const { value } = await decode(text, 'yaml', DOCUMENT_LIMITS);
    assert.ok(isObject(value));
    texts.set(name, text);
    packs.set(name, value);
  }
});

const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Returns the metrics and service checks that a part of a pack names, without those built from a parameter. */
function namesIn(part: Json): string[] {
  if (Array.isArray(part)) return part.flatMap(namesIn);
  if (!isObject(part)) return [];
  return Object.entries(part).flatMap(([field, value]) => {
    if ((field === 'metric' || field === 'check') && typeof value === 'string')
      return value.includes('${') ? [] : [value];
    return namesIn(value);
  });
}

for (const name of BUILT_IN)
  describe(`the pack ${name}`, () => {
    it('has no findings with its examples, and its tests pass', async () => {
      const counts = { tests: 0 };
      const also = (document: JsonObject) => {
        const tests = testsOf(document, () => {});
        counts.tests += tests.length;
        return tests.flatMap(runAlertTest);
      };
      const found = await lintText(texts.get(name) ?? '', 'yaml', { also });
      assert.deepEqual(
        found.map(({ line, message }) => `${line}: ${message}`),
        [],
      );
      assert.ok(counts.tests > 0);
    });

    it('has alerts that say what to look at first, a dashboard of them, and is part of the bundles', () => {
      const pack = packs.get(name);
      assert.equal(pack?.['name'], name);
      for (const { key, title, severity, message } of listOf(pack?.['alerts'])) {
        assert.ok(typeof title === 'string' && typeof severity === 'string', String(key));
        assert.match(String(message), /^First, /m, String(key));
      }
      assert.deepEqual(
        listOf(pack?.['dashboards']).map(({ from }) => from),
        ['alerts'],
      );
      assert.ok(DATA_FILES.includes(`src/packs/${name}.yaml`));
    });

    it('names metrics and service checks of integrations, or of the evidence', {
      skip: existsSync(METRICS) ? false : 'the metrics of the integrations are not here',
    }, () => {
      const files = ['integration-metrics.tsv', 'integration-checks.tsv'];
      const known = new Set(
        [...files.flatMap((file) => rowsOf(readFileSync(join(METRICS, file), 'utf8'))), ...EVIDENCE].map(
          ([first]) => first,
        ),
      );
      const unknown = namesIn(packs.get(name)?.['alerts'] ?? []).filter((metric) => !known.has(metric));
      assert.deepEqual(unknown, []);
    });
  });

describe('the evidence of metrics', () => {
  it('is about names that packs have', () => {
    const named = new Set([...packs.values()].flatMap((pack) => namesIn(pack['alerts'] ?? [])));
    assert.deepEqual(
      EVIDENCE.filter(([name = '']) => !named.has(name)),
      [],
    );
  });

  it('names lines of the corpus that contain them', { skip: withoutDevelopmentSet }, () => {
    for (const [name = '', file = '', source = ''] of EVIDENCE) {
      const lines = corpusLines(file).filter((line) => line['source'] === source);
      assert.ok(
        lines.some((line) => JSON.stringify(line).includes(name)),
        `${name} in ${source}`,
      );
    }
  });
});
