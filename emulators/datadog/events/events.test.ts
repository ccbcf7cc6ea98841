import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const seconds = () => Math.floor(datadog.clock.now / 1000);

describe('a v1 event', () => {
  const PATH = '/api/v1/events';
  const post = (event: object = {}) =>
    send('POST', PATH, { title: 't', text: 'x', ...event }, { 'dd-api-key': 'a' });
  const list = (query = '') =>
    jsonBody(send('GET', `${PATH}?start=${seconds() - 60}&end=${seconds() + 60}&${query}`)).events;
  const titles = (query: string) => list(query).map(({ title }: { title: string }) => title);

  it('needs only the API key, and has an id beyond the precision of a double', () => {
    const response = post();
    assert.equal(response.status, 202);
    const { id_str, url } = jsonBody(response).event;
    assert.ok(BigInt(id_str) > BigInt(Number.MAX_SAFE_INTEGER));
    assert.match(response.body ?? '', new RegExp(`"id":${id_str},`));
    assert.ok(url.endsWith(`=${id_str}`));
    assert.match(send('GET', `${PATH}/${id_str}`).body ?? '', new RegExp(`"id":${id_str}[,}]`));
  });

  it('has an id that grows with time', () => {
    const ids = [0, 1000, 2000].map((more) => {
      datadog.clock.now += more;
      return BigInt(jsonBody(post()).event.id_str);
    });
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => (a < b ? -1 : 1)),
    );
  });

  it('returns the sent fields from a create, and defaults too from a read', () => {
    const { event } = jsonBody(post({ alert_type: null, date_happened: null }));
    assert.deepEqual([event.priority, event.tags, event.handle], [null, null, null]);
    const read = jsonBody(send('GET', `${PATH}/${event.id_str}`)).event;
    assert.deepEqual(
      [read.alert_type, read.priority, read.tags, read.host, read.device_name, read.date_happened],
      ['info', 'normal', [], null, null, seconds()],
    );
    assert.ok(!('source' in read), 'only lists contain the source');
    const [{ source, is_aggregate, comments }] = list();
    assert.deepEqual([source, is_aggregate, comments], ['My Apps', false, []]);
  });

  it('is listed by time, priority, source and tags, newest first', () => {
    post({ title: 'a', priority: 'low', source_type_name: 'vsphere', tags: ['a:b', 'c'] });
    datadog.clock.now += 1000;
    post({ title: 'b', tags: ['a:b'] });
    assert.deepEqual(titles(''), ['b', 'a']);
    assert.deepEqual(titles('priority=low'), ['a']);
    assert.deepEqual(titles('sources=vsphere'), ['a']);
    assert.deepEqual(titles('sources=my%20apps,nagios'), ['b']);
    assert.deepEqual(titles('tags=a:b,c'), ['a']);
    assert.equal(list('priority=low')[0].source, 'vSphere');
    post({ title: 'earlier', date_happened: seconds() - 30 });
    assert.deepEqual(titles(''), ['b', 'a', 'earlier']);
    assert.deepEqual(jsonBody(send('GET', `${PATH}?start=1&end=2`)).events, []);
    assert.deepEqual(jsonBody(send('GET', `${PATH}?start=${seconds() + 1}&end=${seconds() + 9}`)).events, []);
  });

  it('is listed in pages of 1,000 if events are not aggregated', () => {
    for (let n = 0; n < 1001; n += 1) post();
    assert.equal(list('page=1').length, 1000, 'only unaggregated events are paged');
    assert.deepEqual(
      ['unaggregated=true&page=0', 'unaggregated=true&page=1', 'exclude_aggregate=true&page=1'].map(
        (query) => list(query).length,
      ),
      [1000, 1, 1],
    );
  });

  it('is rejected if it is too old', () => {
    assert.deepEqual(statusAndErrors(post({ date_happened: seconds() - 19 * 3600 })), [
      400,
      'Event too far in the past',
    ]);
    assert.equal(post({ date_happened: seconds() - 17 * 3600 }).status, 202);
  });

  it('is rejected without title or text; a list is rejected without times', () => {
    assert.deepEqual(statusAndErrors(post({ text: undefined })), [400, "Missing required parameter: 'text'"]);
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}?start=1`)), [
      400,
      "Missing required parameter: 'end'",
    ]);
  });

  it('answers 404 for an unknown id', () =>
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/1`)), [404, 'No event matches that event_id.']));

  it('can be found through v2', () => {
    const { id_str } = jsonBody(
      post({ alert_type: 'error', aggregation_key: 'k', host: 'h', tags: ['env:x'] }),
    ).event;
    const [{ attributes }] = jsonBody(
      send('POST', '/api/v2/events/search', { filter: { query: 'source:my_apps status:error host:h' } }),
    ).data;
    const { evt, event_object, priority } = attributes.attributes;
    assert.deepEqual(
      [evt.id, evt.type, event_object, priority, attributes.message, attributes.tags],
      [id_str, 'api', 'k', 'normal', 'x', ['env:x', 'source:my_apps']],
    );
  });
});

