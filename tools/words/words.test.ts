import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readExceptions, wordFaults } from './words.ts';

const faults = (path: string, text: string, exceptions: Parameters<typeof wordFaults>[1] = []) =>
  wordFaults([{ path, text }], exceptions);

describe('the words check', () => {
  it('reports a forbidden word in prose, with its line and what to write instead', () => {
    assert.deepEqual(faults('docs/a.md', 'fine\nThis shall hold.\n'), [
      'docs/a.md:2: "shall"; write must, will or should',
    ]);
  });

  it('reports a forbidden word inside a name, in a comment, a string and a shell script', () => {
    assert.match(String(faults('a.ts', 'const sidecarHop = 1;')), /^a.ts:1: "hop"/);
    assert.match(String(faults('a.ts', '// Whoever calls')), /^a.ts:1: "whoever"/);
    assert.match(String(faults('a.ts', "const a = 'mended';")), /^a.ts:1: "mended"/);
    assert.match(String(faults('bin/run', '# read anew')), /^bin\/run:1: "anew"/);
  });

  it('reports a forbidden phrase that spans two lines of a comment', () => {
    assert.match(String(faults('a.ts', '/**\n * A file of its\n * own.\n */')), /^a.ts:2: "of its own"/);
  });

  it('reports words that are forbidden in names only in names', () => {
    assert.match(String(faults('a.ts', 'const MOST_PAGES = 1;')), /^a.ts:1: "MOST_PAGES"; write max/);
    assert.match(String(faults('a.ts', 'let giveBack = 1;')), /^a.ts:1: "giveBack"; write release/);
    assert.deepEqual(faults('a.ts', '// most of the time\nconst a = "go away";'), []);
    assert.match(String(faults('src/door.ts', '')), /^src\/door.ts:0: "door"/);
  });

  it('does not report a word that only contains a forbidden one', () => {
    assert.deepEqual(faults('a.ts', 'function returns() { return amend + shallow + chopped; }'), []);
  });

  it('accepts an exception with a reason, and reports an unused one', () => {
    const exception = readExceptions('hop\tdocs/\tA quotation.\n')[0];
    assert.ok(exception);
    assert.deepEqual(faults('docs/a.md', 'a hop', [exception]), []);
    assert.match(String(faults('docs/a.md', 'fine', [exception])), /"hop" does not occur in docs\//);
    assert.throws(() => readExceptions('hop\tdocs/\n'), /between tabs/);
  });
});
