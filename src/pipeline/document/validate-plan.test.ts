import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { items, partialAnswer, startInProcess } from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MonitorValidator } from '../ports.ts';

const monitor = (key: string, more: JsonObject = {}): JsonObject => ({
  key,
  name: key,
  type: 'query alert',
  query: 'avg(last_5m):avg:web.latency{*} > 2',
  message: 'Look. @slack-web',
  options: { thresholds: { critical: 2 } },
  ...more,
});
/** A monitor that Datadog refuses and lint does not, because the error is ignored. */
const REFUSED = monitor('refused', {
  query: 'avg(last_5m):avg:web.latency{*} > 5',
  lint: { ignore: [{ code: 'threshold_differs', because: 'Datadog decides.' }] },
});
const documentOf = (...monitors: JsonObject[]): JsonObject => ({
  apiVersion: 'birddog/v1',
  application: 'shop',
  team: 'web',
  monitors,
});
const VALIDATE = 'POST /api/v1/monitor/validate';

function start(validator: true | MonitorValidator = true) {
  const birddog = startInProcess({ validator });
  return {
    ...birddog,
    /** Plans, and returns the findings and the calls that validated monitors. */
    async plan(document: JsonObject, query = {}, ms?: number) {
      birddog.taken();
      const asked = birddog.ask('/plan', document, query, ms);
      const isRefused = await asked.then(
        () => false,
        () => true,
      );
      const findings = items((await (isRefused ? partialAnswer(asked) : asked))['findings']);
      const calls = birddog.taken();
      assert.deepEqual(
        calls.filter(({ call }) => !call.startsWith('GET ') && !call.endsWith('/validate')),
        [],
        'nothing is written',
      );
      return { findings, calls: calls.filter(({ call }) => call.endsWith('/validate')) };
    },
  };
}
const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => monitor(`m${at}`, { priority: (at % 5) + 1 }));

