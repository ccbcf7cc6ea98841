import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CallersPod, startCallersPod, tokensFile } from '../acceptance/callers-pod.ts';
import { request } from '../acceptance/pod.ts';
import { pollHealth } from './health-poller.ts';
import { FORMATS, LARGE_SHAPES } from './large-shapes.ts';

/** A caller without any permission: `/lint` is open to every caller. */
const STRANGER = {
  name: 'stranger',
  token: `birddog_${randomBytes(32).toString('base64url')}`,
  groups: ['nobody'],
  days: 30,
};
const DEADLINE_MS = 120_000;
/** Allowed statuses for eight concurrent bodies: findings, or `busy`. */
const ANSWERS = [200, 503, 504];

let at: CallersPod;
let pids: number[];
before(async () => {
  at = await startCallersPod('rules: []\n', tokensFile([STRANGER]));
  pids = await serverPids();
});
after(() => at.stop());

const serverPids = () => Promise.all([at.pod.pidOf('serve'), at.pod.pidOf('sidecar')]);

async function lint(text: string, format: string): Promise<number> {
  const { status } = await request(at.pod, 'POST', '/lint', {
    body: text,
    headers: {
      'content-type': `application/${format}`,
      authorization: `Bearer ${STRANGER.token}`,
      'birddog-deadline-ms': String(DEADLINE_MS),
    },
  });
  return status;
}

/**
 * Runs the work while both containers are polled, and asserts that both answered every poll and are the same processes, and
 * that each status is one of `allowed`.
 */
async function survives(work: () => Promise<readonly number[]>, allowed: readonly number[]): Promise<void> {
  const polled = pollHealth([at.pod.opsUrl, at.pod.sidecarOpsUrl]);
  const statuses = await work();
  const { failed } = await polled();
  for (const status of statuses) assert.ok(allowed.includes(status), String(status));
  assert.equal(failed, 0);
  assert.deepEqual(await serverPids(), pids);
}

/** Each shape in one format, so that the suite takes seconds for each; `npm run bench` measures every shape in every format. */
describe('the largest documents of a caller without permissions', () => {
  for (const [index, { name, text }] of LARGE_SHAPES.entries()) {
    const format = FORMATS[index % FORMATS.length] ?? 'json';
    it(`are linted, and leave both containers healthy: ${name}, in ${format}`, () =>
      survives(async () => [await lint(text(format), format)], [200]));
  }

  it('leave both containers healthy, eight at once', async () => {
    const bodies = LARGE_SHAPES.slice(0, 8).map(({ text }, index) => {
      const format = FORMATS[index % FORMATS.length] ?? 'json';
      return { text: text(format), format };
    });
    await survives(() => Promise.all(bodies.map((body) => lint(body.text, body.format))), ANSWERS);
  });
});
