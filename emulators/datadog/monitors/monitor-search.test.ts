import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

const MONITOR = { type: 'query alert', name: 'n', query: 'avg(last_5m):avg:a{*} > 2' };

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const create = (monitor: object = {}) =>
  jsonBody(send('POST', '/api/v1/monitor', { ...MONITOR, ...monitor }));

describe('the monitor search', () => {
  beforeEach(() => {
    create({ name: 'Disk full', message: 'call @pagerduty', tags: ['service:web', 'env:prod'] });
    create({ name: 'Disk slow', message: 'x', tags: ['service:web', 'env:dev'] });
    create({
      name: 'Logs',
      type: 'log alert',
      query: 'logs("a").index("*").rollup("count").last("5m") > 2',
      tags: ['service:db'],
    });
    const { id } = create({ name: 'Muted', query: 'avg(last_5m):avg:system.cpu{host:a} by {host} > 2' });
    send('POST', `/api/v1/monitor/${id}/mute`, {});
  });
  const search = (query: string, more = '') =>
    jsonBody(send('GET', `/api/v1/monitor/search?query=${encodeURIComponent(query)}${more}`));
  const names = (query: string) => search(query).monitors.map((m: { name: string }) => m.name);

  const searches: readonly [query: string, found: string[]][] = [
    ['', ['Disk full', 'Disk slow', 'Logs', 'Muted']],
    ['disk', ['Disk full', 'Disk slow']],
    ['"disk full"', ['Disk full']],
    ['service:web env:prod', ['Disk full']],
    ['service:web AND NOT env:prod', ['Disk slow']],
    ['service:web -env:prod', ['Disk slow']],
    ['env:prod OR type:log', ['Disk full', 'Logs']],
    ['disk AND (env:dev OR env:prod)', ['Disk full', 'Disk slow']],
    ['tag:"service:db"', ['Logs']],
    ['service:w*', ['Disk full', 'Disk slow']],
    ['service:"w*"', []],
    ['title:logs', ['Logs']],
    ['message:pagerduty', ['Disk full']],
    ['notification:pagerduty', ['Disk full']],
    ['muted:true', ['Muted']],
    ['metric:system.cpu scope:"host:a"', ['Muted']],
    ['status:"no data" type:metric', ['Disk full', 'Disk slow', 'Muted']],
    ['status:alert', []],
  ];
  for (const [query, found] of searches) {
    it(`${query === '' ? 'nothing' : query} finds ${found.join(', ') || 'nothing'}`, () =>
      assert.deepEqual(names(query), found));
  }

  it('is paged, sorted and counted', () => {
    const { metadata, counts, monitors } = search('', '&per_page=3&page=1&sort=name,desc');
    assert.deepEqual(metadata, { total_count: 4, page_count: 2, page: 1, per_page: 3 });
    assert.deepEqual(
      monitors.map((m: { name: string }) => m.name),
      ['Disk full'],
    );
    assert.deepEqual(counts.type, [
      { count: 3, name: 'metric' },
      { count: 1, name: 'log' },
    ]);
    assert.deepEqual(counts.muted, [
      { count: 3, name: false },
      { count: 1, name: true },
    ]);
    assert.deepEqual(counts.tag[0], { count: 2, name: 'service:web' });
  });

  it('finds groups by their status', () => {
    const found = jsonBody(
      send('GET', `/api/v1/monitor/groups/search?query=${encodeURIComponent('group_status:"No Data" disk')}`),
    );
    assert.deepEqual(
      found.groups.map((g: { monitor_name: string; group: string }) => [g.monitor_name, g.group]),
      [
        ['Disk full', '*'],
        ['Disk slow', '*'],
      ],
    );
  });

  for (const [query, message] of [
    ['status:notastatus', "Query parsing error: 'notastatus' is not a valid monitor status"],
    ['(a', 'Query parsing error: a parenthesis is not closed'],
    ['a)', 'Query parsing error: a parenthesis closes nothing'],
    ['a NOT', 'Query parsing error: a term is missing'],
  ] as const) {
    it(`rejects ${query}`, () => {
      for (const path of ['search', 'groups/search'])
        assert.deepEqual(
          statusAndErrors(send('GET', `/api/v1/monitor/${path}?query=${encodeURIComponent(query)}`)),
          [400, message],
        );
    });
  }
});
