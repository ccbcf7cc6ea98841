import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ANY_ATTEMPTS } from '../../test/fake-ports.ts';
import { answeringDatadog } from '../../test/answering-datadog.ts';
import { objectPath, pageUrl } from './object-path.ts';

const BAD_IDS = [
  '',
  '.',
  '..',
  'a/b',
  '../dashboard',
  '%2e%2e',
  'a?b',
  'a#b',
  'a\\b',
  ' 1',
  '1\n',
  'x'.repeat(101),
];

describe('the path of an object', () => {
  it('is rejected for anything but an id', () => {
    for (const id of BAD_IDS)
      assert.throws(() => objectPath('/api/v1/monitor', id), { code: 'bad_request' }, id);
    assert.equal(objectPath('/api/v1/dashboard', 'abc-def-ghi').path, '/api/v1/dashboard/abc-def-ghi');
  });

  it('has exactly one more segment than its collection, for any id', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w./%-]{0,8}$/)), (id) => {
        let path: string;
        try {
          path = objectPath('/api/v1/monitor', id).path;
        } catch {
          return;
        }
        assert.equal(new URL(path, 'https://api.example.test').pathname, `/api/v1/monitor/${id}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('rejects an invalid id from any source', async () => {
    for (const id of BAD_IDS.filter((text) => text !== '')) {
      const { datadog, sent, context } = answeringDatadog(() => ({
        body: { dashboards: [{ id, title: 'x' }] },
      }));
      await assert.rejects(datadog.objects.dashboard.search({ query: 'x' }, context()), {
        code: 'datadog_failed',
      });
      await assert.rejects(datadog.objects.monitor.update(id, {}, context(), ANY_ATTEMPTS), {
        code: 'bad_request',
      });
      assert.equal(sent.length, 1);
    }
  });
});

describe("the URL of an object's page", () => {
  const ui = new URL('https://app.example.test');

  it('is always on the configured host', () => {
    assert.equal(
      pageUrl('/dashboard/abc/my-title', '/d', ui),
      'https://app.example.test/dashboard/abc/my-title',
    );
    for (const url of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      'http://',
      1,
      null,
    ])
      assert.equal(pageUrl(url, '/monitors/1', ui), 'https://app.example.test/monitors/1');
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(new URL(pageUrl(text, '/d', ui)).host, ui.host);
      }),
      { numRuns: 1000 },
    );
  });
});
