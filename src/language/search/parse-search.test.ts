import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSearch } from './parse-search.ts';

describe('a search', () => {
  for (const [text, ...terms] of [
    [''],
    ['service:a status:error', 'service:a', 'status:error'],
    ['a AND (b OR -c) NOT !d', 'a', 'b', '-c', '!d'],
    ['a && b || c', 'a', 'b', 'c'],
    ['"a (b" c:"d e"', '"a (b"', 'c:', '"d e"'],
    ['@a:[1 TO 2] @b:{3 TO 4} @c:>=5', '@a:[1 TO 2]', '@b:{3 TO 4}', '@c:>=5'],
    ['a:(b OR c) d\\(e f\\:', 'a:', 'b', 'c', 'd\\(e', 'f\\:'],
    ['CIDR(@ip, 10.0.0.0/8)', 'CIDR', '@ip,', '10.0.0.0/8'],
    ['and or', 'and', 'or'],
  ] as const) {
    it(`is parsed into its terms: ${text}`, () => {
      const search = parseSearch(text);
      assert.deepEqual(search.faults, []);
      assert.deepEqual(
        search.terms.map((term) => term.text),
        terms,
      );
      for (const term of search.terms) assert.equal(text.slice(term.span.from, term.span.to), term.text);
    });
  }

  for (const [text, ...expected] of [
    ['a AND', 'missing AND'],
    ['OR a', 'missing OR'],
    ['a AND OR b', 'missing OR'],
    ['a NOT', 'missing NOT'],
    ['()', 'missing )'],
    ['(a AND)', 'missing )'],
    ['((a)', 'unclosed ('],
    ['a) (b', 'unopened )', 'unclosed ('],
    ['a: b', 'missing a:'],
    ['a:', 'missing a:'],
    ['"a b', 'unterminated_text "'],
    ['a:"b', 'unterminated_text "'],
    ['a:[1 TO 2 b', 'unclosed ['],
  ] as const) {
    it(`has faults at the positions of its mistakes: ${text}`, () => {
      const { faults } = parseSearch(text);
      assert.deepEqual(
        faults.map(({ code, span }) => `${code} ${text.slice(span.from, span.to)}`),
        expected,
      );
    });
  }
});
