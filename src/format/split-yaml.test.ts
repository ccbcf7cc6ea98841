import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { hasContent, splitYaml } from './split-yaml.ts';

const texts = (text: string) => splitYaml(text).map((part) => part.text);

describe('a YAML stream', () => {
  for (const [text, parts] of [
    ['', ['']],
    ['a: 1\n', ['a: 1\n']],
    ['a: 1\n---\nb: 1\n', ['a: 1\n', '---\nb: 1\n']],
    ['# c\n%YAML 1.2\n---\na: 1\n--- # d\nb\n', ['# c\n%YAML 1.2\n---\na: 1\n', '--- # d\nb\n']],
    ['--- a\n--- b', ['--- a\n', '--- b']],
    ['a\n...\n# c\n---\nb\r\n...\r\n', ['a\n...\n', '# c\n---\nb\r\n...\r\n']],
    ['a: |\n  x\n ---\n---\nb\n', ['a: |\n  x\n ---\n', '---\nb\n']],
    ['a: ---\n---x: 1\n', ['a: ---\n---x: 1\n']],
  ] as const) {
    it(`is split before each document: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(texts(text), parts);
    });
  }

  it('reports the line of each part', () => {
    assert.deepEqual(
      splitYaml('a\r\n---\rb\n\n---\nc').map((part) => part.line),
      [0, 1, 4],
    );
  });

  it('can have empty documents', () => {
    const empty = splitYaml('---\n# c\n---\n\n--- # c\n---\nx\n---').map((part) => hasContent(part.text));
    assert.deepEqual(empty, [false, false, false, true, false]);
  });

  it('equals its joined parts, and has as many non-empty documents as js-yaml finds', () => {
    const line = fc.constantFrom(
      'a: 1',
      '- b',
      '---',
      '--- c',
      '...',
      '# c',
      '',
      'd: |\n  ---',
      '  e',
      '%YAML 1.2',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const text = lines.join('\n');
        const parts = splitYaml(text);
        assert.equal(parts.map((part) => part.text).join(''), text);
        let documents: unknown[];
        try {
          documents = loadAll(text);
        } catch {
          return;
        }
        const written = parts.filter((part) => hasContent(part.text)).length;
        const values = documents.filter((value) => value !== null).length;
        assert.equal(written, values, text);
      }),
      { numRuns: 5000 },
    );
  });
});
