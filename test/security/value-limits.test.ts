import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Pod, request, startPod } from '../acceptance/pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod();
});
after(() => pod.stop());

const OBJECT = 50_000;
const MIB = 1024 * 1024;

/** Bodies beyond a limit on values: the path, the format, the body, the limit. */
const BODIES: readonly (readonly [path: string, format: string, body: () => string, limit: number])[] = [
  ['/lint', 'json', () => `{"monitors":[${'{},'.repeat(5 * MIB)}{}]}`, 1_000_000],
  ['/lint', 'yaml', () => `monitors: [${'{},'.repeat(5 * MIB)}{}]`, 1_000_000],
  ['/plan', 'yaml', () => `monitors:\n${'-\n'.repeat(7 * MIB)}`, 1_000_000],
  ['/apply', 'toml', () => `monitors=[${'{},'.repeat(5 * MIB)}{}]`, 1_000_000],
  ['/create_monitor', 'json', () => `{"tags":[${'1,'.repeat(OBJECT)}1]}`, OBJECT],
  ['/create_dashboard', 'yaml', () => `tags:\n${'- 1\n'.repeat(OBJECT + 1)}`, OBJECT],
  ['/create_alert', 'toml', () => `tags=[${'1,'.repeat(OBJECT)}1]`, OBJECT],
  ['/lint', 'json', () => `{"application":"a","monitors":[{"tags":[${'1,'.repeat(OBJECT)}1]}]}`, OBJECT],
];

it('answers a body with more bytes than the limit with 413, limit and measured', async () => {
  const limit = 1024 * 1024;
  const headers = { 'content-type': 'application/json' };
  const body = `"${'x'.repeat(limit - 1)}"`;
  for (const chunked of [false, true]) {
    const answer = await fetch(new URL('/create_monitor', pod.birddogUrl), {
      method: 'POST',
      headers,
      body: chunked ? new Blob([body]).stream() : body,
      duplex: 'half',
    });
    const problem: unknown = await answer.json();
    const {
      code,
      unit,
      limit: said,
      measured,
    } = { code: '', unit: '', limit: 0, measured: 0, ...Object(problem) };
    assert.deepEqual(
      [answer.status, code, unit, said, measured],
      [413, 'too_large', 'bytes', limit, limit + 1],
    );
  }
});

describe('a body with more values than the limit', () => {
  for (const [path, format, body, limit] of BODIES) {
    it(`is 413 with limit and measured at ${path} in ${format}, and Birddog keeps serving`, async () => {
      const text = body();
      const headers = { 'content-type': `application/${format}` };
      const answer = await request(pod, 'POST', path, { body: text, headers });
      assert.equal(answer.status, 413, answer.text.slice(0, 400));
      assert.equal(answer.body.code, 'too_large');
      assert.deepEqual(
        [answer.body.unit, answer.body.limit, answer.body.measured],
        ['values', limit, limit + 1],
      );
      const [finding] = answer.body.findings;
      assert.ok(finding.line >= 1 && finding.column >= 1);
      assert.equal((await fetch(new URL('/healthz', pod.opsUrl))).status, 200);
      assert.equal((await fetch(new URL('/healthz', pod.sidecarOpsUrl))).status, 200);
    });
  }
});
