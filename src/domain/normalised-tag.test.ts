import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pick, seededRandom } from '../../test/seeded-random.ts';
import { markerFindings, ownershipOf, stamped, unmarked } from './marker.ts';
import { markerTagOf, normalisedTag } from './normalised-tag.ts';

const SEEDS = 4000;
const OWNER = { application: 'a', key: 'k' };

/** Datadog's rule as its documentation says it, character by character; written without the code that it is held against. */
function documentedForm(tag: string): string {
  let kept = '';
  for (const sign of tag) {
    const lower = sign === '\u0130' ? 'i' : sign.toLowerCase();
    const letter = /^\p{L}$/u.test(lower);
    const allowed = letter || /^\p{N}$/u.test(lower) || ['-', ':', '.', '/'].includes(lower);
    if (kept === '' && !letter) continue;
    if (allowed) kept += lower;
    else if (!kept.endsWith('_')) kept += '_';
    if ([...kept].length === 200) break;
  }
  return kept.endsWith('_') ? kept.slice(0, -1) : kept;
}
const isStoredAsMarker = (tag: string): boolean =>
  /^birddog_(?:key|application)(?::|$)/.test(documentedForm(tag));

const BLANKS = [' ', '\t', '\u00a0', '\u3000', '_', '=', '+', '\u200b', '', ''] as const;
const LOOK_ALIKES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  b: ['b', 'B', '\uff42', '\u{1d41b}'],
  i: ['i', 'I', '\u0130', '\uff49'],
  k: ['k', 'K', '\u212a', '\uff2b'],
  _: ['_', ' ', '__', '=', '*', '\u00a0', '\ufe0f_'],
  ':': [':', ' :', ': ', '_:', '\uff1a'],
};
const decorated = (random: () => number, text: string): string => {
  const conditions = [...text].map((sign) => {
    if (random() < 0.6) return sign;
    return pick(random, LOOK_ALIKES[sign] ?? [sign, sign.toUpperCase()]);
  });
  const around = () => (random() < 0.3 ? pick(random, BLANKS) : '');
  return `${random() < 0.2 ? pick(random, ['1', '-', ':', '/', 'x,']) : ''}${around()}${conditions.join('')}${around()}`;
};

describe('a tag in the form that Datadog stores', () => {
  it('is lower case, starts at the first letter, and has one underscore for each run of invalid characters', () => {
    for (const [written, stored] of [
      ['Env:Prod', 'env:prod'],
      ['  12env : a  b=c__d ', 'env_:_a_b_c_d'],
      ['birddog_key:a/b-c.d', 'birddog_key:a/b-c.d'],
      ['\u212aey', 'key'],
      ['ÜBER:größe', 'über:größe'],
      ['123', ''],
      ['x'.repeat(300), 'x'.repeat(200)],
    ] as const)
      assert.equal(normalisedTag(written), stored);
  });

  it('is what the documented rule gives, for any text', () => {
    const conditions = ['a', 'B', '1', '_', ' ', ':', '/', '.', '-', '=', '\u212a', '\u0130', 'é', '💡', ','];
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = seededRandom(seed);
      const text = Array.from({ length: Math.floor(random() * 30) }, () =>
        pick(random, ['a', ...conditions]),
      ).join('');
      assert.equal(normalisedTag(text), documentedForm(text), `seed ${seed}: ${JSON.stringify(text)}`);
    }
  });
});

describe('a tag that Datadog would normalise into a marker', () => {
  it('is rejected with any decoration', () => {
    let stored = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = seededRandom(seed);
      const name = pick(random, ['birddog_key:b/x', 'birddog_application:b', 'birddog_key']);
      const tag = decorated(random, name);
      const about = `seed ${seed}: ${JSON.stringify(tag)}`;
      if (isStoredAsMarker(tag)) stored += 1;
      // Every decoration is rejected, also where only a reader other than Datadog's documentation would be deceived.
      assert.deepEqual(
        markerFindings('monitor', { tags: ['env:prod', tag] }, '/monitor').map(
          ({ code, severity, pointer }) => `${code} ${severity} ${pointer}`,
        ),
        ['marker_written error /monitor/tags/1'],
        about,
      );
      assert.equal(stamped('monitor', { tags: [tag] }, OWNER).ok, false, about);
      assert.deepEqual(unmarked('monitor', { tags: ['env:prod', tag] }), { tags: ['env:prod'] }, about);
    }
    assert.ok(stored > SEEDS / 5, `only ${stored} of ${SEEDS} are stored as markers`);
  });

  it('is rejected in each way that security testing found', () => {
    for (const tag of [
      'birddog_key',
      'Birddog_Key:b/x',
      'birddog key:b/x',
      ' birddog_key:b/x',
      'birddog=key:b/x',
      'birddog_key :b/x',
      'birddog_key: b/x',
      'BIRDDOG_APPLICATION:x',
      'birddog_\u212aey:b/x',
      'b\u0130rddog_key:b/x',
      'ｂｉｒｄｄｏｇ_key：b/x',
      'bird\u200bdog_key:b/x',
      '1birddog_key:b/x',
      'env:prod,birddog_key:b/x',
    ])
      assert.equal(markerFindings('monitor', { tags: [tag] }, '').length, 1, tag);
    assert.equal(markerFindings('monitor', { tags: 'birddog_key:b/x' }, '')[0]?.pointer, '/tags');
  });

  it('counts as a second marker on an object that has one', () => {
    const tags = ['birddog_key:a/k', 'birddog key:b/x'];
    assert.equal(ownershipOf('monitor', { tags }).state, 'conflict');
  });
});

describe('an ordinary tag', () => {
  it('is never rejected', () => {
    const words = [
      'birddog',
      'key',
      'application',
      'env',
      'team',
      'service',
      'K',
      'dog_key',
      'birddog-key',
    ] as const;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = seededRandom(seed);
      const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, words));
      const tag = `${parts.join(pick(random, ['.', '-', '/', '_']))}:${pick(random, ['birddog_key', 'prod', 'b/x', 'Ä ö'])}`;
      if (isStoredAsMarker(tag)) continue;
      assert.equal(markerTagOf(tag), undefined, `seed ${seed}: ${tag}`);
    }
    for (const tag of [
      'birddog-key:b/x',
      'birddog.key:b/x',
      'birddog_keys:x',
      'birddog_key_id:1',
      'my_birddog_key:x',
      'birddogkey:x',
      'birddog:birddog_key:x',
      'birddog_key/b/x',
    ])
      assert.equal(markerTagOf(tag), undefined, tag);
  });
});
