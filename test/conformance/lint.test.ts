import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isObject, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { lintMonitor } from '../../src/lint/monitor/lint-monitor.ts';
import { CORPUS } from './corpus.ts';
import { readScenarios } from './recording.ts';
import { print } from './value.ts';

const skip = existsSync(CORPUS) ? false : 'the recorded exchanges are not here (set CORPUS)';
const WRITES = /^\/api\/v1\/monitor(\/validate|\/\d+(\/validate)?)?$/;

function errorsOf(monitor: JsonObject): string[] {
  return lintMonitor(monitor, '')
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code}: ${message} ${String(monitor['query'])}`);
}

/** Bodies of recorded writes of monitors that Datadog took, or refused for what is in them. */
function bodies(status: number): JsonObject[] {
  return readScenarios(join(CORPUS, 'exchanges'))
    .flat()
    .filter(({ request, response }) => WRITES.test(request.path) && response.status === status)
    .filter(({ response }) => !print(response.body ?? null).includes('Duplicate'))
    .flatMap(({ request }) => (request.body === undefined ? [] : [parseTrustedJson(print(request.body))]))
    .filter(isObject);
}

describe('lint against what was recorded', { skip }, () => {
  it('finds no error in a monitor that people ship', (t) => {
    const monitors = readFileSync(join(CORPUS, 'monitors.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(parseTrustedJson)
      .flatMap((line) => (isObject(line) && isObject(line['monitor']) ? [line['monitor']] : []));
    t.diagnostic(`${monitors.length} monitors`);
    assert.deepEqual(monitors.flatMap(errorsOf), []);
  });

  it('finds no error in a write that Datadog took', (t) => {
    const accepted = bodies(200);
    t.diagnostic(`${accepted.length} writes`);
    assert.deepEqual(accepted.flatMap(errorsOf), []);
  });

  it('finds an error in each write that Datadog refused', (t) => {
    const refused = bodies(400);
    t.diagnostic(`${refused.length} writes`);
    assert.deepEqual(
      refused.filter((monitor) => errorsOf(monitor).length === 0),
      [],
    );
  });
});
