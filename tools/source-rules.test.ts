import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { violationsBelow, violationsIn } from './source-rules.ts';

describe('source rules', () => {
  it('hold everywhere', () => assert.deepEqual(violationsBelow(join(import.meta.dirname, '..')), []));

  const BROKEN = [
    'list.push(...more);',
    'list.push(\n  first,\n  ...more.map((one) => ({ ...one })),\n);',
    'const most = Math.max(0, ...numbers);',
    'const least = Math.min(...numbers);',
    'list.splice(0, 1, ...more);',
    'String.fromCharCode(...codes);',
    'const WORDS: Readonly<Record<string, number>> = { a: 1 };\nWORDS[word];',
    'export const WORDS: Record<string, number> = { a: 1 };\nWORDS[word];',
    'const BY: Readonly<Record<string, (a: number) => number>> = { abs: Math.abs };\nBY[word]?.(1);',
    '  const local: Record<string, number> = {\n    a: 1,\n  };\n  local[word];',
  ];
  for (const text of BROKEN) {
    it(`reject: ${text.replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(
        violationsIn('src/a.ts', `void 0;\n${text}\n`).map(({ line }) => line),
        [2],
      );
    });
  }

  const SOUND = [
    'list.push({ ...one });',
    'list.push([...more]);',
    'largest([0, ...numbers]);',
    'export const HEADERS: Readonly<Record<string, string>> = { a: "b" };',
    'const filled: Record<string, number> = {};\nfilled[name] = 1;',
    'const { a, ...rest } = Math.max(1, 2);',
    "const WORDS: ReadonlyMap<string, number> = new Map([['a', 1]]);",
    "const KINDS: Readonly<Record<'a' | 'b', number>> = { a: 1, b: 2 };",
  ];
  for (const text of SOUND) it(`accept: ${text}`, () => assert.deepEqual(violationsIn('src/a.ts', text), []));
});
