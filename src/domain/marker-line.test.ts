import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pick, seededRandom } from '../../test/seeded-random.ts';
import { markerFindings, stamped } from './marker.ts';
import { markedLine, withMarkerLine, withoutMarkerLine } from './marker-line.ts';

const findings = (description: string) => markerFindings('dashboard', { description }, '/dashboard');

describe('a description that ends like a marker', () => {
  it('is rejected in any letter case, with any spaces and trailing white space', () => {
    for (const line of [
      'Managed by Birddog: b/x',
      'managed by birddog: b/x',
      'MANAGED  BY\u00a0BIRDDOG :b/x',
      ' Managed by Bird\u200bdog: b/x',
      'Ｍanaged by Birddog： b/x',
      'Managed by Birddog:',
    ]) {
      for (const before of ['', 'x\n', 'x\n\n', 'x\r\n\r\n', '\n\n\n', 'x\u2028']) {
        for (const after of ['', '\n', '\r\n', ' \u00a0', '\n\n \ufeff\n', '\u200b\n']) {
          const text = `${before}${line}${after}`;
          assert.deepEqual(
            findings(text).map(({ pointer }) => pointer),
            ['/dashboard/description'],
            JSON.stringify(text),
          );
        }
      }
    }
  });

  it('is rejected with any decoration', () => {
    const blanks = ['', ' ', '  ', '\u00a0', '\u200b', '\u3000', '\ufeff'] as const;
    const ends = ['', '\n', '\r\n', '\n \n', '\u2028', '\t\u00a0\n\u200b'] as const;
    for (let seed = 0; seed < 2000; seed += 1) {
      const random = seededRandom(seed);
      const conditions = [...'Managed by Birddog: b/x'].map((sign) => {
        if (sign === ' ') return pick(random, blanks);
        return `${random() < 0.5 ? sign.toUpperCase() : sign}${random() < 0.05 ? '\u200b' : ''}`;
      });
      const before = pick(random, ['', 'x\n', 'x\n\n', 'x\r\n', '\u2029', '\u00a0\n']);
      const text = `${before}${pick(random, blanks)}${conditions.join('')}${pick(random, blanks)}${pick(random, ends)}${pick(random, ends)}`;
      const about = `seed ${seed}: ${JSON.stringify(text)}`;
      assert.equal(findings(text).length, 1, about);
      const stamp = { application: 'a', key: 'k' };
      assert.equal(stamped('dashboard', { description: text }, stamp).ok, false, about);
    }
  });

  it('is not rejected if the line continues, or does not begin with it', () => {
    for (const text of [
      '',
      'x',
      'Managed by Birddog: b/x\nmore',
      'not Managed by Birddog: b/x',
      'Managed by birds: b/x',
    ])
      assert.deepEqual(findings(text), [], JSON.stringify(text));
  });
});

describe('the marker line', () => {
  it('is stripped however often it occurs', () => {
    for (const text of ['', 'x', 'a\n\nb', '\n', ' ']) {
      const marked = withMarkerLine(text, 'a/k');
      assert.equal(markedLine(marked), 'a/k');
      assert.equal(withoutMarkerLine(marked), text);
      assert.equal(withoutMarkerLine(withMarkerLine(marked, 'b/x')), text);
    }
  });

  it('is stripped from a description of 1 MiB of markers', () => {
    const many = '\n\nManaged by Birddog: a/k'.repeat(40_000);
    assert.equal(withoutMarkerLine(many), '');
  });
});
