import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answeringDatadog } from '../../test/answering-datadog.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Datadog } from './datadog.ts';

type Ask = (datadog: Datadog, context: RequestContext) => Promise<unknown>;

/** Each list that is read page by page: how it is asked for, what a page has at most, and how an answer wraps it. */
const LISTS: Readonly<Record<string, { ask: Ask; pageSize: number; wrap: (page: object[]) => object }>> = {
  'monitors of an application': {
    ask: ({ objects }, context) => objects.monitor.find({ application: 'a' }, context),
    pageSize: 1000,
    wrap: (page) => page,
  },
  'monitors with a tag': {
    ask: ({ objects }, context) => objects.monitor.search({ tag: 'a:b' }, context),
    pageSize: 1000,
    wrap: (page) => page,
  },
  'monitors that match a query': {
    ask: ({ objects }, context) => objects.monitor.search({ query: 'x' }, context),
    pageSize: 100,
    wrap: (monitors) => ({ monitors, metadata: { total_count: 1e300 } }),
  },
  dashboards: {
    ask: ({ objects }, context) => objects.dashboard.find({ application: 'a' }, context),
    pageSize: 100,
    wrap: (dashboards) => ({ dashboards }),
  },
};

for (const [name, { ask, pageSize, wrap }] of Object.entries(LISTS)) {
  const page = (first: number, length = pageSize) =>
    wrap(Array.from({ length }, (_, at) => ({ id: String(first + at) })));

  describe(`the list of ${name}`, () => {
    it('is not read on when the same page comes twice', async () => {
      const { datadog, sent, context } = answeringDatadog(() => ({ body: page(1) }));
      await assert.rejects(ask(datadog, context()), { code: 'datadog_failed', message: /same page/ });
      assert.equal(sent.length, 2);
    });

    it('is rejected when a page has more objects than were asked for', async () => {
      const { datadog, sent, context } = answeringDatadog(() => ({ body: page(1, pageSize + 1) }));
      await assert.rejects(ask(datadog, context()), { code: 'datadog_failed', message: /in a page of/ });
      assert.equal(sent.length, 1);
    });

    it('is rejected at 100,000 objects or 300 pages when it has no end', async () => {
      const { datadog, sent, context } = answeringDatadog((_request, nth) => ({
        body: page(nth * pageSize),
      }));
      await assert.rejects(ask(datadog, context()), {
        code: 'datadog_failed',
        message: /more than (?:100000 objects|300 pages)/,
      });
      assert.equal(sent.length, Math.min(100_000 / pageSize, 300) + 1);
    });
  });
}
