import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { distanceWithin, MAX_DISTANCE } from '../../lint/nearest.ts';
import { nearMisses } from './near-miss.ts';

const NAME = fc.stringMatching(/^[a-z_]{2,12}$/);
const CHARACTER = fc.stringMatching(/^[a-zA-Z0-9_]$/);
const AT = fc.nat(11);

describe('the pattern of misspelt names', () => {
  const edits: Record<string, (name: string, at: number, character: string) => string> = {
    'a missing character': (name, at) => name.slice(0, at) + name.slice(at + 1),
    'an added character': (name, at, character) => name.slice(0, at) + character + name.slice(at),
    'a wrong character': (name, at, character) => name.slice(0, at) + character + name.slice(at + 1),
    'two swapped characters': (name, at) =>
      name.slice(0, at) + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2),
  };
  for (const [mistake, edit] of Object.entries(edits)) {
    it(`matches ${mistake}`, () => {
      fc.assert(
        fc.property(NAME, AT, CHARACTER, (name, at, character) => {
          const wrong = edit(name, at % name.length, character);
          assert.match(wrong, new RegExp(nearMisses(['other', name]), 'u'));
        }),
      );
    });
  }

  it('matches nothing beyond the two edits of a typo in lint', () => {
    fc.assert(
      fc.property(NAME, NAME, AT, (name, other, at) => {
        const word = name.slice(0, at) + other;
        if (new RegExp(nearMisses([name]), 'u').test(word))
          assert.ok(distanceWithin(word, name, MAX_DISTANCE) <= MAX_DISTANCE, `${word} for ${name}`);
      }),
    );
    for (const [name, other] of [
      ['timeout_h', 'renotify_interval'],
      ['tags', 'type'],
      ['time', 'title'],
    ] as const)
      assert.doesNotMatch(other, new RegExp(nearMisses([name]), 'u'));
  });
});
