import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Edit } from '../../domain/finding.ts';
import type { Format } from '../../format/decoded.ts';
import { fixText } from './fix-text.ts';
import type { LocatedFinding } from './lint-text.ts';

function finding(title: string, ...edits: Edit[]): LocatedFinding {
  const place = { pointer: '', line: 1, column: 1 };
  return { code: title, severity: 'warning', message: '', ...place, fix: { title, edits } };
}

/** Finds each word that is there as a whole, with another to take its place. */
function wordsToChange(words: Readonly<Record<string, string>>) {
  return async (text: string): Promise<LocatedFinding[]> =>
    Object.entries(words).flatMap(([word, other]) => {
      const value = text.slice('a: '.length).trimEnd();
      const from = value.indexOf(word);
      return from < 0
        ? []
        : [finding(`Write ${other}`, { pointer: '/a', from, to: from + word.length, text: other })];
    });
}

async function fixed(
  text: string,
  find: (text: string, format: Format) => Promise<readonly LocatedFinding[]>,
) {
  const done = await fixText(text, 'yaml', find);
  return [done.text, ...done.fixed.map(({ title }) => title)];
}

describe('fixes', () => {
  it('are applied at once if their edits are separate, and one after another if they overlap', async () => {
    assert.deepEqual(await fixed('a: x y\n', wordsToChange({ x: 'one', y: 'two' })), [
      'a: one two\n',
      'Write one',
      'Write two',
    ]);
    assert.deepEqual(await fixed('a: x y\n', wordsToChange({ 'x y': 'p', p: 'two', y: 'no' })), [
      'a: two\n',
      'Write p',
      'Write two',
    ]);
  });

  it('that a text does not allow do not block other fixes', async () => {
    const bad = finding('Not there', { pointer: '/b/0', remove: true });
    const good = wordsToChange({ x: 'one', y: 'two' });
    for (const around of [
      async (text: string) => [bad, ...(await good(text))],
      async (text: string) => [...(await good(text)), bad],
    ]) {
      assert.equal((await fixed('a: x y # c\n', around))[0], 'a: one two # c\n');
    }
  });

  it('that a text does not allow do not block other fixes, however many they are', async () => {
    const good = wordsToChange({ x: 'one' });
    const bad = Array.from({ length: 40 }, (_, at) =>
      finding(`${at}`, { pointer: `/b/${at}`, remove: true }),
    );
    const find = async (text: string) => [...bad, ...(await good(text))];
    assert.deepEqual(await fixed('a: x\n', find), ['a: one\n', 'Write one']);
  });

  it('are tried again after others have changed the text', async () => {
    const change = (pointer: string) => finding(pointer, { pointer, from: 0, to: 1, text: 'z' });
    const find = async (text: string) => [
      ...(text.includes('a: &v x') ? [change('/a')] : []),
      ...(text.includes('b: *v') ? [change('/b')] : []),
      change('/c'),
    ];
    assert.deepEqual(await fixed('a: &v x\nb: *v\n', find), ['a: &v z\nb: "z"\n', '/b', '/a']);
  });

  it('that undo each other stop after a maximum number of rounds', async () => {
    const [text = ''] = await fixed('a: p\n', wordsToChange({ p: 'q', q: 'p' }));
    assert.match(text, /^a: [pq]\n$/);
  });

  it('stop after a maximum number of edits that the text does not allow', async () => {
    const bad = Array.from({ length: 400 }, (_, at) =>
      finding(`${at}`, { pointer: `/b/${at}`, remove: true }),
    );
    const find = async (text: string) => [...bad, ...(await wordsToChange({ x: 'one' })(text))];
    assert.deepEqual(await fixed('a: x\n', find), ['a: x\n']);
  });

  it('are applied in each document of a stream, and reported at the lines of the file', async () => {
    const text = 'a: x\n---\na: z\n---\na: x\n';
    const find = async (part: string): Promise<LocatedFinding[]> =>
      part.includes('x') ? [finding('Write p', { pointer: '/a', from: 0, to: 1, text: 'p' })] : [];
    const done = await fixText(text, 'yaml', find);
    assert.equal(done.text, 'a: p\n---\na: z\n---\na: p\n');
    assert.deepEqual(
      done.fixed.map((one) => one.finding.line),
      [1, 4],
    );
  });
});
