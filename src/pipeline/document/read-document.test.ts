import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../test/assert-linear.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ProblemError } from '../../domain/problem.ts';
import { readDocument } from './read-document.ts';

const entries = (count: number, more: (at: number) => JsonObject = () => ({})): JsonObject[] =>
  Array.from({ length: count }, (_, at) => ({
    key: `k${at}`,
    type: 'query alert',
    query: 'avg(last_5m):avg:a{*} > 1',
    ...more(at),
  }));
const words = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => `${prefix}:${at}`);
const document = (more: JsonObject): JsonObject => ({ application: 'app', team: 't', ...more });

describe('the tags and recipients that a document adds to its entries', () => {
  it('take time linear in both lists of tags', async () => {
    await assertLinear((count) => {
      const monitors = entries(1, () => ({ tags: words(count, 'own') }));
      const { entries: read } = readDocument(document({ tags: words(count, 'common'), monitors }));
      const tags = read[0]?.object['tags'];
      assert.equal(Array.isArray(tags) ? tags.length : 0, 2 * count);
    });
  });

  for (const [what, more, measured] of [
    ['tags', { tags: words(10_000, 't'), monitors: entries(200) }, 2_000_000],
    ['recipients', { notify: words(10_000, '@a'), alerts: entries(101) }, 1_010_000],
  ] as const)
    it(`are too_large beyond a million ${what} in all, before an entry is read`, () => {
      assert.throws(
        () => readDocument(document(more)),
        (error) => {
          assert.ok(error instanceof ProblemError);
          assert.deepEqual(
            [error.code, error.extras.members],
            ['too_large', { unit: 'values', limit: 1_000_000, measured }],
          );
          return true;
        },
      );
    });

  it('may be many where there are few entries', () => {
    const { entries: read } = readDocument(document({ tags: words(10_000, 't'), monitors: entries(100) }));
    assert.equal(read.length, 100);
  });
});
