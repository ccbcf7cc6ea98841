import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { answeringDatadog } from '../../test/answering-datadog.ts';

const GET = { method: 'GET', path: '/api/v1/monitor/1', route: '/api/v1/monitor/{id}' } as const;
const HOUR = 3_600_000;

describe('retries of Datadog', () => {
  for (const headers of [{ 'x-ratelimit-reset': '0' }, {}, { 'x-ratelimit-reset': '0.001' }]) {
    it(`back off after a 429 with ${JSON.stringify(headers)}, and end after 8 attempts`, async () => {
      const { datadog, clock, sent, context } = answeringDatadog(() => ({ status: 429, headers }));
      await assert.rejects(datadog.request(GET, context(HOUR)), { code: 'rate_limited' });
      assert.equal(sent.length, 8);
      assert.equal(datadog.health.retries().get('429'), 7);
      assert.deepEqual(clock.slept, [150, 300, 600, 1200, 2400, 3750, 3750]);
    });
  }

  for (const status of [500, 501, 502, 503, 504, 512, 520, 599]) {
    it(`repeat a read after a ${status}, but not a write`, async () => {
      const { datadog, sent, context } = answeringDatadog(() => ({ status }));
      await assert.rejects(datadog.request(GET, context(HOUR)), { code: 'datadog_failed' });
      assert.equal(sent.length, 4);
      const write = { ...GET, method: 'POST', body: {} } as const;
      await assert.rejects(datadog.request(write, context(HOUR)), { name: 'AnswerLostError' });
      assert.equal(sent.length, 5);
    });
  }

  for (const status of [206, 300, 301, 304, 307, 308]) {
    it(`do not follow a ${status}, and fail the call`, async () => {
      const headers = { location: 'https://evil.example/' };
      const { datadog, sent, context } = answeringDatadog(() => ({ status, headers, body: { id: 1 } }));
      await assert.rejects(datadog.request(GET, context()), { code: 'datadog_failed' });
      assert.deepEqual(
        sent.map(({ url }) => url.host),
        ['api.example.test'],
      );
    });
  }

  it('end within the deadline', async () => {
    const { datadog, clock, context } = answeringDatadog(() => ({ status: 429 }));
    const begun = clock.now();
    await assert.rejects(datadog.request(GET, context(2000)), { code: 'rate_limited' });
    assert.ok(clock.now() - begun <= 2000);
  });

  it('count every status together', async () => {
    const statuses = [429, 503, 429, 512, 429, 500, 429, 502, 429, 504];
    const { datadog, sent, context } = answeringDatadog((_request, nth) => ({
      status: statuses[nth - 1] ?? 503,
    }));
    await assert.rejects(datadog.request(GET, context(HOUR)), { code: 'datadog_failed' });
    assert.equal(sent.length, 4);
  });

  it('use backoff if the requested delay is implausible', async () => {
    for (const wait of ['315360000', '1764453147', '1e300', '-1', 'NaN', 'Fri, 01 Jan 2077 00:00:00 GMT']) {
      const { datadog, clock, sent, context } = answeringDatadog((_request, nth) => ({
        status: nth === 1 ? 429 : nth === 2 ? 503 : 200,
        headers: nth < 3 ? { 'retry-after': wait, 'x-ratelimit-reset': wait } : {},
      }));
      await assert.rejects(datadog.objects.monitor.get('1', context()), { code: 'datadog_failed' });
      assert.deepEqual([sent.length, clock.slept], [3, [150, 300]], wait);
    }
  });

  it('follow a Retry-After date', async () => {
    const { datadog, clock, context } = answeringDatadog((_request, nth) =>
      nth === 1 ? { status: 503, headers: { 'retry-after': 'Tue, 14 Nov 2023 22:13:27 GMT' } } : {},
    );
    await datadog.request(GET, context());
    assert.deepEqual(clock.slept, [7000]);
  });

  it('are bounded in number and time for any statuses and headers', async () => {
    const text = fc.oneof(fc.string(), fc.double().map(String), fc.nat(5000).map(String));
    const answer = fc.record({
      status: fc.constantFrom(200, 429, 429, 500, 502, 503, 504, 512),
      headers: fc.dictionary(
        fc.constantFrom(
          'retry-after',
          'x-ratelimit-reset',
          'x-ratelimit-remaining',
          'x-ratelimit-limit',
          'x-ratelimit-period',
        ),
        text,
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 100_000 }),
        async (answers, ms) => {
          const { datadog, clock, sent, context } = answeringDatadog(
            (_request, nth) => answers[nth % answers.length] ?? {},
          );
          const begun = clock.now();
          await datadog.request(GET, context(ms)).catch((error: unknown) => {
            assert.ok(error instanceof Error && 'code' in error);
            assert.ok(['rate_limited', 'datadog_failed'].includes(String(error.code)));
          });
          assert.ok(sent.length <= 8 && clock.now() - begun <= ms);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
