import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { QUERY_TREES } from './generated-query.ts';
import { parseQuery, readStoredQuery } from './parse-query.ts';
import { printQuery } from './print-query.ts';
import type { Query } from './syntax.ts';

const TYPES = ['query alert', 'log alert', 'service check', 'composite', 'synthetics alert', 'of tomorrow'];
const SIGNS = [
  ...'(){}[]"\'.,:!<>=&|+-*/$ ab1',
  'avg(last_5m):',
  'a{b:c}',
  'by {d}',
  '.last("5m")',
  ' IN (',
  ' NOT ',
  ' > 1',
];
const TEXTS = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...SIGNS), { maxLength: 40 }).map((signs) => signs.join('')),
);

describe('a printed query', () => {
  it('reads as the tree it was printed from', () => {
    fc.assert(
      fc.property(QUERY_TREES, ([type, tree]) => {
        const { query, faults } = parseQuery(type, printQuery(tree));
        assert.deepEqual(faults, []);
        assert.deepEqual(shape(query), shape(tree));
      }),
      { numRuns: 2000 },
    );
  });

  it('differs in blanks alone from the text that was read, wherever the text has no fault', () => {
    let read = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        fc.oneof(
          TEXTS,
          QUERY_TREES.map(([, tree]) => spaced(printQuery(tree))),
        ),
        (type, text) => {
          const { query, faults } = parseQuery(type, text);
          if (faults.length > 0) return;
          read += 1;
          assert.equal(withoutBlanks(printQuery(query)), withoutBlanks(text));
        },
      ),
      { numRuns: 3000 },
    );
    assert.ok(read > 500, `only ${read} texts had no fault`);
  });

  it('is what Datadog has, whatever that is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), TEXTS, (type, text) => {
        assert.equal(withoutBlanks(printQuery(readStoredQuery(type, text))), withoutBlanks(text));
      }),
      { numRuns: 1000 },
    );
    assert.equal(
      printQuery(readStoredQuery('query alert', 'avg(last_5m): what  ever')),
      'avg(last_5m): what  ever',
    );
  });

  it('may be a sum of very many terms, or a filter of very many tags', () => {
    for (const text of [
      `avg(last_5m):${Array(50_000).fill('avg:a{*}').join(' + ')} > 1`,
      `avg(last_5m):avg:a{${Array(50_000).fill('b:c').join(' OR ')}} > 1`,
      Array(50_000).fill('1').join(' && '),
    ]) {
      const type = text.startsWith('avg') ? 'query alert' : 'composite';
      const { query, faults } = parseQuery(type, text);
      assert.deepEqual(faults, []);
      assert.equal(printQuery(query), text);
    }
  });
});

/** A tree without its places. */
function shape(query: Query): unknown {
  return JSON.parse(JSON.stringify(query, (name, value: unknown) => (name === 'span' ? undefined : value)));
}

function withoutBlanks(text: string): string {
  return text.replace(/\s/g, '');
}

/** More blanks where there are some. */
function spaced(text: string): string {
  return text.replaceAll(' ', ' \n ');
}
