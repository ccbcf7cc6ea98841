import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOwnedBy, markerFindings, markOf, oldestFirst, stamped, unmarked } from './marker.ts';

const OWNER = { application: 'payments-batch', key: 'queue-depth' };

describe('the marker of a monitor', () => {
  const monitor = { type: 'query alert', tags: ['env:prod'] };

  it("is two tags behind the user's own, with team and service where those are absent", () => {
    const marked = stamped('monitor', monitor, { ...OWNER, team: 'payments', service: 'pay' });
    assert.deepEqual(marked['tags'], [
      'env:prod',
      'service:pay',
      'team:payments',
      'birddog_application:payments-batch',
      'birddog_key:payments-batch/queue-depth',
    ]);
    assert.deepEqual(
      stamped('monitor', { tags: ['team:x', 'service:y'] }, { ...OWNER, team: 't', service: 's' })['tags'],
      ['team:x', 'service:y', 'birddog_application:payments-batch', 'birddog_key:payments-batch/queue-depth'],
    );
  });

  it('is read back, and taken off for the user', () => {
    const marked = stamped('monitor', monitor, OWNER);
    assert.deepEqual(markOf('monitor', marked), OWNER);
    assert.deepEqual(unmarked('monitor', marked), monitor);
  });

  it('is ownership by the key tag alone', () => {
    assert.equal(markOf('monitor', { tags: ['birddog_application:payments-batch'] }), undefined);
    assert.ok(
      !isOwnedBy('monitor', { tags: ['birddog_application:a', 'birddog_key:b/k'] }, { application: 'a' }),
    );
  });

  it('is refused where a user writes it, at the very tag', () => {
    const [finding] = markerFindings('monitor', { tags: ['a:b', 'birddog_key:x/y'] }, '/monitor');
    assert.deepEqual([finding?.code, finding?.pointer], ['marker_written', '/monitor/tags/1']);
  });
});

describe('the marker of a dashboard', () => {
  it('is the end of its description, and gives back the description that was', () => {
    for (const description of ['What it shows', 'two\n\nparagraphs', ' ']) {
      const marked = stamped('dashboard', { description }, OWNER);
      assert.equal(marked['description'], `${description}\n\nManaged by Birddog: payments-batch/queue-depth`);
      assert.deepEqual(markOf('dashboard', marked), OWNER);
      assert.deepEqual(unmarked('dashboard', marked), { description });
    }
  });

  it('is the whole description where there was none', () => {
    for (const none of [{}, { description: null }, { description: '' }]) {
      const marked = stamped('dashboard', none, OWNER);
      assert.equal(marked['description'], 'Managed by Birddog: payments-batch/queue-depth');
      assert.equal(unmarked('dashboard', marked)['description'], null);
    }
  });

  it('is not seen in the middle of a text, nor with another end', () => {
    assert.equal(markOf('dashboard', { description: 'Managed by Birddog: a/b\n\nmore' }), undefined);
    assert.equal(markOf('dashboard', { description: 'x Managed by Birddog: a/b' }), undefined);
    assert.equal(markOf('dashboard', { description: 'Managed by Birddog: a/b c' }), undefined);
  });

  it('brings no service tag, which Datadog would refuse', () => {
    assert.deepEqual(stamped('dashboard', {}, { ...OWNER, team: 't', service: 's' })['tags'], ['team:t']);
    assert.equal(stamped('dashboard', {}, { ...OWNER, service: 's' })['tags'], undefined);
  });
});

describe('age', () => {
  it('puts the oldest first, by id where the time is the same', () => {
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
