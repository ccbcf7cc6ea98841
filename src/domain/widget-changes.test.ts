import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { changesOf } from './changes.ts';
import type { Json, JsonObject } from './json.ts';

const note = (content: string, id?: number): JsonObject => ({
  ...(id === undefined ? {} : { id }),
  definition: { type: 'note', content },
});
const group = (title: string, widgets: Json[], id?: number): JsonObject => ({
  ...(id === undefined ? {} : { id }),
  definition: { type: 'group', title, layout_type: 'ordered', widgets },
});
const told = (live: Json[], desired: Json[]) =>
  changesOf('dashboard', { widgets: live }, { widgets: desired });

describe('what differs between two lists of widgets', () => {
  const live = [note('a', 1), note('b', 2), note('c', 3), note('d', 4)];

  it('is one line for a widget that moved', () => {
    assert.deepEqual(told(live, [note('d'), note('a'), note('b'), note('c')]), [
      { path: '/widgets/0', moved_from: '/widgets/3' },
    ]);
  });

  it('is one line for a widget in front of the others, and for one less', () => {
    assert.deepEqual(told(live, [group('new', []), ...live]), [{ path: '/widgets/0', to: group('new', []) }]);
    assert.deepEqual(told(live, live.slice(1)), [{ path: '/widgets/0', from: note('a') }]);
  });

  it('is the field alone where a widget changed that has moved as well', () => {
    assert.deepEqual(told(live, [note('b', 2), note('changed', 1), note('c', 3), note('d', 4)]), [
      { path: '/widgets/0', moved_from: '/widgets/1' },
      { path: '/widgets/1/definition/content', from: 'a', to: 'changed' },
    ]);
  });

  it('is told within groups, whose widgets keep their ids too', () => {
    assert.deepEqual(
      told(
        [group('g', [note('a', 1), note('b', 2)], 9)],
        [group('g', [note('b'), note('a'), group('inner', [])])],
      ),
      [
        { path: '/widgets/0/definition/widgets/0', moved_from: '/widgets/0/definition/widgets/1' },
        { path: '/widgets/0/definition/widgets/2', to: group('inner', []) },
      ],
    );
  });

  it('is nothing where an id alone differs', () =>
    assert.deepEqual(told([note('a', 1)], [note('a', 2)]), []));

  it('is nothing for tabs that name the same widgets, wherever these stand', () => {
    const tabs = (...ids: Json[]) => [{ id: 't', name: 'n', widget_ids: ids }];
    const before = { widgets: [note('a', 1), note('b', 2)], tabs: tabs(2) };
    const after = { widgets: [note('b'), note('a')], tabs: tabs('@1') };
    assert.deepEqual(
      changesOf('dashboard', before, after).map(({ path }) => path),
      ['/widgets/0'],
    );
    assert.deepEqual(
      changesOf('dashboard', before, { ...after, tabs: tabs('@2') }).map(({ path }) => path),
      ['/widgets/0', '/tabs/0/widget_ids/0'],
    );
  });

  it('is exactly one move for each widget that is put elsewhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.nat(), (count, a, b) => {
        const all = Array.from({ length: count }, (_, at) => note(`note ${at}`, at + 1));
        const order = [...all];
        const [taken] = order.splice(a % count, 1);
        assert.ok(taken);
        order.splice(b % count, 0, taken);
        const changes = told(all, order);
        assert.equal(changes.length, a % count === b % count ? 0 : 1);
        assert.ok(changes.every(({ moved_from: from }) => from !== undefined));
      }),
    );
  });
});
