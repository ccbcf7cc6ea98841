import fc from 'fast-check';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { matchesWildcards, wildcardParts, type WildcardScope } from './wildcards.ts';

/** Matches with a regular expression: simple, but slow. */
function expected(pattern: string, text: string, scope: WildcardScope): boolean {
  const inner = RegExp.escape(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  if (scope === 'whole') return new RegExp(`^${inner}$`, 's').test(text);
  return new RegExp(scope === 'words' ? `(?<!\\w)${inner}(?!\\w)` : inner, 's').test(text);
}

it('matches the whole string, words or any part as a regular expression does', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', ' '), maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 12 }),
      fc.constantFrom<WildcardScope>('whole', 'words', 'anywhere'),
      (pattern, text, scope) =>
        assert.equal(matchesWildcards(wildcardParts(pattern), text, scope), expected(pattern, text, scope)),
    ),
    { numRuns: 3000 },
  );
});

it('handles a pattern of forty wildcards, on which a regular expression would not finish', () => {
  assert.equal(matchesWildcards(wildcardParts('*a'.repeat(40)), `${'a'.repeat(400)}b`, 'whole'), false);
});
