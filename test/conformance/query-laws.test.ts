import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isObject, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { parseMetricQuery, parseQuery, readStoredQuery } from '../../src/language/query/parse-query.ts';
import { printExpression, printQuery } from '../../src/language/query/print-query.ts';
import { lintMonitor } from '../../src/lint/monitor/lint-monitor.ts';
import { viewDashboard } from '../../src/lint/dashboard/dashboard-view.ts';
import { CORPUS } from './corpus.ts';
import { readScenarios } from './recording.ts';
import { print } from './value.ts';

const skip = existsSync(CORPUS) ? false : 'the recorded exchanges are not here (set CORPUS)';

/** What Datadog holds that is no query, and why; it is kept whole. */
const UNREADABLE: ReadonlyMap<string, string> = new Map([
  ['invalid query', 'in a list of monitors that Datadog answered: stored by a test, it can watch nothing'],
]);

interface Written {
  readonly type: string;
  readonly query: string;
}

function objects(file: string, member: string): JsonObject[] {
  return readFileSync(join(CORPUS, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseTrustedJson)
    .flatMap((line) => (isObject(line) && isObject(line[member]) ? [line[member]] : []));
}

/** The queries of monitors that people ship, and of those that Datadog took or answered in any recorded exchange. */
function monitorQueries(): Written[] {
  const bodies = readScenarios(join(CORPUS, 'exchanges'))
    .flat()
    .filter(({ response }) => response.status === 200)
    .flatMap(({ request, response }) => [request.body, response.body])
    .flatMap((body) => (body === undefined ? [] : [parseTrustedJson(print(body))]))
    .flatMap((body) => (Array.isArray(body) ? body : [body]));
  const all = [...objects('monitors.ndjson', 'monitor'), ...bodies.filter(isObject)];
  return all.flatMap(({ type, query }) =>
    typeof type === 'string' && typeof query === 'string' && / alert$|^service check$|^composite$/.test(type)
      ? [{ type, query }]
      : [],
  );
}

describe('the queries of the corpus', { skip }, () => {
  const written = skip ? [] : monitorQueries();

  it('are all read, and print as they were written but for blanks', (t) => {
    const totals = new Map<string, { read: number; total: number }>();
    for (const { type, query } of written) {
      const tree = readStoredQuery(type, query);
      const isRead = parseQuery(type, query).faults.length === 0;
      if (!isRead && UNREADABLE.has(query)) t.diagnostic(`${query}: ${UNREADABLE.get(query)}`);
      const { read, total } = totals.get(type) ?? { read: 0, total: 0 };
      totals.set(type, { read: read + (isRead || UNREADABLE.has(query) ? 1 : 0), total: total + 1 });
      assert.equal(withoutBlanks(printQuery(tree)), withoutBlanks(query));
      assert.equal(shape(readStoredQuery(type, printQuery(tree))), shape(tree));
    }
    for (const [type, { read, total }] of totals) t.diagnostic(`${type}: ${read}/${total}`);
    assert.deepEqual(
      [...totals].filter(([, { read, total }]) => read < total),
      [],
    );
  });

  it('print as they were written but for blanks, in widgets too', (t) => {
    const queries = objects('dashboards.ndjson', 'dashboard').flatMap(
      (dashboard) => viewDashboard(dashboard).queries,
    );
    t.diagnostic(`${queries.length} queries`);
    const different = new Map(queries.map((query) => [query.text, query]));
    for (const { text, expressions } of different.values()) {
      const printed = expressions.map(({ expression }) => printExpression(expression)).join(',');
      assert.equal(withoutBlanks(printed), withoutBlanks(text));
      for (const { expression } of expressions)
        assert.equal(shape(parseMetricQuery(printExpression(expression)).expression), shape(expression));
    }
  });

  it('make no rule throw when they are cut, doubled and mixed with one another, and are kept whole', () => {
    const texts = [...new Set(written.map(({ query }) => query))];
    const piece = fc
      .record({
        text: fc.constantFrom(...texts),
        from: fc.nat(),
        length: fc.nat({ max: 60 }),
        whole: fc.boolean(),
      })
      .map(({ text, from, length, whole }) =>
        whole ? text : text.slice(from % text.length).slice(0, length),
      );
    const mixed = fc
      .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 })), { minLength: 1, maxLength: 4 })
      .map((pieces) => pieces.join(''));
    const types = fc.constantFrom(...new Set(written.map(({ type }) => type)));
    fc.assert(
      fc.property(types, mixed, (type, query) => {
        for (const { pointer, at, to } of lintMonitor({ type, query }, '')) {
          if (pointer !== '/query') continue;
          assert.ok(at !== undefined && to !== undefined && 0 <= at && at <= to && to <= query.length, query);
        }
        assert.equal(withoutBlanks(printQuery(readStoredQuery(type, query))), withoutBlanks(query));
      }),
      { numRuns: 2_000 },
    );
  });
});

function withoutBlanks(text: string): string {
  return text.replace(/\s/g, '');
}

/** A tree without its places, as a text. */
function shape(tree: unknown): string {
  return JSON.stringify(tree, (name, value: unknown) => (name === 'span' ? undefined : value));
}
