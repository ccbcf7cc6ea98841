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

/**
 * Each shape in one format, the costly ones in a format in which they take less time; `npm run bench` measures every shape in every
 * format.
 */
const FORMAT_OF: Readonly<Record<string, (typeof FORMATS)[number]>> = {
  'many empty objects, in YAML each with an anchor': 'yaml',
  'long lists of wrong tags': 'toml',
  'long messages': 'yaml',
  'long queries': 'toml',
  'strings of escapes': 'toml',
  references: 'toml',
  'deep objects': 'yaml',
};

describe('the largest documents of a caller without permissions', () => {
  for (const { name, text } of LARGE_SHAPES) {
    const format = FORMAT_OF[name] ?? 'json';
    it(`are linted, and leave both containers healthy: ${name}, in ${format}`, () =>
      survives(async () => [await lint(text(format), format)], [200]));
  }

  it('leave both containers healthy, eight at once', async () => {
    const bodies = LARGE_SHAPES.slice(-8)
      .toReversed()
      .map(({ text }, index) => {
        const format = FORMATS[index % FORMATS.length] ?? 'json';
        return { text: text(format), format };
      });
    await survives(() => Promise.all(bodies.map((body) => lint(body.text, body.format))), ANSWERS);
  });
});
