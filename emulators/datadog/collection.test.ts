import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Collection } from './collection.ts';
import { Organisation } from './organisation.ts';
import { routeFinder } from './route.ts';

describe('a collection', () => {
  it('keeps the order of creation, and correct indexes after updates and deletes', () => {
    const collection = new Collection();
    const withTag = collection.indexBy(({ tags }) => (Array.isArray(tags) ? tags.map(String) : []));
    collection.put('1', { tags: ['a', 'b'] });
    collection.put('2', { tags: ['a'] });
    collection.put('1', { tags: ['b'] });
    assert.deepEqual(collection.ids(), ['1', '2']);
    assert.deepEqual([[...withTag('a')], [...withTag('b')], [...withTag('c')]], [['2'], ['1'], []]);
    collection.delete('2');
    assert.deepEqual([[...withTag('a')], collection.size], [[], 1]);
  });

  it('reports changes, but not the delete of an unknown id', () => {
    const changes: unknown[] = [];
    const collection = new Collection((id, object) => changes.push([id, object]));
    collection.put('1', { x: 1 });
    collection.delete('1');
    collection.delete('1');
    assert.deepEqual(changes, [
      ['1', { x: 1 }],
      ['1', undefined],
    ]);
  });
});

describe('an organisation', () => {
  it('returns numeric ids that no object has had, seeded ones included', () => {
    const organisation = new Organisation(() => 0);
    organisation.collection('monitors').put('4000000000', { id: 4_000_000_000 });
    const [first, second] = [organisation.newNumber(), organisation.newNumber()];
    assert.ok(first > 4_000_000_000 && second > first);
  });
});

describe('the route finder', () => {
  const run = () => ({ status: 200 });
  const find = routeFinder([
    { method: 'GET', path: '/a/:id', run },
    { method: 'GET', path: '/a/search', run },
    { method: 'GET', path: '/a/:id/:part', run },
  ]);

  it('prefers literal segments to parameters', () => {
    assert.equal(find('GET', '/a/search')?.route.path, '/a/search');
    assert.deepEqual(find('GET', '/a/1')?.params, { id: '1' });
    assert.deepEqual(find('GET', '/a/1/b')?.params, { id: '1', part: 'b' });
  });

  it('finds no route for another method or for more segments', () => {
    assert.equal(find('POST', '/a/1'), undefined);
    assert.equal(find('GET', '/a/1/b/c'), undefined);
  });
});
