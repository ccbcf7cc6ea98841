import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markedObject } from '../../test/marked-object.ts';
import {
  isContestedBy,
  isOwnedBy,
  markerFindings,
  markOf,
  oldestFirst,
  ownershipOf,
  stamped,
  unmarked,
} from './marker.ts';

const OWNER = { application: 'payments-batch', key: 'queue-depth' };

describe('the marker of a monitor', () => {
  const monitor = { type: 'query alert', tags: ['env:prod'] };

  it("is two tags behind the user's own, with team and service where those are absent", () => {
    const marked = markedObject('monitor', monitor, { ...OWNER, team: 'payments', service: 'pay' });
    assert.deepEqual(marked['tags'], [
      'env:prod',
      'service:pay',
      'team:payments',
      'birddog_application:payments-batch',
      'birddog_key:payments-batch/queue-depth',
    ]);
    assert.deepEqual(
      markedObject('monitor', { tags: ['team:x', 'service:y'] }, { ...OWNER, team: 't', service: 's' })[
        'tags'
      ],
      ['team:x', 'service:y', 'birddog_application:payments-batch', 'birddog_key:payments-batch/queue-depth'],
    );
  });

  it('is read back, and stripped for the user', () => {
    const marked = markedObject('monitor', monitor, OWNER);
    assert.deepEqual(markOf('monitor', marked), OWNER);
    assert.deepEqual(unmarked('monitor', marked), monitor);
  });

  it('is ownership by the key tag alone', () => {
    assert.equal(markOf('monitor', { tags: ['birddog_application:payments-batch'] }), undefined);
    assert.ok(
      !isOwnedBy('monitor', { tags: ['birddog_application:a', 'birddog_key:b/k'] }, { application: 'a' }),
    );
  });

  it('is rejected in the text of a user, at that tag', () => {
    const [finding] = markerFindings('monitor', { tags: ['a:b', 'birddog_key:x/y'] }, '/monitor');
    assert.deepEqual([finding?.code, finding?.pointer], ['marker_written', '/monitor/tags/1']);
  });
});

describe('the marker of a dashboard', () => {
  it('ends the description, and stripping restores the original', () => {
    for (const description of ['What it shows', 'two\n\nparagraphs', ' ']) {
      const marked = markedObject('dashboard', { description }, OWNER);
      assert.equal(marked['description'], `${description}\n\nManaged by Birddog: payments-batch/queue-depth`);
      assert.deepEqual(markOf('dashboard', marked), OWNER);
      assert.deepEqual(unmarked('dashboard', marked), { description });
    }
  });

  it('is the whole description if there was none', () => {
    for (const none of [{}, { description: null }, { description: '' }]) {
      const marked = markedObject('dashboard', none, OWNER);
      assert.equal(marked['description'], 'Managed by Birddog: payments-batch/queue-depth');
      assert.equal(unmarked('dashboard', marked)['description'], null);
    }
  });

  it('is not recognised within a description or with another ending', () => {
    assert.equal(markOf('dashboard', { description: 'Managed by Birddog: a/b\n\nmore' }), undefined);
    assert.equal(markOf('dashboard', { description: 'x Managed by Birddog: a/b' }), undefined);
    assert.equal(markOf('dashboard', { description: 'Managed by Birddog: a/b c' }), undefined);
  });

  it('adds no service tag, which Datadog would reject', () => {
    assert.deepEqual(markedObject('dashboard', {}, { ...OWNER, team: 't', service: 's' })['tags'], [
      'team:t',
    ]);
    assert.equal(markedObject('dashboard', {}, { ...OWNER, service: 's' })['tags'], undefined);
  });
});

