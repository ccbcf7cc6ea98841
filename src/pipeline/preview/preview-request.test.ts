import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startInProcess } from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Points } from '../../evaluate/samples.ts';
import type { FetchSeries } from '../../preview/fetch-series.ts';
import { createSemaphore } from '../../runtime/concurrency/semaphore.ts';

const monitor = (key: string, metric: string, threshold = 80): JsonObject => ({
  key,
  type: 'query alert',
  name: key,
  query: `max(last_1m):avg:${metric}{*} > ${threshold}`,
  message: '@slack-a',
  options: { thresholds: { critical: threshold } },
});
const documentOf = (...monitors: JsonObject[]): JsonObject => ({ application: 'app', team: 't', monitors });

/** Birddog with series of the metrics `up` (90 in the last 30 minutes, before that 1) and `flat`; others have none. */
function start() {
  const birddog = startInProcess();
  const fetchSeries: FetchSeries = async (wanted) => {
    const { from = 0, to = 0 } = wanted[0] ?? {};
    const times = Float64Array.from({ length: Math.ceil((to - from) / 60) }, (_, at) => from + at * 60);
    const series = new Map<string, Points>([
      ['avg:up{*}', { times, values: times.map((time) => (time > to - 1800 ? 90 : 1)) }],
      ['avg:flat{*}', { times, values: times.map(() => 1) }],
    ]);
    return {
      seriesOf({ text }) {
        const points = series.get(text);
        return new Map(points ? [['*', points]] : []);
      },
      missingOf: () => [],
      cutOf: () => 0,
      requests: 1,
      cached: 0,
    };
  };
  Object.assign(birddog.ports.preview, { fetchSeries });
  return birddog;
}

type Shown = Record<string, { transitions?: number } | string | undefined>;
const outline = (alerts: unknown): unknown[] =>
  Array.isArray(alerts)
    ? alerts.map(({ key, before, after }: Record<string, Shown>) => [
        key,
        before?.['transitions'],
        after?.['transitions'],
      ])
    : [];

/** Returns the problem that a promise rejects with. */
async function problemOf(work: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  assert.ok(error instanceof ProblemError, String(error));
  return error;
}

describe('a preview of a document', () => {
  it('shows every alert before and after, and composites whose members change', async () => {
    const { ask, apply } = start();
    const both = {
      key: 'both',
      type: 'composite',
      name: 'both',
      query: '${monitor:up} || ${monitor:flat}',
      message: '@b',
    };
    await apply(documentOf(monitor('up', 'up'), monitor('flat', 'flat'), both));
    const changed = documentOf(monitor('up', 'up', 95), monitor('flat', 'flat'), both);
    const { alerts } = await ask('/preview', changed, { span: '2h' });
    assert.deepEqual(
      new Map(outline(alerts).map((one) => (Array.isArray(one) ? [one[0], one] : [one, one]))),
      new Map([
        ['up', ['up', 1, 0]],
        ['flat', ['flat', undefined, 0]],
        ['both', ['both', 1, 0]],
      ]),
    );
  });

  it('is part of a plan for what is created, changed or deleted', async () => {
    const { plan, apply } = start();
    await apply(documentOf(monitor('old', 'up'), monitor('same', 'flat')));
    const { preview, basis } = await plan(documentOf(monitor('new', 'up'), monitor('same', 'flat')), {
      preview: '2h',
      prune: 'true',
    });
    assert.equal(typeof basis, 'string');
    const alerts = preview && typeof preview === 'object' && 'alerts' in preview ? preview['alerts'] : [];
    assert.deepEqual(outline(alerts), [
      ['new', undefined, 1],
      ['old', 1, undefined],
    ]);
  });

  it('places the error about a query without points in the query of a monitor, and keeps the others', async () => {
    const { ask, plan } = start();
    const document = documentOf(monitor('up', 'up'), monitor('none', 'none'));
    const problem = await problemOf(ask('/preview', document, { span: '2h' }));
    const errors = problem.extras.findings?.filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      errors?.map(({ code, pointer }) => [code, pointer]),
      [['no_points', '/monitors/1/query']],
    );
    // The column is that of the metric within the query.
    const column = JSON.stringify(document).indexOf('avg:none{*}') + 1;
    assert.equal(errors?.[0]?.column, column);
    const { alerts, budget, application } = problem.extras.members ?? {};
    assert.deepEqual(outline(alerts), [
      ['up', undefined, 1],
      ['none', undefined, 0],
    ]);
    assert.deepEqual([application, budget], ['app', { requests: 1, cached: 0, missing: 0 }]);
    const refused = await problemOf(plan(document, { preview: '2h' }));
    assert.ok(refused.extras.members?.['preview'] && !('basis' in refused.extras.members));
    assert.equal(typeof (await plan(document))['basis'], 'string');
  });

  it('waits for its turn, and is busy if too many wait', async () => {
    const { ask, ports } = start();
    const slots = createSemaphore({ maxConcurrent: 1, maxWaiting: 0 }, 'previews');
    Object.assign(ports, { previewSlots: slots });
    const release = await slots.acquire({ name: 'x' }, { signal: new AbortController().signal });
    const document = documentOf(monitor('up', 'up'));
    assert.equal((await problemOf(ask('/preview', document))).code, 'busy');
    release();
    await ask('/preview', document);
    await ask('/preview', document);
  });
});

describe('a preview of one object', () => {
  it('is about an alert or a monitor as written, or the one that exists', async () => {
    const { ask, apply } = start();
    const { key: _, ...written } = monitor('up', 'up');
    const created = await ask('/preview', { application: 'app', monitor: written }, { span: '2h' });
    assert.deepEqual(outline(created['alerts']), [['up', undefined, 1]]);
    await apply(documentOf(monitor('up', 'up'), monitor('flat', 'flat')));
    const existing = await ask('/preview', { application: 'app', key: 'up' }, { span: '2h' });
    assert.deepEqual(outline(existing['alerts']), [['up', undefined, 1]]);
    const missing = await problemOf(ask('/preview', { application: 'app', key: 'nope' }));
    assert.equal(missing.code, 'not_found');
  });

  for (const [what, body, code] of [
    ['two objects', { application: 'app', key: 'k', monitor: {}, alert: {} }, 'unknown_member'],
    ['no application', { monitor: monitor('up', 'up') }, 'missing_member'],
    ['a dashboard', { application: 'app', dashboard: { title: 'x' } }, 'no_document'],
  ] as const)
    it(`is refused with ${what}`, async () => {
      const { extras } = await problemOf(start().ask('/preview', body));
      assert.ok(
        extras.findings?.some((one) => one.code === code),
        JSON.stringify(extras.findings),
      );
    });
});
