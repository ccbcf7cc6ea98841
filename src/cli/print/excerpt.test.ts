import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { excerpt } from './excerpt.ts';
import { visible, visibleJson } from './visible.ts';

describe('an excerpt', () => {
  for (const [line, from, to, shown, marks] of [
    ['a: bcd', 4, 7, 'a: bcd', '   ^~~'],
    ['a: bcd', 4, undefined, 'a: bcd', '   ^'],
    ['a: bcd', 7, undefined, 'a: bcd', '      ^'],
    ['\ta\tb', 4, 5, '    a   b', '        ^'],
    ['日本x', 3, 4, '日本x', '    ^'],
    ['😀é日', 3, 5, '😀é日', '  ^~~'],
    ['e\u0301x', 3, 4, 'e\u0301x', ' ^'],
    ['a\x1b\x00b', 4, 5, 'a\u241b\u2400b', '   ^'],
    ['', 1, undefined, '', '^'],
  ] as const) {
    it(`marks ${JSON.stringify(line)} from ${from} to ${to}`, () => {
      assert.deepEqual(excerpt(line, from, to), { shown, marks });
    });
  }

  it('truncates a long line around the range', () => {
    const line = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
    const { shown, marks } = excerpt(line, 501, 505);
    assert.ok(shown.length <= 162 && shown.startsWith('…x') && shown.endsWith('y…'));
    assert.equal(shown.slice(marks.indexOf('^'), marks.length), 'HERE');
  });

  it('contains no control character and no lone surrogate, for any line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.nat(500),
        fc.nat(500),
        (line, from, to) => {
          const { shown, marks } = excerpt(line, from + 1, to);
          assert.doesNotMatch(shown, /[\x00-\x1f\x7f-\x9f]/);
          assert.ok(shown.isWellFormed());
          assert.match(marks, /^ *\^~*$/);
        },
      ),
    );
  });
});

describe('text for a terminal', () => {
  it('shows control characters as symbols', () => {
    assert.equal(
      visible('a\r\n\x1b[2J\x7f\x9b\u202eb\ud800'),
      'a\u240d\u240a\u241b[2J\u2421\ufffd\ufffdb\ufffd',
    );
  });

  it('parses to the same value in JSON', () => {
    const value = { 'a\x7f': ['\x9b\u202e', '\u{e0041}', '日', '\ud800'] };
    const text = visibleJson(value);
    assert.doesNotMatch(text, /[\x7f-\x9f\u202e\u{e0041}]/u);
    assert.deepEqual(JSON.parse(text), value);
  });
});