describe('a v2 event', () => {
  const post = (attributes: object) =>
    send('POST', '/api/v2/events', { data: { type: 'event', attributes } });
  const changed_resource = { name: 'flag', type: 'feature_flag' };
  const change = (title: string, more: object = {}) =>
    post({ category: 'change', title, message: title, attributes: { changed_resource }, ...more });
  const refusal = (attributes: object) => jsonBody(post(attributes)).errors[0].detail;

  it('is returned with its ids, and can be read by each of them', () => {
    const response = change('deploy web');
    assert.equal(response.status, 202);
    const { data, links } = jsonBody(response);
    const { id, uid } = data.attributes.attributes.evt;
    assert.deepEqual([data.id, data.type], ['_', 'event']);
    assert.equal(links.self, `https://app.datadoghq.com/event/event?uid=${uid}`);
    for (const key of [id, uid])
      assert.equal(jsonBody(send('GET', `/api/v2/events/${key}`)).data.attributes.message, 'deploy web');
    assert.equal(jsonBody(send('GET', `/api/v1/events/${id}`)).event.title, 'deploy web');
  });

  it('answers 404 for an unknown id', () => {
    const response = send('GET', '/api/v2/events/none');
    assert.deepEqual(
      [response.status, jsonBody(response)],
      [404, { errors: [{ status: '404', title: 'Not Found' }] }],
    );
  });

  it('rejects any category but alert and change with this message', () => {
    assert.equal(post({ category: 'x', title: 't', attributes: {} }).status, 400);
    assert.equal(
      refusal({ category: 'x', title: 't', attributes: {} }),
      'JSON validation failed at $.data.attributes.category: value must be one of: ["alert", "change"].',
    );
  });

  it('is rejected without the fields that its category requires', () => {
    const at = (attributes: object) => /\$\.data\.([\w.]+): /.exec(refusal(attributes))?.[1];
    assert.equal(at({ category: 'change', attributes: { changed_resource } }), 'attributes.title');
    assert.equal(at({ category: 'change', title: 't' }), 'attributes.attributes');
    assert.equal(
      at({ category: 'change', title: 't', attributes: {} }),
      'attributes.attributes.changed_resource',
    );
    assert.equal(
      at({ category: 'alert', title: 't', attributes: { status: 'bad' } }),
      'attributes.attributes.status',
    );
    assert.equal(
      at({ category: 'alert', title: 't'.repeat(501), attributes: { status: 'ok' } }),
      'attributes.title',
    );
    assert.equal(post({ category: 'alert', title: 't', attributes: { status: 'ok' } }).status, 202);
  });

  it('keeps the sent time, and is rejected if that is too old or invalid', () => {
    const before = new Date(datadog.clock.now - 3600_000).toISOString();
    const { uid } = jsonBody(change('a', { timestamp: before })).data.attributes.attributes.evt;
    assert.equal(jsonBody(send('GET', `/api/v2/events/${uid}`)).data.attributes.timestamp, before);
    assert.equal(change('a', { timestamp: '2020-01-01T00:00:00Z' }).status, 400);
    assert.equal(change('a', { timestamp: 'yesterday' }).status, 400);
  });

  it('is returned as it was seeded', () => {
    const event = {
      id: 'AgAA',
      type: 'event',
      attributes: {
        attributes: { evt: { id: '6567977596797486753' }, title: 'seen' },
        message: 'm',
        tags: ['source:vsphere', 'a:b'],
        timestamp: new Date(datadog.clock.now).toISOString(),
      },
    };
    const v1 = { date_happened: seconds(), title: 'first', text: 'x', source: 'My Apps', tags: [] };
    const number = JSON.rawJSON('5309722144615820235');
    datadog.control('POST', 'seed', { events: [event, { ...v1, id: number }] });
    assert.deepEqual(jsonBody(send('GET', '/api/v2/events/6567977596797486753')).data, event);
    const [first, second] = jsonBody(
      send('GET', `/api/v1/events?start=${seconds() - 1}&end=${seconds() + 1}`),
    ).events;
    assert.deepEqual([first.title, second.title, second.source], ['first', 'seen', 'vSphere']);
    assert.match(send('GET', '/api/v1/events/5309722144615820235').body ?? '', /"id":5309722144615820235\b/);
  });
});
