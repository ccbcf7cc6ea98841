import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../test-client.ts';

const MINUTE = 60_000;
let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});

const submit = (body: unknown) => {
  const response = datadog.send('POST', '/api/v2/logs', body, { 'dd-api-key': 'a' });
  return [response.status, jsonBody(response)];
};
/** Returns the number of logs that a search finds in the last two days. */
const count = (query: string): number => {
  const { now } = datadog.clock;
  const queries = [{ data_source: 'logs', name: 'q', search: { query }, compute: { aggregation: 'count' } }];
  const attributes = { from: now - 2880 * MINUTE, to: now + MINUTE, queries };
  const body = { data: { type: 'scalar_request', attributes } };
  const [column] = jsonBody(datadog.send('POST', '/api/v2/query/scalar', body)).data.attributes.columns;
  return column.values[0] ?? 0;
};

describe('the log intake', () => {
  it('accepts one log, several, or a text, with only the API key', () => {
    assert.deepEqual(submit({ message: 'one' }), [202, {}]);
    assert.deepEqual(submit([{ message: 'two' }, { message: 'three' }]), [202, {}]);
    assert.deepEqual(submit('plain text'), [202, {}]);
    assert.deepEqual([count('*'), count('three'), count('plain')], [4, 1, 1]);
  });

  it('finds logs by service, status, host, tags and attributes', () => {
    const known = {
      service: 'shop',
      status: 'error',
      hostname: 'h1',
      ddsource: 'nginx',
      ddtags: 'env:prod, team:a',
    };
    submit([{ message: 'a', ...known, http: { status_code: 503 } }, { message: 'b' }]);
    for (const query of [
      'service:shop',
      'status:error',
      'host:h1',
      'source:nginx',
      'env:prod team:a',
      '@http.status_code:[500 TO 599]',
      'status:info',
    ])
      assert.equal(count(query), 1, query);
  });

  it('takes the time of a log from it, and drops logs that are too old', () => {
    const ago = (minutes: number) => datadog.clock.now - minutes * MINUTE;
    submit([
      { message: 'a', timestamp: ago(60) },
      { message: 'b', timestamp: new Date(ago(120)).toISOString() },
      { message: 'c', timestamp: 'noon' },
      { message: 'd', timestamp: ago(18 * 60) },
    ]);
    const times = datadog.organisation
      .collection('logs')
      .all()
      .map(({ attributes }) => JSON.parse(JSON.stringify(attributes)).timestamp);
    assert.deepEqual(
      times,
      [60, 120, 0].map((minutes) => new Date(ago(minutes)).toISOString()),
    );
  });

  it('rejects more than 1,000 logs in a request, and stores the last 10,000', () => {
    const logs = Array.from({ length: 1000 }, (_, at) => ({ message: `m${at}` }));
    assert.equal(submit([...logs, { message: 'm' }])[0], 413);
    submit({ message: 'first' });
    for (let batch = 0; batch < 10; batch += 1) submit(logs);
    assert.deepEqual([datadog.organisation.collection('logs').size, count('first')], [10_000, 0]);
  });
});
