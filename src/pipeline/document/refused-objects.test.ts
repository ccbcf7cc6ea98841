import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compositeEntry,
  dashboardEntry,
  documentOf,
  idOf,
  items,
  monitorEntry,
  problemOf,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';

/** A monitor that lint accepts and Datadog refuses. */
const refused = (key: string): JsonObject =>
  monitorEntry(key, { restricted_roles: ['00000000-0000-0000-0000-000000000000'] });

const remaining = (members: Readonly<Record<string, unknown>> | undefined) =>
  JSON.parse(JSON.stringify(members?.['remaining'])).map(
    ({ key, reason }: { key: string; reason?: string }) => `${key} ${reason}`,
  );
const keys = (members: Readonly<Record<string, unknown>> | undefined) =>
  JSON.parse(JSON.stringify(members?.['done'])).map(({ key }: { key: string }) => key);

describe('an apply with refused objects', () => {
  it('writes all others, except those that depend on a refused one', async () => {
    const { apply, plan } = startInProcess();
    const document = documentOf({
      monitors: [
        refused('bad'),
        monitorEntry('good'),
        refused('worse'),
        compositeEntry('both', 'bad', 'good'),
        compositeEntry('fine', 'good'),
      ],
      dashboards: [dashboardEntry('of-both', 'both'), dashboardEntry('of-good', 'good')],
    });
    const problem = await problemOf(apply(document));
    assert.equal(problem.code, 'datadog_refused');
    const { members, findings = [], hint } = problem.extras;
    assert.deepEqual(keys(members).toSorted(), ['fine', 'good', 'of-good']);
    assert.deepEqual(remaining(members), [
      'bad refused',
      'worse refused',
      'both dependency',
      'of-both dependency',
    ]);
    assert.deepEqual(
      findings.map(({ pointer }) => pointer.split('/', 3).join('/')),
      ['/monitors/0', '/monitors/2'],
    );
    assert.match(hint ?? '', /^3 objects were written, 4 not\./);
    const fixed = documentOf({
      ...document,
      monitors: items(document['monitors']).map((one) => ({ ...one, restricted_roles: null })),
    });
    const answer = await apply(fixed, { basis: String((await plan(fixed))['basis']) });
    assert.deepEqual(answer['remaining'], []);
    assert.ok(told(await plan(fixed)).every((step) => step.endsWith(' none')));
  });

  it('does not delete what an object that could not be updated still shows', async () => {
    const { apply, plan, fail, person, beforeNextWrite } = startInProcess();
    const before = documentOf({
      monitors: [monitorEntry('old'), monitorEntry('other')],
      dashboards: [dashboardEntry('shows', 'old')],
    });
    await apply(before);
    const planned = await plan(before);
    const id = idOf(planned, 'old');
    const after = documentOf({
      monitors: [monitorEntry('other')],
      dashboards: [dashboardEntry('shows', 'other')],
    });
    beforeNextWrite(() => fail(`/api/v1/dashboard/${idOf(planned, 'shows')}`, 400));
    const problem = await problemOf(apply(after, { prune: 'true' }));
    assert.deepEqual(remaining(problem.extras.members), ['shows refused', 'old dependency']);
    assert.equal(String(person('GET', `/api/v1/monitor/${id}`)['id']), id);
    assert.deepEqual((await apply(after, { prune: 'true' }))['remaining'], []);
  });

  it('ends when a failure is not about one object, and answers with that failure', async () => {
    const { apply, plan, fail, taken, beforeNextWrite } = startInProcess();
    const monitors = (priority: number) =>
      Array.from({ length: 40 }, (_, at) => monitorEntry(`m${at}`, { priority }));
    await apply(documentOf({ monitors: monitors(1) }));
    const next = documentOf({ monitors: [refused('bad'), ...monitors(2)] });
    const planned = await plan(next);
    taken();
    beforeNextWrite(() => {
      for (const { key } of monitors(2)) fail(`/api/v1/monitor/${idOf(planned, String(key))}`, 407);
    });
    const problem = await problemOf(apply(next));
    assert.equal(problem.code, 'datadog_unavailable');
    assert.equal(remaining(problem.extras.members)[0], 'bad refused');
    const updated = new Set(taken().flatMap(({ call }) => (call.startsWith('PUT') ? [call] : [])));
    assert.ok(updated.size <= 17, `${updated.size}`);
  });
});
