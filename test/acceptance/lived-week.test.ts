import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LIVED_APPLICATIONS, LIVED_GENERATORS } from '../evaluation/lived-applications.ts';
import { datadog, documentOf, ok, send } from './document-client.ts';
import { type Answer, control, type Pod, startPod } from './pod.ts';

const DAY_S = 86_400;
/** The end of the lived time, on a minute (UNIX seconds). Birddog's clock stays real, so this is the present. */
const END = Math.floor(Date.now() / 60_000) * 60;
const SPAN = { from: END - 7 * DAY_S, to: END };
const APPLICATIONS = Object.entries(LIVED_APPLICATIONS).map(([application, alerts]) => ({
  application,
  document: documentOf(application, { alerts: [...alerts] }),
}));

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
  await control(pod.datadogUrl, 'PUT', 'clock', { now: iso(END - 8 * DAY_S) });
  await control(pod.datadogUrl, 'PUT', 'generators', LIVED_GENERATORS);
  for (const { document } of APPLICATIONS) ok(await send(pod, '/apply', document));
  await control(pod.datadogUrl, 'PUT', 'clock', { now: iso(END) });
});
after(() => pod.stop());

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
        assert.deepEqual(
          { key, transitions: figures.transitions, ...agreed },
          { key, transitions: count, real: count, matched: count, missed: 0, invented: 0, examples: [] },
        );
        context.diagnostic(`${application}/${key}: ${count} transitions`);
        total += count;
      }
    }
    assert.ok(total >= 200, `${total} transitions`);
  });
});
