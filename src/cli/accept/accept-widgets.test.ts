import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { stringify as printToml } from 'smol-toml';
import { changesOf } from '../../diff/changes.ts';
import { isObject, type Json, type JsonObject, printJson, sameJson } from '../../domain/json.ts';
import { decode } from '../../format/decode.ts';
import { DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { reorderItems } from '../../format/edit/reorder-items.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import { acceptWidgets, type Differ } from './accept-widgets.ts';

const value = (title: string, text = '1'): JsonObject => ({
  definition: { type: 'query_value', title, text },
});
const group = (title: string, widgets: Json[]): JsonObject => ({
  definition: { type: 'group', layout_type: 'ordered', title, widgets },
});

/** Compares objects recursively and all other values as a whole. */
const differ: Differ = (before, after, pointer) => {
  if (after === undefined) return [{ pointer, remove: true }];
  if (before !== undefined && sameJson(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ pointer, value: after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    differ(before[name], after[name], `${pointer}/${name}`),
  );
};

/** Returns the text after it has accepted the changes from `applied` to `live`. */
async function accepted(text: string, format: Format, applied: Json[], live: Json[]): Promise<string> {
  const { value: document } = await decode(text, format, DOCUMENT_LIMITS);
  const written = isObject(document) ? document['widgets'] : undefined;
  assert.ok(Array.isArray(written));
  const changes = changesOf('dashboard', { widgets: applied }, { widgets: live });
  const acceptance = acceptWidgets('/widgets', written, live, changes, differ);
  assert.ok(acceptance, 'the changes can be accepted');
  let edited = await applyEdits(text, format, acceptance.edits);
  for (const order of acceptance.orders) edited = edited && (await reorderItems(edited, format, order));
  assert.ok(edited !== undefined, printJson(acceptance.orders.map(({ order }) => [...order])));
  return edited;
}

const PRINTERS: Readonly<Record<Format, (document: JsonObject) => string>> = {
  yaml: printYaml,
  json: (document) => JSON.stringify(document, undefined, 2),
  toml: (document) => printToml(document),
};

describe('widgets that were changed in Datadog', () => {
  const TEXT = `widgets:
  # the first
  - definition: {type: query_value, title: a, text: "1"} # a
  # the group
  - definition:
      type: group
      layout_type: ordered
      title: g
      widgets:
        # inner
        - definition: {type: query_value, title: b, text: "1"} # b
        - definition: {type: query_value, title: c, text: "1"} # c
`;
  const [a, b, c] = [value('a'), value('b'), value('c')];

  it('keep their comments when they move, also into groups', async () => {
    const live = [group('g', [value('c', '2'), b]), value('new'), a];
    assert.equal(
      await accepted(TEXT, 'yaml', [a, group('g', [b, c])], live),
      `widgets:
  # the group
  - definition:
      type: group
      layout_type: ordered
      title: g
      widgets:
        - definition: {type: query_value, title: c, text: "2"} # c
        # inner
        - definition: {type: query_value, title: b, text: "1"} # b
  - definition:
      type: query_value
      title: new
      text: "1"
  # the first
  - definition: {type: query_value, title: a, text: "1"} # a
`,
    );
  });

  it('do not affect widgets or an order that only the document has', async () => {
    const extended = `${TEXT}  - definition: {type: query_value, title: mine, text: "1"} # not applied yet\n`;
    const applied = [a, group('g', [b, c])];
    const changed = await accepted(extended, 'yaml', applied, [a, group('g', [b, value('c', '2')])]);
    assert.equal(changed, extended.replace('title: c, text: "1"', 'title: c, text: "2"'));
    const without = await accepted(
      TEXT,
      'yaml',
      [...applied, value('z')],
      [value('a', '2'), applied[1] ?? null, value('z')],
    );
    assert.equal(without, TEXT.replace('title: a, text: "1"', 'title: a, text: "2"'));
    const reversed = [applied[1] ?? null, a];
    const text = await accepted(TEXT, 'yaml', reversed, [group('g', [b, c]), value('a', '2')]);
    assert.equal(text, TEXT.replace('title: a, text: "1"', 'title: a, text: "2"'));
  });

  it('are not accepted if they cannot be matched to widgets of the document', () => {
    const written = [a, { definition: { type: 'note', content: 'mine' } }, c];
    const changes = changesOf('dashboard', { widgets: [a, b, c] }, { widgets: [c, b, a] });
    assert.equal(acceptWidgets('/widgets', written, [c, b, a], changes, differ), undefined);
    const removed = changesOf('dashboard', { widgets: [a, c] }, { widgets: [a] });
    assert.equal(acceptWidgets('/widgets', written, [a], removed, differ), undefined);
  });

  it('are written into a text of every format as they are in Datadog', async () => {
    let count = 0;
    const widget = fc.constantFrom('1', '2').map((text) => value(`w${(count += 1)}`, text));
    const levels = fc.tuple(
      fc.array(widget, { minLength: 1, maxLength: 4 }),
      fc.array(widget, { minLength: 1, maxLength: 4 }),
    );
    const places = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('move', 'add', 'edit', 'drop')), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        levels,
        places,
        fc.constantFrom<Format>('yaml', 'json', 'toml'),
        async (lists, moves, format) => {
          const board = ([top, inner]: readonly Json[][]) => [group('g', inner ?? []), ...(top ?? [])];
          const after = lists.map((list): Json[] => [...list]);
          for (const [from, to, what] of moves) {
            const [source, target] = [after[from % 2] ?? [], after[to % 2] ?? []];
            // Keep the last one: TOML writes an empty list differently.
            if (source.length < 2) continue;
            const [taken] = source.splice(from % source.length, 1);
            const { title } = Object(Object(taken)['definition']);
            if (what === 'drop') continue;
            const put =
              what === 'add'
                ? value(`new ${(count += 1)}`)
                : what === 'edit'
                  ? value(title, '3')
                  : (taken ?? null);
            target.splice(to % (target.length + 1), 0, put);
          }
          const [applied, live] = [board(lists), board(after)];
          const text = await accepted(PRINTERS[format]({ widgets: applied }), format, applied, live);
          const { value: read } = await decode(text, format, DOCUMENT_LIMITS);
          assert.deepEqual(changesOf('dashboard', { widgets: live }, isObject(read) ? read : {}), [], text);
        },
      ),
      { numRuns: 150 },
    );
  });
});
