import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseSearch } from '../search/parse-search.ts';
import { parseMetricQuery, parseQuery } from './parse-query.ts';

/** Every parser, by its input. */
const READERS: readonly (readonly [what: string, read: (text: string) => { readonly steps: number }])[] = [
  ...['query alert', 'log alert', 'service check', 'composite', 'synthetics alert'].map(
    (type) => [type, (text: string) => parseQuery(type, text)] as const,
  ),
  ['metric query', parseMetricQuery],
  ['search', parseSearch],
];
/** The maximum number of steps per character. Nested brackets can cause repeated scans. */
const STEPS = 12;

/** Pieces of malformed queries, repeated to long texts. */
const REPEATED: readonly string[] = [
  ...'( ) { } [ " \' , . : - + * ! = > >= $ | & \\ abs( f(x= avg:a{( avg:a{! IN( a.b. .c( 1. 1e a: a:[ -( !( "\\'.split(
    ' ',
  ),
  'avg:a{b c',
  'a{b} by {',
  'a IN (',
  ' IN ',
  ' NOT ',
  'by  ',
  'NOT  ',
  'count(v: ',
  '.c ',
  '1 2 ',
  'a:[b ',
  'AND ',
  '(a OR ',
  '${monitor:',
  '1 && (',
  'é',
  '\u2028',
  '\u0000',
  '😀',
  ')) (',
  '{} ',
  '> 1 ',
  'a{b:c, ',
  '((a)) ',
];

/** Long texts: a prefix, a repeated part and a suffix. */
const LONG_TEXTS: readonly (readonly [before: string, repeated: string, after: string])[] = [
  // Valid queries.
  ['avg(last_5m):avg:a{*}', ' + avg:a{*}', ' > 1'],
  ['avg(last_5m):avg:a{b:c', ',d:e', '} > 1'],
  ['avg(last_5m):avg:a{b:c', ' OR (d IN (e,f) AND NOT g:h)', '} > 1'],
  ['avg(last_5m):avg:a{*} by {b', ',c', '} > 1'],
  ['avg(last_5m):avg:a{*}', '.rollup(avg, 60)', ' > 1'],
  ['avg(last_5m):top(avg:a{*}', ', 1', ') > 1'],
  ['avg(last_5m):avg:', 'aaaaaaaa.', 'a{*} > 1'],
  ['avg(last_5m):avg:a{*}', '          ', '> 1'],
  ['avg(last_5m):avg:a{b:', 'c(d)', '} > 1'],
  ['logs("', 'a AND \\"b c\\" ', '").index("*").rollup("count").last("5m") > 1'],
  ['logs("a").by("', 'b,', 'c").last("5m") > 1'],
  ['"a".over("b"', ',"c"', ').last(2).count_by_status()'],
  ['1', ' && !2 || 3', ''],
  // Malformed queries.
  ...REPEATED.flatMap((repeated) => [
    ['', repeated, ''] as const,
    ['avg(last_5m):', repeated, ' > 1'] as const,
    ['avg(last_5m):avg:a{', repeated, '} > 1'] as const,
    ['logs("a").by(', repeated, ').last("5m") > 1'] as const,
  ]),
];

describe('the steps of a parser', () => {
  for (const [what, read] of READERS) {
    it(`are linear in the length of the text: ${what}`, () => {
      for (const [before, repeated, after] of LONG_TEXTS) {
        const times = Math.ceil(4_000 / repeated.length);
        const [less = 0, more = 0] = [times, 2 * times].map(
          (count) => read(before + repeated.repeat(count) + after).steps,
        );
        const length = before.length + 2 * times * repeated.length + after.length;
        const detail = `${before}${repeated}...${after}: ${less}, then ${more} for ${length} characters`;
        assert.ok(more <= STEPS * length, detail);
        assert.ok(more <= 2.1 * less + 2_000, detail);
      }
    });
  }

  it('are at least one per character of a valid query', () => {
    let read = 0;
    for (const [type] of READERS.slice(0, 4)) {
      for (const [before, repeated, after] of LONG_TEXTS) {
        const text = before + repeated.repeat(100) + after;
        const { faults, steps } = parseQuery(type, text);
        if (faults.length > 0) continue;
        read += 1;
        assert.ok(steps >= text.length, text);
      }
    }
    assert.ok(read >= 10, `only ${read} queries are valid`);
  });

  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
    fc
      .array(fc.constantFrom(...LONG_TEXTS.flatMap((parts) => parts)), { maxLength: 60 })
      .map((parts) => parts.join('')),
  );

  it('are bounded for any text, and no text throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...READERS), texts, ([, read], text) => {
        const { steps } = read(text);
        assert.ok(steps <= STEPS * text.length + 200, `${steps} steps for ${text.length} characters`);
      }),
      { numRuns: 4_000 },
    );
  });
});
