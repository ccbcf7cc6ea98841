import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { Secret } from '../domain/secret.ts';
import type { Outbound, OutboundRequest } from '../runtime/outbound.ts';
import type { Notification } from './incident-states.ts';
import { datadogEvents, webhook } from './receivers.ts';

const notificationAt = (at: number, event: Notification['event'] = 'begun'): Notification => ({
  key: 'serve:birddog-0:catalog_unavailable:leanix',
  event,
  incident: 'catalog_unavailable',
  about: 'leanix',
  title: 'A catalog is unavailable',
  detail: 'LeanIX cannot be reached',
  hint: 'Check the credentials.',
  scope: 'process',
  process: 'serve',
  host: 'birddog-0',
  since: at - 60_000,
  at,
});

describe('an event in Datadog', () => {
  it('reports an incident and its end with one aggregation key', async () => {
    const { datadog, clock, context, person } = emulatedDatadog();
    const receiver = datadogEvents(datadog.request);
    await receiver.notify(notificationAt(clock.now()), context());
    await receiver.notify(notificationAt(clock.now(), 'ended'), context());
    const end = Math.floor(clock.now() / 1000);
    const listed = person(
      'GET',
      `/api/v1/events?start=${end - 100}&end=${end + 100}&tags=incident:catalog_unavailable`,
    );
    const events: Record<string, unknown>[] = JSON.parse(JSON.stringify(listed['events']));
    assert.deepEqual(events.map((event) => event['alert_type']).toSorted(), ['error', 'success']);
    for (const event of events) {
      assert.match(
        String(event['title']),
        /A catalog is unavailable \(leanix\) - birddog serve on birddog-0$/,
      );
      assert.match(String(event['text']), /LeanIX cannot be reached/);
    }
  });
});

describe('a webhook', () => {
  const URL_WITH_TOKEN = 'https://hooks.example.test/T0/very-secret';
  function posting(status: number) {
    const sent: OutboundRequest[] = [];
    const outbound: Outbound = {
      async send(request) {
        sent.push(request);
        return { status, headers: {}, body: Buffer.from('') };
      },
      close() {},
    };
    return { sent, outbound, receiver: webhook(new Secret(URL_WITH_TOKEN), outbound) };
  }
  const { context } = emulatedDatadog();

  it('receives JSON and a text', async () => {
    const { sent, receiver } = posting(200);
    await receiver.notify(notificationAt(60_000), context());
    assert.equal(sent[0]?.url.href, URL_WITH_TOKEN);
    const { text, ...rest } = JSON.parse(String(sent[0]?.body));
    assert.equal(
      text,
      'Incident: A catalog is unavailable (leanix) - birddog serve on birddog-0\nLeanIX cannot be reached\n' +
        'Since 1970-01-01T00:00:00.000Z. Check the credentials.',
    );
    assert.deepEqual(rest, {
      event: 'begun',
      incident: 'catalog_unavailable',
      about: 'leanix',
      detail: 'LeanIX cannot be reached',
      hint: 'Check the credentials.',
      since: '1970-01-01T00:00:00.000Z',
      at: '1970-01-01T00:01:00.000Z',
      process: 'serve',
      host: 'birddog-0',
      scope: 'process',
      dedup_key: 'birddog:serve:birddog-0:catalog_unavailable:leanix',
    });
  });

  it('names the process that reports an incident of several, whose key has no host', async () => {
    const { sent, receiver } = posting(200);
    const shared = { key: '1a2b3c4d:catalog_unavailable:leanix', scope: 'installation' } as const;
    await receiver.notify({ ...notificationAt(0), ...shared }, context());
    const { text, dedup_key } = JSON.parse(String(sent[0]?.body));
    assert.match(text, /\(leanix\) - birddog \(reported by serve on birddog-0\)\n/);
    assert.equal(dedup_key, 'birddog:1a2b3c4d:catalog_unavailable:leanix');
  });

  it('has an identity that differs by address and does not contain it', () => {
    const idOf = (url: string) => webhook(new Secret(url), posting(200).outbound).id;
    assert.equal(idOf(URL_WITH_TOKEN), idOf(URL_WITH_TOKEN));
    assert.notEqual(idOf(URL_WITH_TOKEN), idOf(`${URL_WITH_TOKEN}2`));
    assert.match(idOf(URL_WITH_TOKEN), /^webhook:[0-9a-f]{16}$/);
  });

  it('fails on any status other than 2xx, without its address in the error', async () => {
    for (const status of [302, 404, 500])
      await assert.rejects(posting(status).receiver.notify(notificationAt(0), context()), (error: Error) => {
        assert.doesNotMatch(error.message, /secret|hooks/);
        return true;
      });
  });
});
