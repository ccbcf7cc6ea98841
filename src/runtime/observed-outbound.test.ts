import assert from 'node:assert/strict';
import { it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { type Exchange, observed, type Outbound, OutboundError } from './outbound.ts';

const request = {
  method: 'GET',
  url: new URL('https://a.test/monitor/12?secret=1'),
  deadline: deadlineAfter(1000, manualClock()),
} as const;

function watching(send: Outbound['send']) {
  const told: Omit<Exchange, 'seconds'>[] = [];
  const outbound = observed({ send, close() {} }, 'other', ({ seconds, ...exchange }) => {
    assert.ok(seconds >= 0 && seconds < 10);
    told.push(exchange);
  });
  return { outbound, told };
}

it('reports an exchange by its endpoint, never by its URL', async () => {
  const { outbound, told } = watching(async () => ({ status: 503, headers: {}, body: Buffer.from('') }));
  await outbound.send({ ...request, endpoint: '/monitor/{id}' });
  await outbound.send(request);
  assert.deepEqual(told, [
    { endpoint: '/monitor/{id}', method: 'GET', status: '503' },
    { endpoint: 'other', method: 'GET', status: '503' },
  ]);
});

it('reports an exchange without a response by its reason, and still fails', async () => {
  const { outbound, told } = watching(() => Promise.reject(new OutboundError('timeout', true)));
  await assert.rejects(outbound.send(request), OutboundError);
  assert.deepEqual(told, [{ endpoint: 'other', method: 'GET', status: 'timeout' }]);
});
