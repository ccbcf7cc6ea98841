import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { safeText } from './safe-text.ts';

it('safe text has no control character but line breaks, tabs and our styles', () => {
  const piece = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    fc.constantFrom('\x1b[1m', '\x1b[39m', '\x1b[2J', '\x1b[8m', '\x1b]0;', '\r', '\n::', '##[', ' ', ':'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const shown = safeText(pieces.join(''));
      const plain = shown.replaceAll(/\x1b\[(?:1|39)m/g, '');
      assert.doesNotMatch(plain, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
      assert.doesNotMatch(shown, /^\s*::|##\[/m);
    }),
    { numRuns: 5000 },
  );
});

it('safe text is otherwise unchanged', () => {
  const text = 'a.yaml:1:2: \x1b[31merror:\x1b[39m ü 李 👍 a::b [code]\n\t| #\n';
  assert.equal(safeText(text), text);
});
