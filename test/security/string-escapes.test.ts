import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { birddog, folderWith } from '../acceptance/birddog-command.ts';
import { request, startPod } from '../acceptance/pod.ts';

/** Notations of whitespace within a string, by format and quotes. */
const SPACES = {
  json: ['\\t', '\\n', '\\r', '\\u0020', '\\u0009', ' '],
  yaml: [
    '\\ ',
    '\\\t',
    '\\t',
    '\\n',
    '\\r',
    '\\x20',
    '\\u0020',
    '\\U00000020',
    ' ',
    '\\\n  ',
    '\\\r  ',
    '\\\r\n  ',
    '\n  ',
    '\r  ',
    ' \t\r\n\r\n \t',
  ],
  toml: ['\\t', '\\n', '\\r', '\\x20', '\\u0020', '\\U00000020', ' ', '\t'],
  tomlLines: ['\\t', '\\n', '\\x20', '\\U00000020', '\n', '\r\n', '\\\n  ', '\\  \r\n\n', ' '],
} as const;

type Style = keyof typeof SPACES;

interface Case {
  readonly format: 'json' | 'yaml' | 'toml';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

function around(style: Style, query: string): string {
  if (style === 'json') return `{"type": "query alert", "query": "${query}"}`;
  if (style === 'yaml') return `type: query alert\nquery: "${query}"\n`;
  const quotes = style === 'toml' ? '"' : '"""';
  return `type = "query alert"\nquery = ${quotes}${query}${quotes}\n`;
}

/** A query whose second word is an unknown aggregator, after whitespace in every notation. */
const cases = fc.constantFrom<Style>('json', 'yaml', 'toml', 'tomlLines').chain((style) =>
  fc.array(fc.constantFrom(...SPACES[style]), { minLength: 1, maxLength: 6 }).map((spaces): Case => {
    // Folding removes the surrounding spaces, but not escaped ones.
    const text = around(style, `avg(last_5m):avg:a{*} +${spaces.join('')}agv:a{*} > 1`);
    const lines = text.slice(0, text.indexOf('agv')).split(/\r\n|\n|\r/);
    const column = (lines.at(-1) ?? '').length + 1;
    return { format: style === 'tomlLines' ? 'toml' : style, text, line: lines.length, column };
  }),
);

const CASES: readonly Case[] = [
  ...['\\ ', '\\\t'].map(
    (space): Case => ({
      format: 'yaml',
      text: `type: query alert\nquery: "avg(last_5m):avg:a${space}b{*} >"\n`,
      line: 2,
      column: 27,
    }),
  ),
  ...fc.sample(cases, { seed: 1, numRuns: 1000 }),
];

describe('a finding within a string with escapes', () => {
  it('has its exact position in the output of the command line', async (t) => {
    const files = CASES.map(({ format, text }, index) => [`${index}.${format}`, text] as const);
    const folder = folderWith(t, Object.fromEntries(files));
    const names = files.map(([name]) => name);
    const { out } = await birddog(folder, ['lint', '--format', 'json', ...names]);
    const findings: { file: string; line: number; column: number; pointer: string }[] = JSON.parse(out);
    for (const [index, { text, line, column }] of CASES.entries()) {
      const first = findings.find(({ file, pointer }) => file === names[index] && pointer === '/query');
      assert.deepEqual([first?.line, first?.column], [line, column], JSON.stringify(text));
    }
  });

  it('has its exact position in the answer of POST /lint, and Birddog keeps serving', async (t) => {
    const pod = await startPod();
    t.after(() => pod.stop());
    for (const { format, text, line, column } of CASES) {
      const headers = { 'content-type': `application/${format}` };
      const { status, body } = await request(pod, 'POST', '/lint', { body: text, headers });
      assert.equal(status, 200, JSON.stringify(body));
      const findings: { line: number; column: number; pointer: string }[] = body.findings;
      const first = findings.find(({ pointer }) => pointer === '/query');
      assert.deepEqual([first?.line, first?.column], [line, column], JSON.stringify(text));
    }
    assert.equal((await fetch(new URL('/healthz', pod.opsUrl))).status, 200);
  });
});
