import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { folderWith } from './birddog-command.ts';
import { findingsOf } from './run-lint.ts';

/** Texts whose query has an unknown aggregator, with the line and column of its name. */
const PLACES: readonly (readonly [name: string, text: string, line: number, column: number])[] = [
  ['folded.yaml', 'type: query alert\nquery: >-\n  avg(last_5m):\n  agv:a{*} > 1\n', 4, 3],
  [
    'literal.yaml',
    'type: query alert\nmessage: |\n  @x\nquery: |\n  avg(last_5m):\n\n   agv:a{*} > 1\n',
    7,
    4,
  ],
  ['escapes.yaml', 'type: query alert\nquery: "avg(last_5m):\\t\\u0020\\U00000020agv:a{*} > 1"\n', 2, 40],
  ['continued.yaml', 'type: query alert\nquery: "avg(last_5m):\\\n   agv:a{*} > 1"\n', 3, 4],
  ['single.yaml', "type: query alert\nmessage: '@it''s'\nquery: 'avg(last_5m):\n\n   agv:a{*} > 1'\n", 5, 4],
  ['plain.yaml', 'type: query alert\nquery: avg(last_5m):avg:a{*} +\n   agv:a{*} > 1\n', 3, 4],
  ['flow.yaml', '{type: query alert, query: "avg(last_5m):agv:a{*} > 1"}', 1, 42],
  ['crlf.yaml', 'type: query alert\r\nquery: >-\r\n  avg(last_5m):\r\n  agv:a{*} > 1\r\n', 4, 3],
  ['bom.yaml', '\ufefftype: query alert\nquery: avg(last_5m):agv:a{*} > 1\n', 2, 21],
  ['bom.json', '\ufeff{"type": "query alert", "query": "avg(last_5m):agv:a{*} > 1"}', 1, 48],
  ['escapes.json', '{"type": "query alert", "query": "avg(last_5m):\\u0020\\t\\nagv:a{*} > 1"}', 1, 58],
  [
    'pairs.json',
    '{"type": "query alert", "query": "avg(last_5m):avg:a{x:\\ud83d\\ude00😀} + agv:a{*} > 1"}',
    1,
    74,
  ],
  ['literal.toml', "type = 'query alert'\nquery = 'avg(last_5m):agv:a{*} > 1'\n", 2, 23],
  ['lines.toml', 'type = "query alert"\nquery = """\navg(last_5m):\n  agv:a{*} > 1"""\n', 4, 3],
  ['raw-lines.toml', "type = 'query alert'\r\nquery = '''\r\navg(last_5m):\r\n  agv:a{*} > 1'''\r\n", 4, 3],
  ['folded.toml', 'type = "query alert"\nquery = """avg(last_5m):\\\n   agv:a{*} > 1"""\n', 3, 4],
];

describe('the position of a finding', () => {
  it('is that of the exact word in each format', async (t) => {
    const files = Object.fromEntries(PLACES.map(([name, text]) => [name, text]));
    const found = await findingsOf(folderWith(t, files), Object.keys(files));
    assert.deepEqual(
      found.map((f) => [f.file, f.line, f.column, f.end_line, f.end_column]),
      PLACES.map(([name, , line, column]) => [name, line, column, line, column + 3]),
    );
  });
});
