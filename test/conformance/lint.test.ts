import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { isObject, type Json, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { valueAt } from '../../src/domain/pointer.ts';
import { parseMessage } from '../../src/language/message/parse-message.ts';
import { printMessage } from '../print-message.ts';
import { parseMetricQuery } from '../../src/language/query/parse-query.ts';
import { lintMonitor } from '../../src/lint/monitor/lint-monitor.ts';
import { CORPUS } from './corpus.ts';
import { type Exchange, readScenarios } from './recording.ts';
import { print } from './value.ts';

const skip = existsSync(CORPUS) ? false : 'the recorded exchanges are not here (set CORPUS)';
const MONITOR = /^\/api\/v1\/monitor(?:\/validate|\/\d+(?:\/validate)?)?$/;
const TEMPLATE = /^\/api\/v2\/monitor\/template/;
const SLO = /^\/api\/v1\/slo(?:\/[0-9a-f]{32})?$/;

/** Errors for writes that Datadog accepted, each with the reason to keep the error. The list is empty. */
const REMAINING: readonly (readonly [finding: RegExp, because: string])[] = [];

/** Error messages of Datadog, and the code and position of the matching finding: a pointer, and a word of the string there. */
const REFUSED: readonly (readonly [says: RegExp, code: string, pointer: string, word?: string])[] = [
  [/invalid operator specified: /, 'query_syntax', '/query', 'query'],
  [/parameter 'query' is invalid"/, 'query_syntax', '/query', 'THIS'],
  [/does not match that used in the query/, 'threshold_differs', '/options/thresholds/critical'],
];

interface Write {
  readonly body: JsonObject;
  readonly recorded: Exchange;
}

function errorsOf(monitor: JsonObject): string[] {
  return lintMonitor(monitor, '')
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code}: ${message} ${String(monitor['query'])}`)
    .filter((error) => !REMAINING.some(([finding]) => finding.test(error)));
}

/** Recorded writes to a path that were answered so. */
function writes(path: RegExp, isAnswer: (status: number) => boolean): Write[] {
  return readScenarios(join(CORPUS, 'exchanges'))
    .flat()
    .filter(({ request }) => path.test(request.path) && /^(?:POST|PUT|PATCH)$/.test(request.method))
    .filter(({ response }) => isAnswer(response.status))
    .flatMap((recorded) => {
      const { body } = recorded.request;
      const value = body === undefined ? undefined : parseTrustedJson(print(body));
      return isObject(value) ? [{ body: value, recorded }] : [];
    });
}

const taken = (status: number): boolean => status >= 200 && status < 300;

function shipped(): JsonObject[] {
  return readFileSync(join(CORPUS, 'monitors.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseTrustedJson)
    .flatMap((line) => (isObject(line) && isObject(line['monitor']) ? [line['monitor']] : []));
}

/** Says how many monitors of each type have no error, and asserts that all have none. */
function assertAccepted(t: TestContext, monitors: readonly JsonObject[]): void {
  const byType = Map.groupBy(monitors, ({ type }) => String(type ?? 'an update without a type'));
  for (const [type, all] of [...byType].toSorted()) {
    t.diagnostic(`${type}: ${all.filter((monitor) => errorsOf(monitor).length === 0).length}/${all.length}`);
  }
  assert.ok(monitors.length > 0);
  assert.deepEqual(monitors.flatMap(errorsOf), []);
}

describe('lint of monitors against recordings', { skip }, () => {
  it('finds no error in a shipped monitor', (t) => assertAccepted(t, shipped()));

  it('finds no error in a write that Datadog accepted', (t) =>
    assertAccepted(
      t,
      writes(MONITOR, taken).map(({ body }) => body),
    ));

  it('finds no error in the monitor of an accepted template', (t) =>
    assertAccepted(
      t,
      writes(TEMPLATE, taken).flatMap(({ body }) => {
        const monitor = valueAt(body, '/data/attributes/monitor_definition');
        return isObject(monitor) ? [monitor] : [];
      }),
    ));

  it('parses every metric query of an accepted SLO', (t) => {
    const queries = writes(SLO, taken).flatMap(({ body }) => [
      ...textsNamed(/^(?:numerator|denominator)$/, body['query']),
      ...textsNamed(/^query$/, body['sli_specification']),
    ]);
    const read = queries.filter((query) => parseMetricQuery(query).faults.length === 0);
    t.diagnostic(`${read.length}/${queries.length} queries`);
    assert.ok(queries.length > 0);
    assert.deepEqual(
      queries.filter((query) => !read.includes(query)),
      [],
    );
  });

  it('parses every shipped or accepted message, and prints it with only spaces in tags changed', (t) => {
    const sent = writes(/^\/api\//, taken).map(({ body }) => body);
    const messages = new Set(
      textsNamed(/^(?:message|escalation_message|name|title)$/, [...shipped(), ...sent]),
    );
    t.diagnostic(`${messages.size} messages`);
    const blankless = (text: string) =>
      text.replace(/\{\{[^{}]*\}\}/g, (tag) => tag.replace(/(?<=\{\{[#^/]?)\s+|\s+(?=\}\})/g, ''));
    assert.ok(messages.size > 0);
    for (const message of messages) {
      const { parts, faults } = parseMessage(message);
      assert.deepEqual(faults, [], message);
      assert.equal(printMessage(parts), blankless(message));
    }
  });

  it('finds an error, at its position, in each write that Datadog rejected because of its content', (t) => {
    // A duplicate is one by what else there is.
    const refused = writes(MONITOR, (status) => status === 400 || status === 422).filter(
      ({ recorded }) => !print(recorded.response.body ?? null).includes('Duplicate of an existing monitor'),
    );
    t.diagnostic(`${refused.length} writes`);
    assert.ok(refused.length > 0);
    for (const { body, recorded } of refused) {
      const said = print(recorded.response.body ?? null);
      const [, code, pointer, word] = REFUSED.find(([says]) => says.test(said)) ?? [];
      assert.ok(code !== undefined && pointer !== undefined, `nothing is expected of ${said}`);
      const found = lintMonitor(body, '').find(({ severity }) => severity === 'error');
      assert.deepEqual([found?.code, found?.pointer], [code, pointer], said);
      if (word !== undefined) assert.equal(found?.at, String(valueAt(body, pointer)).indexOf(word));
    }
  });
});

/** Every text of a member so called, at any depth. */
function textsNamed(names: RegExp, value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsNamed(names, item));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' ? (names.test(name) ? [member] : []) : textsNamed(names, member),
  );
}
