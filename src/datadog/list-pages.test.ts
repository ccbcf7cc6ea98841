import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answeringDatadog } from '../../test/answering-datadog.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { OutboundRequest } from '../runtime/outbound.ts';
import type { Datadog } from './datadog.ts';

type ReadList = (datadog: Datadog, context: RequestContext) => Promise<unknown>;

/** Each paged list: the call that reads it, its page size, and the shape of its response. */
const LISTS: Readonly<
  Record<string, { readList: ReadList; pageSize: number; wrap: (page: object[]) => object }>
> = {
  'monitors of an application': {
    readList: ({ objects }, context) => objects.monitor.find({ application: 'a' }, context),
    pageSize: 1000,
    wrap: (page) => page,
  },
  'monitors of an application with their state': {
    readList: ({ objects }, context) => objects.monitor.findWithState({ application: 'a' }, context),
    pageSize: 1000,
    wrap: (page) => page,
  },
  'monitors with a tag': {
    readList: ({ objects }, context) => objects.monitor.search({ tag: 'a:b' }, context),
    pageSize: 1000,
    wrap: (page) => page,
  },
  'monitors that match a query': {
    readList: ({ objects }, context) => objects.monitor.search({ query: 'x' }, context),
    pageSize: 100,
    wrap: (monitors) => ({ monitors, metadata: { total_count: 1e300 } }),
  },
  dashboards: {
    readList: ({ objects }, context) => objects.dashboard.find({ application: 'a' }, context),
    pageSize: 100,
    wrap: (dashboards) => ({ dashboards }),
  },
};

/** Counts the calls that read the list; the state of monitors takes a call for the downtimes, too. */
const calls = (sent: readonly OutboundRequest[]) =>
  sent.filter(({ url }) => !url.pathname.endsWith('/downtime')).length;

for (const [name, { readList, pageSize, wrap }] of Object.entries(LISTS)) {
  const page = (first: number, length = pageSize) =>
    wrap(Array.from({ length }, (_, at) => ({ id: String(first + at) })));

  describe(`the list of ${name}`, () => {
    it('is rejected when the same page arrives twice', async () => {
      const { datadog, sent, context } = answeringDatadog(() => ({ body: page(1) }));
      await assert.rejects(readList(datadog, context()), { code: 'datadog_failed', message: /same page/ });
      assert.equal(calls(sent), 2);
    });

    it('is rejected when a page has more objects than requested', async () => {
      const { datadog, sent, context } = answeringDatadog(() => ({ body: page(1, pageSize + 1) }));
      await assert.rejects(readList(datadog, context()), { code: 'datadog_failed', message: /in a page of/ });
      assert.equal(calls(sent), 1);
    });

    it('is rejected at 100,000 objects or 300 pages when it has no end', async () => {
      const { datadog, sent, context } = answeringDatadog((_request, nth) => ({
        body: page(nth * pageSize),
      }));
      await assert.rejects(readList(datadog, context()), {
        code: 'datadog_failed',
        message: /more than (?:100000 objects|300 pages)/,
      });
      assert.equal(calls(sent), Math.min(100_000 / pageSize, 300) + 1);
    });
  });
}