describe('an object with two different markers', () => {
  const OTHER = 'birddog_key:other/x';
  const contested = [
    ['monitor', { tags: ['birddog_key:payments-batch/queue-depth', OTHER] }],
    ['monitor', { tags: ['birddog_key:payments-batch/queue-depth', 'Birddog_Key:other/x'] }],
    ['monitor', { tags: [OTHER, 'birddog_key:payments-batch/another', 'birddog_application:other'] }],
    [
      'dashboard',
      {
        description: 'x\n\nManaged by Birddog: other/x\n\nManaged by Birddog: payments-batch/queue-depth',
      },
    ],
    ['dashboard', { description: 'managed by birddog: other/x\n \nManaged by Birddog: payments-batch/k' }],
  ] as const;

  it('has no owner, and differs from one without a marker', () => {
    for (const [kind, object] of contested) {
      const about = JSON.stringify(object);
      const held = JSON.parse(about);
      assert.equal(ownershipOf(kind, held).state, 'conflict', about);
      assert.equal(markOf(kind, held), undefined);
      for (const application of ['payments-batch', 'other']) {
        assert.ok(!isOwnedBy(kind, held, { application }), about);
        assert.ok(isContestedBy(kind, held, { application }), about);
      }
      assert.ok(isContestedBy(kind, held, { application: 'other', key: 'x' }), about);
      assert.ok(!isContestedBy(kind, held, { application: 'other', key: 'y' }), about);
      assert.ok(!isContestedBy(kind, held, { application: 'third' }), about);
    }
  });

  it('is recognised by the written markers, even if both have the same normalised form', () => {
    const tags = ['birddog_key:a/x__y', 'birddog_key:a/x_y'];
    assert.deepEqual(ownershipOf('monitor', { tags }), {
      state: 'conflict',
      marks: ['a/x__y', 'a/x_y'],
    });
  });

  it('is not in conflict if the same marker occurs twice', () => {
    const twice = ['birddog_key:a/k', 'birddog_key:a/k', 'Birddog_Key: a/k'];
    assert.deepEqual(markOf('monitor', { tags: twice }), { application: 'a', key: 'k' });
    const description = 'x\n\nManaged by Birddog: a/k\n\nManaged by Birddog: a/k';
    assert.deepEqual(markOf('dashboard', { description }), { application: 'a', key: 'k' });
    assert.deepEqual(unmarked('dashboard', { description }), { description: 'x' });
  });

  it('is not in conflict if only the application tag differs, because the key tag determines the owner', () => {
    const tags = ['birddog_application:other', 'birddog_key:a/k'];
    assert.deepEqual(ownershipOf('monitor', { tags }), {
      state: 'owned',
      mark: { application: 'a', key: 'k' },
    });
  });
});

describe('stamping', () => {
  const refused = (...args: Parameters<typeof stamped>) => {
    const result = stamped(...args);
    assert.ok(!result.ok, JSON.stringify(result));
    return result.findings.map(({ code, pointer }) => `${code} ${pointer}`);
  };

  it('rejects an object that carries a marker, at that tag', () => {
    assert.deepEqual(refused('monitor', { tags: ['a:b', 'birddog key:b/x'] }, OWNER), [
      'marker_written /tags/1',
    ]);
    assert.deepEqual(refused('dashboard', { description: 'x\n\nManaged by Birddog: b/x' }, OWNER), [
      'marker_written /description',
    ]);
  });

  it('refuses a team or service whose tag would be read as a marker', () => {
    const forged = 'x,birddog_key:b/x';
    assert.deepEqual(refused('monitor', {}, { ...OWNER, service: forged }), ['marker_written ']);
    assert.deepEqual(refused('monitor', {}, { ...OWNER, team: forged }), ['marker_written ']);
    assert.deepEqual(refused('dashboard', {}, { ...OWNER, team: forged }), ['marker_written ']);
  });
});

describe('age', () => {
  it('sorts the oldest first, and by id at the same time', () => {
    const at = (created: string, id: number) => ({ created, id });
    const objects = [
      at('2026-01-02T00:00:00+00:00', 3),
      at('2026-01-01T00:00:00+00:00', 12),
      at('2026-01-01T00:00:00+00:00', 9),
    ];
    assert.deepEqual(
      oldestFirst(objects).map((o) => o['id']),
      [9, 12, 3],
    );
  });
});
