import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { changesOf } from './changes.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Change } from '../domain/plan.ts';
import { type AuditedChange, whoChanged, whoDeleted } from './who-changed.ts';

type Edit = readonly [by: string | undefined, object: JsonObject];

/** Returns the audit trail of consecutive edits, one second apart, latest first. */
function historyOf(first: JsonObject, edits: readonly Edit[]): AuditedChange[] {
  return edits
    .map(([by, after], at) => {
      const before = edits[at - 1]?.[1] ?? first;
      return { by, at: (at + 1) * 1000, deletes: false, before, after };
    })
    .toReversed();
}

const told = (
  first: JsonObject,
  edits: readonly Edit[],
  { kind = 'monitor' as 'monitor' | 'dashboard', complete = true, history = historyOf(first, edits) } = {},
) => {
  const now = edits.at(-1)?.[1] ?? first;
  const changes = changesOf(kind, first, now);
  const authors = whoChanged(kind, changes, now, { changes: history, complete });
  return changes.map(({ path }, at) => [path, authors[at]?.by, authors[at]?.at]);
};

const monitor = (more: JsonObject): JsonObject => ({
  type: 'query alert',
  query: 'q',
  message: 'm',
  ...more,
});

describe('the author of a change', () => {
  it('is the person who set the current value', () => {
    const edits: Edit[] = [
      ['ann', monitor({ message: 'a' })],
      ['bob', monitor({ message: 'a', priority: 1 })],
      ['cy', monitor({ message: 'c', priority: 1 })],
    ];
    assert.deepEqual(told(monitor({}), edits), [
      ['/message', 'cy', 3000],
      ['/priority', 'bob', 2000],
    ]);
  });

  it('is unknown if the trail does not show the latest change yet, even if one person made the others', () => {
    const edits: Edit[] = [
      ['ann', monitor({ priority: 1 })],
      ['bob', monitor({ priority: 1, message: 'b' })],
    ];
    const history = historyOf(monitor({}), edits).slice(1);
    assert.deepEqual(told(monitor({}), edits, { history }), [
      ['/message', undefined, undefined],
      ['/priority', 'ann', 1000],
    ]);
  });

  it('is unknown for a list that several people changed, and known for a widget that did not move', () => {
    const value = (title: string, text: string): Json => ({
      definition: { type: 'query_value', title, text },
    });
    const board = (...widgets: Json[]): JsonObject => ({ title: 't', layout_type: 'ordered', widgets });
    const [added, a, b, c] = [
      value('new', '1'),
      { definition: { type: 'note', content: 'a' } },
      value('b', '1'),
      value('c', '1'),
    ];
    const edits: Edit[] = [
      ['ann', board(added, a, b, c)],
      ['bob', board(added, a, b, value('c', '2'))],
      ['cy', board(added, b, value('c', '2'))],
    ];
    assert.deepEqual(told(board(a, b, c), edits, { kind: 'dashboard' }), [
      ['/widgets/0', undefined, undefined],
      ['/widgets/0', 'ann', 1000],
      ['/widgets/2/definition/text', 'bob', 2000],
    ]);
    const tags: Edit[] = [
      ['ann', monitor({ tags: ['a:b'] })],
      ['bob', monitor({ tags: ['c:d'] })],
    ];
    assert.deepEqual(told(monitor({ tags: ['x:y'] }), tags), [['/tags/0', undefined, undefined]]);
  });

  it('is unknown for a value to which several people contributed', () => {
    const edits: Edit[] = [
      ['ann', monitor({ options: { thresholds: { critical: 1, warning: 2 } } })],
      ['bob', monitor({ options: { thresholds: { critical: 1, warning: 3 } } })],
    ];
    assert.deepEqual(told(monitor({}), edits), [['/options/thresholds', undefined, undefined]]);
  });

  it('is the only person who changed the object, even if the trail lacks its states', () => {
    const bare = (people: readonly (string | undefined)[]) =>
      people.map((by, at) => ({ by, at: at * 1000, deletes: false }));
    const edits: Edit[] = [['ann', monitor({ message: 'a' })]];
    const of = (people: readonly (string | undefined)[], complete = true) =>
      told(monitor({}), edits, { history: bare(people), complete })[0]?.slice(1);
    assert.deepEqual(of(['ann']), ['ann', 0]);
    assert.deepEqual(of(['ann', 'ann']), ['ann', undefined], 'one of the two authors is unknown');
    assert.deepEqual(of(['ann', 'bob']), [undefined, undefined]);
    assert.deepEqual(of(['ann', undefined]), [undefined, undefined]);
    assert.deepEqual(
      of(['ann', 'ann'], false),
      [undefined, undefined],
      'somebody else may have changed it earlier',
    );
    assert.deepEqual(of([]), [undefined, undefined]);
  });

  it('is always correct, for plain fields and added tags', () => {
    const FIELDS = ['message', 'priority', 'query', 'tags', 'renotify_interval'] as const;
    const values = { message: ['a', 'b', 'c'], query: ['q', 'r'], priority: [null, 1, 2] };
    const edit = fc.record({
      by: fc.constantFrom('ann', 'bob', 'cy'),
      field: fc.constantFrom(...FIELDS),
      pick: fc.nat(5),
    });
    const withEdit = (of: JsonObject, { field, pick }: { field: string; pick: number }): JsonObject => {
      if (field === 'renotify_interval') return { ...of, options: pick === 0 ? {} : { [field]: pick } };
      if (field === 'tags') return { ...of, tags: ['a:b', 'c:d', 'e:f'].slice(0, pick % 4) };
      const some: readonly Json[] = values[field as keyof typeof values];
      return { ...of, [field]: some[pick % some.length] ?? null };
    };
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (list) => {
        const edits: Edit[] = [];
        let state = monitor({});
        /** The last to change each top-level field, or to add each tag. */
        const setters = new Map<string, string>();
        const nameOf = ({ path, to }: Change) => `${path.split('/')[1]} ${path.includes('tags') ? to : ''}`;
        for (const one of list) {
          const next = withEdit(state, one);
          for (const change of changesOf('monitor', state, next)) setters.set(nameOf(change), one.by);
          edits.push([one.by, next]);
          state = next;
        }
        const changes = changesOf('monitor', monitor({}), state);
        const history = { changes: historyOf(monitor({}), edits), complete: true };
        for (const [at, author] of whoChanged('monitor', changes, state, history).entries()) {
          const change = changes[at] ?? { path: '' };
          assert.equal(author?.by, setters.get(nameOf(change)), change.path);
        }
      }),
    );
  });
});

describe('who deleted an object', () => {
  it('is the author of the latest change if that is the deletion', () => {
    const by = 'ann';
    const deletion = { by, at: 2, deletes: true };
    const edit = { by: 'bob', at: 1, deletes: false };
    assert.deepEqual(whoDeleted({ changes: [deletion, edit], complete: true }), { by, at: 2 });
    assert.equal(whoDeleted({ changes: [edit], complete: true }), undefined);
    assert.equal(whoDeleted({ changes: [], complete: true }), undefined);
  });
});
