import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idOf, documentOf, monitorEntry, startInProcess, told } from '../../../test/documents-in-process.ts';
import { type JsonObject, printJson } from '../../domain/json.ts';
import { ProblemError } from '../../domain/problem.ts';

const withTest = (series: string): JsonObject =>
  documentOf({
    monitors: [monitorEntry('load')],
    tests: [{ alert: 'load', series: { '*': series }, expect: [{ at: '5m', state: 'alert' }] }],
  });

describe('a plan of a document with tests', () => {
  it('neither runs nor sends them', async () => {
    const pipeline = startInProcess();
    const applied = await pipeline.apply(withTest('1x5'));
    assert.deepEqual(told(applied), ['load create']);
    const stored = pipeline.person('GET', `/api/v1/monitor/${idOf(applied, 'load')}`);
    assert.doesNotMatch(printJson(stored), /1x5/);
    assert.deepEqual(told(await pipeline.plan(withTest('9x5'))), ['load none']);
  });

  it('finds their mistakes, as lint does', async () => {
    const pipeline = startInProcess();
    await assert.rejects(pipeline.apply(withTest('1x')), (error: unknown) => {
      assert.ok(error instanceof ProblemError);
      const [finding] = error.extras.findings ?? [];
      assert.deepEqual(
        [error.code, finding?.code, finding?.pointer],
        ['invalid', 'test_series', '/tests/0/series/*'],
      );
      return true;
    });
  });
});