describe('the validation of a plan by Datadog', () => {
  it('reports what Datadog would refuse at the field, as an error of Datadog, and writes nothing', async () => {
    const { plan } = start();
    const { findings, calls } = await plan(documentOf(monitor('good'), REFUSED));
    assert.deepEqual(
      calls.map(({ call }) => call),
      [VALIDATE, VALIDATE],
    );
    const [finding = {}, ...more] = findings;
    assert.deepEqual(more, []);
    const { code, severity, source, pointer, message, line }: JsonObject = finding;
    assert.deepEqual(
      [code, severity, source, pointer, line],
      ['datadog_refused', 'error', 'datadog', '/monitors/1/options/thresholds', 1],
    );
    assert.match(String(message), /^Datadog will reject the monitor: Alert threshold .* does not match/);
  });

  it('validates what would be written: with the marker, and as a change of an existing monitor', async () => {
    const { plan, ask } = start();
    const first = await plan(documentOf(monitor('a')));
    assert.match(first.calls[0]?.sent ?? '', /"birddog_key:shop\/a"/);
    await ask('/apply', documentOf(monitor('a'), monitor('b')));
    const { calls } = await plan(documentOf(monitor('a', { message: 'New. @slack-web' }), monitor('b')));
    assert.equal(calls.length, 1, 'not the unchanged one');
    assert.match(calls[0]?.call ?? '', /^POST \/api\/v1\/monitor\/\d+\/validate$/);
    assert.match(calls[0]?.sent ?? '', /New\./);
  });

  it('validates a replacement as a new monitor', async () => {
    const { plan, ask } = start();
    await ask('/apply', documentOf(monitor('a')));
    const log = { type: 'log alert', query: 'logs("a").index("*").rollup("count").last("5m") > 2' };
    const { calls } = await plan(documentOf(monitor('a', log)));
    assert.deepEqual(
      calls.map(({ call }) => call),
      [VALIDATE],
    );
  });

  it('asks once about the same content, and about a refused one again after a minute', async () => {
    const { plan, clock } = start();
    assert.equal((await plan(documentOf(monitor('a'), REFUSED))).calls.length, 2);
    const again = await plan(documentOf(monitor('a'), REFUSED));
    assert.deepEqual([again.calls.length, again.findings[0]?.['code']], [0, 'datadog_refused']);
    clock.advance(61_000);
    assert.equal((await plan(documentOf(monitor('a'), REFUSED))).calls.length, 1);
    assert.equal((await plan(documentOf(monitor('a', { priority: 1 }), REFUSED))).calls.length, 1);
  });

  it('asks about the first 200 monitors, counts the others, and continues at the next plan', async () => {
    const { plan } = start();
    const { findings, calls } = await plan(documentOf(...numbered(203)));
    assert.equal(calls.length, 200);
    assert.deepEqual(
      findings.map(({ code, severity, message }) => [code, severity, message]),
      [
        [
          'not_validated',
          'info',
          'Datadog has not validated 3 of 203 new or changed monitors: 3 exceed the maximum of 200 in one plan.',
        ],
      ],
    );
    const next = await plan(documentOf(...numbered(203)));
    assert.deepEqual([next.calls.length, next.findings], [3, []]);
  });

  it('counts a composite of monitors that do not exist yet, and validates it when they do', async () => {
    const { plan, ask } = start();
    const composite = monitor('both', {
      type: 'composite',
      query: '${monitor:a} && ${monitor:b}',
      options: {},
    });
    const document = documentOf(monitor('a'), monitor('b', { priority: 2 }), composite);
    const { findings, calls } = await plan(document);
    assert.equal(calls.length, 2);
    assert.match(String(findings[0]?.['message']), /1 of 3 .*: 1 refer to objects that do not exist yet\.$/);
    await ask('/apply', documentOf(monitor('a'), monitor('b', { priority: 2 })));
    const next = await plan(document);
    assert.deepEqual([next.calls.length, next.findings], [1, []]);
  });

  it('does not ask if the request says so, if there is an error, or if nothing changes', async () => {
    const { plan, ask } = start();
    assert.equal((await plan(documentOf(monitor('a')), { validate: 'false' })).calls.length, 0);
    const wrong = monitor('b', { query: 'agv(last_5m):avg:web.latency{*} > 2' });
    assert.equal((await plan(documentOf(monitor('a'), wrong))).calls.length, 0);
    await ask('/apply', documentOf(monitor('a')));
    assert.equal((await plan(documentOf(monitor('a')))).calls.length, 0);
  });

  for (const [what, status, says] of [
    ['if the key lacks the permission', 403, /had no answer: Datadog denies access/],
    ['if Datadog is unavailable', 503, /had no answer: Datadog answered 503/],
  ] as const)
    it(`ends with a note ${what}, and the plan is answered`, async () => {
      const { plan, fail, ask } = start();
      // As often as it is repeated.
      for (let n = 0; n < 40; n += 1) fail('/api/v1/monitor/validate', status);
      const { findings, calls } = await plan(documentOf(...numbered(30)));
      assert.deepEqual([findings.length, findings[0]?.['code']], [1, 'not_validated']);
      assert.match(String(findings[0]?.['message']), says);
      assert.ok(calls.length <= 8 * 4, `${calls.length} calls`);
      assert.equal((await ask('/apply', documentOf(monitor('a'))))['application'], 'shop');
    });

  it('takes no more than half of the time until the deadline, and 8 monitors at a time', async () => {
    let [running, max, leftMs] = [0, 0, 0];
    const { plan } = start({
      cached: () => undefined,
      async validate(_monitor, _id, { deadline }) {
        leftMs = Math.max(leftMs, deadline.left());
        running += 1;
        max = Math.max(max, running);
        await new Promise(setImmediate);
        running -= 1;
        return {};
      },
    });
    await plan(documentOf(...numbered(30)), {}, 6000);
    assert.equal(max, 8);
    assert.ok(leftMs > 0 && leftMs <= 3000, `${leftMs} ms`);
    await plan(documentOf(...numbered(30)), {}, 25_000);
    assert.ok(leftMs <= 10_000, `${leftMs} ms`);
  });
});
