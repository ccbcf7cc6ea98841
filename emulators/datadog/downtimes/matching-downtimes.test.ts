import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../test-client.ts';
import { activeScopes } from './matching-downtimes.ts';

const QUERY = 'avg(last_5m):avg:a{env:prod} > 1';

let datadog: ReturnType<typeof createTestClient>;
let monitor: number;
let now: number;
beforeEach(() => {
  datadog = createTestClient();
  now = Math.floor(datadog.clock.now / 1000);
  monitor = jsonBody(
    datadog.send('POST', '/api/v1/monitor', { type: 'query alert', query: QUERY, tags: ['a:b'] }),
  ).id;
});
const old = (downtime: object) => jsonBody(datadog.send('POST', '/api/v1/downtime', downtime));
const create = (attributes: object) => datadog.send('POST', '/api/v2/downtime', { data: { attributes } });
const read = (query = '') => jsonBody(datadog.send('GET', `/api/v1/monitor/${monitor}${query}`));

describe('a monitor', () => {
  it('has its active v1 downtimes in matching_downtimes on request', () => {
    const end = now + 60;
    const { id } = old({ scope: '*', monitor_id: monitor, start: now, end });
    const tagged = old({ scope: 'env:prod', monitor_tags: ['a:b'] });
    old({ scope: '*', monitor_id: monitor, start: now + 60 });
    old({ scope: 'env:dev', monitor_tags: ['a:b'] });
    old({ scope: '*', monitor_tags: ['a:c'] });
    old({ scope: '*', monitor_id: 1 });
    const { matching_downtimes } = read('?with_downtimes=true');
    assert.deepEqual(matching_downtimes, [
      { id, active: true, monitor_id: monitor, start: now, end, scope: ['*'], groups: ['total'] },
      {
        id: tagged.id,
        active: true,
        monitor_id: null,
        start: now,
        end: null,
        scope: ['env:prod'],
        groups: ['total'],
      },
    ]);
    assert.equal(read().matching_downtimes, undefined);
    datadog.clock.now += 3_600_000;
    assert.equal(read('?with_downtimes=true').matching_downtimes.length, 2);
  });

  it('is silenced by active downtimes of this monitor only, by scope, until they end', () => {
    assert.deepEqual(read().options.silenced, {});
    old({ scope: '*', monitor_tags: ['a:b'] });
    old({ scope: '*', monitor_id: monitor, start: now + 60 });
    assert.deepEqual(read().options.silenced, {});
    old({ scope: 'env:a,env:b', monitor_id: monitor, end: now + 60 });
    const { id } = old({ scope: '*', monitor_id: monitor });
    assert.deepEqual(activeScopes(datadog.organisation, monitor), { 'env:a,env:b': now + 60, '*': null });
    assert.deepEqual(read().options.silenced, { 'env:a,env:b': now + 60, '*': null });
    datadog.send('DELETE', `/api/v1/downtime/${id}`);
    assert.deepEqual(read().options.silenced, { 'env:a,env:b': now + 60 });
  });

  it('is also silenced by v2 downtimes, at each occurrence', () => {
    const identifier = { monitor_identifier: { monitor_id: monitor } };
    const end = '2026-05-14T11:30:00Z';
    create({ ...identifier, scope: 'env:a', schedule: { start: null, end } });
    create({ ...identifier, scope: 'env:b', schedule: { start: end } });
    const recurrences = [{ rrule: 'FREQ=DAILY', start: '2026-05-13T10:00:00', duration: '1h' }];
    create({ ...identifier, scope: '*', schedule: { timezone: 'UTC', recurrences } });
    create({ scope: '*', monitor_identifier: { monitor_tags: ['*'] } });
    assert.deepEqual(read().options.silenced, {
      'env:a': Date.parse(end) / 1000,
      '*': Date.parse('2026-05-14T11:00:00Z') / 1000,
    });
    datadog.clock.now = Date.parse('2026-05-14T11:10:00Z');
    assert.deepEqual(read().options.silenced, { 'env:a': Date.parse(end) / 1000 });
  });
});
