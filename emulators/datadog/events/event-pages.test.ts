import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);

function post(title: string, { tags, custom }: { tags?: string[]; custom?: object } = {}) {
  const attributes = { category: 'alert', title, message: title, tags, attributes: { status: 'ok', custom } };
  assert.equal(send('POST', '/api/v2/events', { data: { type: 'event', attributes } }).status, 202);
}
const search = (more: object = {}) => send('POST', '/api/v2/events/search', more);
const list = (query: Record<string, string>) =>
  send('GET', `/api/v2/events?${new URLSearchParams(query).toString()}`);
const messages = (response: ReturnType<typeof send>): string[] =>
  jsonBody(response).data.map((event: { attributes: { message: string } }) => event.attributes.message);
const INVALID = (field: string, why: string) =>
  `{'errors': [u"input_validation_error(Field '${field}' is invalid: ${why})"]}`;

describe('an event search', () => {
  const found = (query: string) => messages(search({ filter: { query } })).join(' ');

  it('combines words, tags and attributes with AND, OR, NOT and parentheses', () => {
    post('one', { tags: ['env:prod', 'team:a'], custom: { code: 200, names: ['x', 'y'] } });
    post('two', { tags: ['env:dev'], custom: { code: 404 } });
    post('three or so');
    const expected: Record<string, string> = {
      '*': 'one two three or so',
      one: 'one',
      ONE: 'one',
      on: '',
      'on*': 'one',
      '"or so"': 'three or so',
      'env:prod': 'one',
      'env:*': 'one two',
      '-env:prod': 'two three or so',
      'NOT env:prod': 'two three or so',
      'env:(prod OR dev) -two': 'one',
      'team:a AND env:dev': '',
      'team:a OR (env:dev AND two)': 'one two',
      '@custom.code:404': 'two',
      '@custom.code:>=300': 'two',
      '@custom.code:[200 TO 299]': 'one',
      '@custom.code:{200 TO *]': 'two',
      '@custom.names:y': 'one',
      '@evt.category:alert': 'one two three or so',
      '@evt.category:Alert': '',
      '@evt.category:ale?t': 'one two three or so',
      'status:ok title:two': 'two',
    };
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected).map((query) => [query, found(query)])),
      expected,
    );
  });

  it('has a time range: by default the last 15 minutes; ISO times, milliseconds, or relative to now', () => {
    const start = datadog.clock.now;
    post('a');
    datadog.clock.now += 20 * 60_000;
    post('b');
    const within = (filter: Record<string, unknown>) => messages(search({ filter })).join('');
    assert.equal(within({}), 'b');
    assert.equal(within({ from: 'now-1h' }), 'ab');
    assert.equal(within({ from: 'now-1d+23h', to: 'now-10m' }), 'a');
    assert.equal(within({ from: '2026-05-14T12:00:00+02:00', to: '2026-05-14T11:00:00Z' }), 'a');
    assert.equal(within({ from: start, to: String(start) }), 'a');
    assert.equal(messages(list({ 'filter[from]': '2026-05-14T12:00:00 02:00' })).join(''), 'ab');
  });

  it('is rejected if it cannot be parsed', () => {
    assert.deepEqual(statusAndErrors(search({ filter: { query: '(a' } })), [
      400,
      INVALID('filter', 'a parenthesis is not closed'),
    ]);
    for (const [filter, more] of [
      [{ query: 'a)' }, {}],
      [{ query: 'a OR' }, {}],
      [{ query: 'a NOT' }, {}],
      [{ from: 'monday' }, {}],
      [{}, { sort: 'title' }],
      [{}, { page: { limit: 0 } }],
      [{}, { page: { limit: 1001 } }],
    ])
      assert.equal(search({ filter, ...more }).status, 400, JSON.stringify([filter, more]));
  });
});

describe('a page of events', () => {
  beforeEach(() => {
    for (const title of ['1', '2', '3']) {
      post(title);
      datadog.clock.now += 1000;
    }
  });

  it('has the cursor of the next page, to the end, in either order', () => {
    for (const [sort, expected] of Object.entries({ timestamp: '123', '-timestamp': '321' })) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const response = search({ sort, page: { limit: 2, cursor } });
        seen.push(...messages(response));
        cursor = jsonBody(response).meta?.page.after;
      } while (cursor !== undefined);
      assert.equal(seen.join(''), expected);
    }
  });

  it('has a next page, which may be empty, unless it is empty itself', () => {
    const last = jsonBody(search({ page: { limit: 3 } }));
    assert.equal(last.data.length, 3);
    const { after } = last.meta.page;
    assert.deepEqual(jsonBody(search({ page: { limit: 3, cursor: after } })), { data: [] });
  });

  it('has ten events by default', () => {
    for (let n = 0; n < 10; n += 1) post('more');
    assert.equal(jsonBody(list({})).data.length, 10);
  });

  it('links to the next page with the same parameters, sorted by name', () => {
    const { links, meta } = jsonBody(
      search({ sort: 'timestamp', filter: { to: 'now', from: 'now-15m' }, page: { limit: 1 } }),
    );
    const next = new URL(links.next);
    assert.equal(`${next.origin}${next.pathname}`, 'https://api.datadoghq.com/api/v2/events/search');
    assert.deepEqual(
      [...next.searchParams],
      [
        ['filter[from]', 'now-15m'],
        ['filter[to]', 'now'],
        ['page[cursor]', meta.page.after],
        ['page[limit]', '1'],
        ['sort', 'timestamp'],
      ],
    );
    const first = jsonBody(list({ 'page[limit]': '1' }));
    const { pathname, search: query } = new URL(first.links.next);
    assert.deepEqual(messages(send('GET', `${pathname}${query}`)), ['2']);
  });

  it('continues from the time of a deleted event', () => {
    const { data, meta } = jsonBody(search({ page: { limit: 1 } }));
    datadog.organisation.collection('events').delete(data[0].id);
    assert.deepEqual(messages(search({ page: { cursor: meta.page.after } })), ['2', '3']);
  });

  it('rejects an invalid cursor with this message', () => {
    const texts = ['{"startAt":"a"}', '{"after":"nobody"}'];
    for (const cursor of ['nonsense', ...texts.map((text) => Buffer.from(text).toString('base64'))])
      assert.deepEqual(statusAndErrors(search({ page: { cursor } })), [
        400,
        INVALID('page', 'invalid cursor'),
      ]);
  });
});
