import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { changesOf } from './changes.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { withLiveIds } from './widget-ids.ts';

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

/** Returns the ids of widgets and of the widgets within them. */
const idsIn = (widgets: Json | undefined): number[] =>
  (Array.isArray(widgets) ? widgets : []).flatMap((one) => {
    if (!isObject(one)) return [];
    const inner = isObject(one['definition']) ? idsIn(one['definition']['widgets']) : [];
    return [typeof one['id'] === 'number' ? one['id'] : 0, ...inner];
  });

describe('the changes between two lists of widgets', () => {
  const live = [note('a', 1), note('b', 2), note('c', 3), note('d', 4)];

  it('are one move for a moved widget', () => {
    assert.deepEqual(told(live, [note('d'), note('a'), note('b'), note('c')]), [
      { path: '/widgets/0', moved_from: '/widgets/3' },
    ]);
  });

  it('are reported for the widget at the new position, if either of two may have moved', () => {
    assert.deepEqual(told([note('a', 1), note('b', 2)], [note('b'), note('a')]), [
      { path: '/widgets/0', moved_from: '/widgets/1' },
    ]);
    assert.deepEqual(told([note('a', 1), note('b', 2)], [group('new', []), note('b'), note('a')]), [
      { path: '/widgets/0', to: group('new', []) },
      { path: '/widgets/2', moved_from: '/widgets/0' },
    ]);
  });

  it('are one change for a widget inserted at the front, and for a removed one', () => {
    assert.deepEqual(told(live, [group('new', []), ...live]), [{ path: '/widgets/0', to: group('new', []) }]);
    assert.deepEqual(told(live, live.slice(1)), [{ path: '/widgets/0', from: note('a') }]);
  });

  it('are only the changed field for a widget that also moved', () => {
    assert.deepEqual(told(live, [note('b', 2), note('changed', 1), note('c', 3), note('d', 4)]), [
      { path: '/widgets/0', moved_from: '/widgets/1' },
      { path: '/widgets/1/definition/content', from: 'a', to: 'changed' },
    ]);
  });

  it('are reported within groups, whose widgets keep their ids', () => {
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

  it('are empty if only an id differs', () => assert.deepEqual(told([note('a', 1)], [note('a', 2)]), []));

  it('are empty for tabs that reference the same widgets at other positions', () => {
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

  it('are one move for a widget that moved into, out of or between groups', () => {
    const [a, b, c] = [note('a', 1), note('b', 2), note('c', 3)];
    const inner = (at: number) => `/widgets/1/definition/widgets/${at}`;
    assert.deepEqual(told([a, group('g', [b], 9), c], [group('g', [note('b')]), note('c'), note('a')]), [
      { path: '/widgets/2', moved_from: '/widgets/0' },
    ]);
    assert.deepEqual(told([a, group('g', [b], 9), c], [note('a'), group('g', [note('c'), note('b')])]), [
      { path: inner(0), moved_from: '/widgets/2' },
    ]);
    assert.deepEqual(told([a, group('g', [b, c], 9)], [note('a'), group('g', [note('c')]), note('b')]), [
      { path: '/widgets/2', moved_from: inner(0) },
    ]);
    assert.deepEqual(
      told([group('g', [a], 8), group('h', [b], 9)], [group('g', []), group('h', [note('b'), note('a')])]),
      [{ path: inner(1), moved_from: '/widgets/0/definition/widgets/0' }],
    );
  });

  it('keep the id of a widget that moved into a group and changed there, matched by its title', () => {
    const value = (text: string, id?: number): JsonObject => ({
      ...(id === undefined ? {} : { id }),
      definition: { type: 'query_value', title: 'Load', text },
    });
    const before = [value('old', 1), group('g', [note('b', 2)], 9)];
    const after = [group('g', [note('b'), value('new')])];
    assert.deepEqual(told(before, after), [
      { path: '/widgets/0/definition/widgets/1', moved_from: '/widgets/0' },
      { path: '/widgets/0/definition/widgets/1/definition/text', from: 'old', to: 'new' },
    ]);
    assert.deepEqual(withLiveIds(before, after), [group('g', [note('b', 2), value('new', 1)], 9)]);
  });

  it('are the group without its moved widgets, for an added or removed group', () => {
    const [a, b] = [note('a', 1), note('b', 2)];
    assert.deepEqual(told([a, b], [group('new', [note('a'), note('more')]), note('b')]), [
      { path: '/widgets/0', to: group('new', [note('more')]) },
      { path: '/widgets/0/definition/widgets/0', moved_from: '/widgets/0' },
    ]);
    assert.deepEqual(told([group('old', [a, note('less', 3)], 9), b], [note('a'), note('b')]), [
      { path: '/widgets/0', from: group('old', [note('less')]) },
      { path: '/widgets/0', moved_from: '/widgets/0/definition/widgets/0' },
    ]);
  });

  it('are one move that keeps every id, for any target and for untitled or equally titled widgets', () => {
    let count = 0;
    const widget = fc.boolean().map((isTitled): JsonObject => {
      const text = String((count += 1));
      return isTitled ? { definition: { type: 'query_value', title: 'same', text } } : note(text);
    });
    const levels = fc.array(fc.array(widget, { maxLength: 6 }), { minLength: 2, maxLength: 4 });
    const dashboardOf = ([top = [], ...groups]: Json[][]) => [
      ...groups.map((widgets, at) => group(`group ${at}`, widgets)),
      ...top,
    ];
    fc.assert(
      fc.property(levels, fc.nat(), fc.nat(), fc.nat(), (lists, from, at, to) => {
        let next = 1;
        const named = (list: readonly Json[]): JsonObject[] =>
          list.flatMap((one) => {
            const { definition, ...rest } = isObject(one) ? one : {};
            if (!isObject(definition)) return [];
            const inner = definition['widgets'];
            const whole = Array.isArray(inner) ? { ...definition, widgets: named(inner) } : definition;
            return [{ id: next++, ...rest, definition: whole }];
          });
        const before = named(dashboardOf(lists));
        const source = lists[from % lists.length] ?? [];
        const target = lists[to % lists.length] ?? [];
        const [taken] = source.length > 0 ? source.splice(at % source.length, 1) : [];
        if (taken === undefined) return;
        target.splice(to % (target.length + 1), 0, taken);
        const desired = dashboardOf(lists);
        const changes = told(before, desired);
        assert.ok(changes.length <= 1 && changes.every((one) => one.moved_from !== undefined));
        const ids = idsIn(withLiveIds(before, desired)).sort((a, b) => a - b);
        assert.deepEqual(
          ids,
          Array.from({ length: next - 1 }, (_, index) => index + 1),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('are exactly one move for each moved widget', () => {
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
