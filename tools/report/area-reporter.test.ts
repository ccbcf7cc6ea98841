import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areaOf, resultsOf, resultsPage } from './area-reporter.ts';

const test = (file: string, name: string, more = {}, type = 'test:pass') => ({
  type,
  data: { file: `/project/${file}`, name, details: { duration_ms: 500, type: 'test' }, ...more },
});

async function* events() {
  yield test('src/lint/a.test.ts', 'one');
  yield test('src/lint/rules/b.test.ts', 'two', {}, 'test:fail');
  yield test('src/lint/a.test.ts', 'three', { skip: 'not here' });
  yield test('test/acceptance/c.test.ts', 'four');
  yield test('test/acceptance/c.test.ts', 'a suite', { details: { duration_ms: 9, type: 'suite' } });
  yield { type: 'test:diagnostic', data: {} };
}

describe('area reporter', () => {
  it('counts each test once, by the two outermost folders of its file', async () => {
    const { areas, failures, skips } = await resultsOf(events(), '/project');
    assert.deepEqual(Object.fromEntries(areas), {
      'src/lint': { passed: 1, failed: 1, skipped: 1, ms: 1500 },
      'test/acceptance': { passed: 1, failed: 0, skipped: 0, ms: 500 },
    });
    assert.deepEqual(failures, ['src/lint: two']);
    assert.deepEqual([...skips], [['not here', 1]]);
  });

  it('prints a line for each area, the total, and the failed and skipped tests', async () => {
    const page = resultsPage(await resultsOf(events(), '/project'));
    assert.match(page, /^\| src\/lint \| 1 \| 1 \| 1 \| 1\.5 \|$/m);
    assert.match(page, /^\| \*\*all\*\* \| 2 \| 1 \| 1 \| 2\.0 \|$/m);
    assert.match(page, /^- src\/lint: two$/m);
    assert.match(page, /^- 1 times: not here$/m);
  });

  it('counts files outside of folders as "other"', () =>
    assert.equal(areaOf('/project/a.test.ts', '/project'), 'other'));
});
