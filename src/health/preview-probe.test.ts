import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { previewProbe } from './preview-probe.ts';

const [SERIES, EVENTS] = ['/api/v2/query/timeseries', '/api/v2/events/search'];

function startTest() {
  const emulated = emulatedDatadog();
  const { probe } = previewProbe({ datadog: emulated.datadog, now: emulated.clock.now });
  return { ...emulated, read: async () => probe?.(emulated.context()) };
}

describe('the probe of previews', () => {
  it('reads series and transitions once in 10 minutes', async () => {
    const { read, clock, taken } = startTest();
    assert.deepEqual(await read(), { state: 'ok', detail: 'Previews can read series and real transitions.' });
    clock.advance(599_999);
    await read();
    assert.deepEqual(
      taken().map(({ call }) => call),
      [`POST ${SERIES}`, `POST ${EVENTS}`],
    );
    clock.advance(1);
    await read();
    assert.equal(taken().length, 2);
  });

  it('is a warning that names the missing scopes, for a minute', async () => {
    const { read, fail, clock } = startTest();
    fail(SERIES, 403);
    fail(EVENTS, 403);
    const denied = await read();
    assert.equal(denied?.state, 'warning');
    assert.match(
      denied.detail,
      /no series without the scope timeseries_query, and no real transitions without the scope events_read/,
    );
    clock.advance(59_999);
    assert.equal(await read(), denied);
    clock.advance(1);
    fail(EVENTS, 400, { errors: ['no such field'] });
    assert.match((await read())?.detail ?? '', /they have no real transitions now \(no such field\)\.$/);
    clock.advance(60_000);
    assert.equal((await read())?.state, 'ok');
  });
});
