import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Finding } from '../../src/domain/finding.ts';
import { isObject, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { viewDashboard } from '../../src/lint/dashboard/dashboard-view.ts';
import { lintDashboard } from '../../src/lint/dashboard/lint-dashboard.ts';
import { lintMonitor } from '../../src/lint/monitor/lint-monitor.ts';
import { CORPUS } from './corpus.ts';
import { MUTATIONS } from './query-mutations.ts';
import { type Mutant, wordsOf } from './query-places.ts';

const skip = existsSync(CORPUS) ? false : 'the recorded exchanges are not here (set CORPUS)';
/** The number of mutations per query and kind of mistake, spread over the query. */
const MUTATIONS_PER_QUERY = 4;
/** Tests every sixth widget query, to keep the test short. */
const EVERY = 6;
const MIN_FOUND_SHARE = 0.98;

/** Something with a query in it that can be linted with another query instead. */
interface Subject {
  readonly query: string;
  readonly lint: (query: string) => readonly Finding[];
}

function objects(file: string, member: string): JsonObject[] {
  return readFileSync(join(CORPUS, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseTrustedJson)
    .flatMap((line) => (isObject(line) && isObject(line[member]) ? [line[member]] : []));
}

/** The monitors of the corpus, of which some are bodies of requests that Datadog took. */
function monitors(): Subject[] {
  return objects('monitors.ndjson', 'monitor').flatMap((monitor) => {
    const { query } = monitor;
    if (typeof query !== 'string') return [];
    return [
      {
        query,
        lint: (other) =>
          lintMonitor({ ...monitor, query: other }, '').filter(({ pointer }) => pointer === '/query'),
      },
    ];
  });
}

/** The metric queries of widgets, each in a separate small dashboard. */
function widgetQueries(): Subject[] {
  const queries = objects('dashboards.ndjson', 'dashboard').flatMap(
    (dashboard) => viewDashboard(dashboard).queries,
  );
  const texts = new Map(queries.map(({ text, source }) => [text, source]));
  return [...texts]
    .filter((_, at) => at % EVERY === 0)
    .map(([query, source]) => ({ query, lint: (other) => lintDashboard(dashboardWith(other, source), '') }));
}

/** The older `q` may hold several queries. */
function dashboardWith(query: string, source: string): JsonObject {
  const request: JsonObject =
    source === 'q'
      ? { q: query }
      : { response_format: 'timeseries', queries: [{ data_source: source, name: 'a', query }] };
  return {
    title: 'a',
    layout_type: 'ordered',
    widgets: [{ definition: { type: 'timeseries', requests: [request] } }],
  };
}

describe('a single mistake in a query that Datadog accepts', { skip }, () => {
  const kinds = [
    { what: 'monitors', subjects: skip ? [] : monitors(), mutations: MUTATIONS },
    {
      what: 'widgets',
      subjects: skip ? [] : widgetQueries(),
      mutations: MUTATIONS.filter(({ ofMonitors }) => ofMonitors !== true),
    },
  ];
  for (const { what, subjects, mutations } of kinds) {
    const before = subjects.map(({ query, lint }) => new Set(lint(query).map(said)));
    for (const { name, mistakeWhen, mutate } of mutations) {
      it(`${name} is found at its position in queries of ${what}`, (t) => {
        let [found, total] = [0, 0];
        const missed: string[] = [];
        for (const [at, { query, lint }] of subjects.entries()) {
          for (const mutant of spread(mutate(query, wordsOf(query)))) {
            total += 1;
            const added = lint(mutant.query).filter((finding) => !before[at]?.has(said(finding)));
            if (added.some((finding) => isWithin(finding, mutant))) found += 1;
            else
              missed.push(
                `${mutant.query}\n  at ${mutant.query.slice(mutant.from, mutant.to)}, added ${added.map((one) => `${one.code} ${one.at}-${one.to}`).join(' ') || 'nothing'}`,
              );
          }
        }
        if (total === 0) return t.skip('no query of the corpus can have it');
        t.diagnostic(`${found}/${total} (${mistakeWhen})`);
        assert.ok(found >= MIN_FOUND_SHARE * total, missed.slice(0, 20).join('\n'));
      });
    }
  }
});

/** A few of the mutants, spread over the query. */
function spread(mutants: readonly Mutant[]): readonly Mutant[] {
  const step = Math.max(1, mutants.length / MUTATIONS_PER_QUERY);
  return mutants.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
}

function said({ code, pointer, message, at }: Finding): string {
  return `${code} ${pointer} ${message} ${at}`;
}

/** Returns whether a finding points into the span of the mistake, its ends included. */
function isWithin({ at, to }: Finding, mutant: Mutant): boolean {
  return at !== undefined && at <= mutant.to && (to ?? at) >= mutant.from;
}
