import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LIVED_APPLICATIONS, LIVED_GENERATORS } from '../evaluation/lived-applications.ts';
import { datadog, documentOf, ok, send } from './document-client.ts';
import { type Answer, control, type Pod, request, startPod } from './pod.ts';

const DAY_S = 86_400;
/** The end of the lived time, on a minute (UNIX seconds). Birddog's clock stays real, so this is the present. */
const END = Math.floor(Date.now() / 60_000) * 60;
const SPAN = { from: END - 7 * DAY_S, to: END };
/** A downtime of one group of an alert, which has a spike every 3 hours. */
const MUTED = { key: 'errors', scope: 'host:web-2', start: END - 1.5 * DAY_S, end: END - 0.5 * DAY_S };
const APPLICATIONS = Object.entries(LIVED_APPLICATIONS).map(([application, alerts]) => ({
  application,
  document: documentOf(application, { alerts: [...alerts] }),
}));

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
  await moveTo(END - 8 * DAY_S);
  await control(pod.datadogUrl, 'PUT', 'generators', LIVED_GENERATORS);
  for (const { document } of APPLICATIONS) ok(await send(pod, '/apply', document));
  await moveTo(MUTED.start);
  await muteOneHost();
  await moveTo(END);
});
after(() => pod.stop());

async function moveTo(seconds: number): Promise<void> {
  await control(pod.datadogUrl, 'PUT', 'clock', { now: iso(seconds) });
}

/** Mutes a host of one alert for a time in the span. */
async function muteOneHost(): Promise<void> {
  const { monitors } = ok(await request(pod, 'GET', '/get_monitors?application=shop'));
  const { id } = monitors.find(({ key }: { key: string }) => key === MUTED.key);
  await datadog(pod, 'POST', '/api/v2/downtime', {
    data: {
      type: 'downtime',
      attributes: {
        scope: MUTED.scope,
        monitor_identifier: { monitor_id: Number(id) },
        schedule: { start: iso(MUTED.start), end: iso(MUTED.end) },
      },
    },
  });
}

/** Returns how many transitions of each monitor the emulator recorded in the span, by its id. */
async function recorded(): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page: Answer['body'] = await datadog(pod, 'POST', '/api/v2/events/search', {
      filter: { query: 'source:alert', from: iso(SPAN.from), to: iso(SPAN.to - 1) },
      page: { limit: 1000, ...(cursor === undefined ? {} : { cursor }) },
    });
    for (const { attributes } of page.data) {
      const id = String(attributes.attributes.monitor.id);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    cursor = page.data.length > 0 ? page.meta.page.after : undefined;
  } while (cursor !== undefined);
  return counts;
}

describe('the preview of a week that Datadog lived through', () => {
  it('has the transitions that Datadog recorded, and no others', async (context) => {
    const real = await recorded();
    let total = 0;
    for (const { application, document } of APPLICATIONS) {
      const { alerts } = ok(await send(pod, `/preview?from=${iso(SPAN.from)}&to=${iso(SPAN.to)}`, document));
      assert.equal(alerts.length, LIVED_APPLICATIONS[application]?.length);
      for (const { key, id, after: figures, agreement } of alerts) {
        const count = real.get(id) ?? 0;
        const { tolerance_s: _, ...agreed } = agreement;
        const all = { real: count, matched: count, missed: 0, invented: 0, examples: [] };
        assert.deepEqual({ key, ...agreed }, { key, ...all });
        // States change during a downtime, but Datadog records no event.
        if (key === MUTED.key)
          assert.ok(figures.transitions >= count + 8, `${figures.transitions} of ${count}`);
        else assert.equal(figures.transitions, count, key);
        context.diagnostic(`${application}/${key}: ${count} transitions`);
        total += count;
      }
    }
    assert.ok(total >= 200, `${total} transitions`);
  });
});
