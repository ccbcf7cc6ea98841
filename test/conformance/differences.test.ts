import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differences, type How } from './differences.ts';
import { Translation } from './translation.ts';
import type { Value } from './value.ts';

interface Case {
  readonly theirs: Value;
  readonly ours: Value;
  readonly sent?: readonly string[];
  readonly how?: Readonly<Record<string, How>>;
}

function places({ theirs, ours, sent = [], how = {} }: Case, translation = new Translation()): string[] {
  const found = differences(theirs, ours, { translation, sent: new Set(sent), how: (path) => how[path] });
  return found.map(({ path }) => path);
}

describe('equal answers', () => {
  const same: readonly [what: string, Case][] = [
    ['members in any order', { theirs: { a: 1, b: [2] }, ours: { b: [2], a: 1 } }],
    ['2 and 2.0', { theirs: { a: 2 }, ours: JSON.parse('{"a": 2.0}') }],
    ['another id of the same form', { theirs: { id: 12_345 }, ours: { id: 98_765 } }],
    [
      'the same id in two places',
      { theirs: { id: 12_345, ids: [12_345] }, ours: { id: 98_765, ids: [98_765] } },
    ],
    [
      'an id inside a text',
      { theirs: { id: 12_345, url: '/m/12345/x' }, ours: { id: 98_765, url: '/m/98765/x' } },
    ],
    [
      'another time of the same form',
      {
        theirs: { at: '2025-01-02T03:04:05.123456+00:00' },
        ours: { at: '2026-01-02T03:04:05.000000+00:00' },
      },
    ],
    [
      'epoch seconds in a member that says when',
      { theirs: { modified_at: 1_700_000_000 }, ours: { modified_at: 1_600_000_000 } },
    ],
    ['what is aside', { theirs: { x: 1 }, ours: { x: 2, y: 3 }, how: { x: 'ignored', y: 'optional' } }],
    [
      'a set in another order',
      { theirs: { tags: ['a', 'b'] }, ours: { tags: ['b', 'a'] }, how: { tags: 'set' } },
    ],
    [
      'other people of the same shape',
      { theirs: { creator: { name: 'x' } }, ours: { creator: { name: null } }, how: { creator: 'shape' } },
    ],
  ];
  for (const [what, given] of same) it(what, () => assert.deepEqual(places(given), []));
});

describe('different answers', () => {
  const other: readonly [what: string, Case, places: string[]][] = [
    ['another value', { theirs: { a: 1 }, ours: { a: 2 } }, ['a']],
    ['a text that is a number', { theirs: { a: '1' }, ours: { a: 1 } }, ['a']],
    ['null and a missing member', { theirs: { a: null }, ours: {} }, ['a']],
    ['a member too many', { theirs: {}, ours: { a: null } }, ['a']],
    ['a list in another order', { theirs: { a: [1, 2] }, ours: { a: [2, 1] } }, ['a[]', 'a[]']],
    ['a shorter list', { theirs: { a: [1, 2] }, ours: { a: [1] } }, ['a.length']],
    ['an id of another form', { theirs: { id: 12_345 }, ours: { id: 'abc-def-ghi' } }, ['id']],
    [
      'one id for two',
      { theirs: { id: 12_345, a_id: 12_346 }, ours: { id: 98_765, a_id: 98_765 } },
      ['a_id'],
    ],
    [
      'two ids for one',
      { theirs: { id: 12_345, a_id: 12_345 }, ours: { id: 98_765, a_id: 98_766 } },
      ['a_id'],
    ],
    ['an id that was sent', { theirs: { id: 12_345 }, ours: { id: 98_765 }, sent: ['12345'] }, ['id']],
    [
      'a time that was sent',
      {
        theirs: { a: '2025-01-02T03:04:05Z' },
        ours: { a: '2026-01-02T03:04:05Z' },
        sent: ['2025-01-02T03:04:05Z'],
      },
      ['a'],
    ],
    [
      'a time of another form',
      { theirs: { a: '2025-01-02T03:04:05Z' }, ours: { a: '2025-01-02T03:04:05+00:00' } },
      ['a'],
    ],
    [
      'never and a time',
      { theirs: { a: '1970-01-01T00:00:00+00:00' }, ours: { a: '2025-01-02T03:04:05+00:00' } },
      ['a'],
    ],
    [
      'an epoch number elsewhere',
      { theirs: { count: 1_700_000_000 }, ours: { count: 1_600_000_000 } },
      ['count'],
    ],
    [
      'milliseconds for seconds',
      { theirs: { created: 1_700_000_000 }, ours: { created: 1_700_000_000_000 } },
      ['created'],
    ],
    [
      'a set with another member',
      { theirs: { tags: ['a'] }, ours: { tags: ['b'] }, how: { tags: 'set' } },
      ['tags[]'],
    ],
    [
      'people of another shape',
      { theirs: { creator: { name: 'x' } }, ours: { creator: {} }, how: { creator: 'shape' } },
      ['creator'],
    ],
    ['an optional member that differs', { theirs: { x: 1 }, ours: { x: 2 }, how: { x: 'optional' } }, ['x']],
  ];
  for (const [what, given, expected] of other) it(what, () => assert.deepEqual(places(given), expected));
});

describe('ids of a recording', () => {
  it('are replaced in later requests, only if the whole id matches', () => {
    const translation = new Translation();
    assert.ok(translation.pair('12345', '98765'));
    assert.equal(translation.text('/monitor/12345?q=123456 && 12345'), '/monitor/98765?q=123456 && 98765');
    assert.deepEqual(translation.value({ ids: [12_345, 1], '12345': 'x' }), {
      ids: [98_765, 1],
      '98765': 'x',
    });
  });
});
