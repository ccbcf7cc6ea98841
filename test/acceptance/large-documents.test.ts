import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { type Pod, request, startPod } from './pod.ts';

const MIB = 1024 * 1024;
let pod: Pod;
before(async () => {
  pod = await startPod();
});
after(() => pod.stop());

const LINES = 12_000;
/** Returns a document of more than 1 MiB whose last line is a monitor with an invalid query. */
function large(application: string): string {
  const filler = `# ${'x'.repeat(98)}\n`.repeat(LINES);
  return `apiVersion: birddog/v1\napplication: ${application}\nteam: t\n${filler}monitors:\n  - {key: k, name: n, type: query alert, query: "avg(last_5m):avg:a{* > 1"}\n`;
}
const YAML = { 'content-type': 'application/yaml' };
const send = (path: string, body: string, headers: Record<string, string> = {}) =>
  request(pod, 'POST', path, { body, headers: { ...YAML, ...headers } });

/** Sends a body without Content-Length. */
function chunked(
  path: string,
  chunks: readonly (string | Buffer)[],
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { ...YAML, 'transfer-encoding': 'chunked' };
    const outgoing = http.request(new URL(path, pod.birddogUrl), { method: 'POST', agent: false, headers });
    outgoing.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

/** Sends only the headers of a request with this Content-Length. Returns the status of the answer. */
function begun(path: string, size: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { ...YAML, 'content-length': size };
    const outgoing = http.request(new URL(path, pod.birddogUrl), { method: 'POST', agent: false, headers });
    outgoing.on('response', (incoming) => {
      resolve(incoming.statusCode);
      outgoing.destroy();
    });
    outgoing.on('error', reject);
    outgoing.flushHeaders();
  });
}

describe('a document of more than 1 MiB', () => {
  it('gets findings with line and column on every route', async () => {
    for (const application of ['payments-batch', 'checkout']) {
      const { status, body, text } = await send('/apply', large(application));
      assert.deepEqual([status, body.code], [422, 'invalid'], text.slice(0, 500));
      const [finding] = body.findings;
      assert.equal(finding.line, LINES + 5, text.slice(0, 500));
      const lines = pod.output().split('\n');
      const audits = lines.filter((line) => line.includes('"audit"') && line.includes(body.request_id));
      assert.equal(audits.length, 1, 'it is audited once');
      assert.ok(audits[0]?.includes(`"application":"${application}"`), audits[0]);
    }
  });

  it('is linted in the requested format, without Content-Length', async () => {
    const { status, text } = await chunked('/lint', [large('payments-batch')]);
    assert.equal(status, 200, text.slice(0, 500));
    assert.equal(JSON.parse(text).findings[0].line, LINES + 5);
    const asYaml = await send('/lint', large('payments-batch'), { accept: 'application/yaml' });
    assert.equal(asYaml.headers['content-type'], 'application/yaml');
    assert.match(asYaml.text, new RegExp(`line: ${LINES + 5}\\b`));
  });

  it('is aborted at its deadline, and the next one is inspected', async () => {
    const late = await send('/lint', large('payments-batch'), { 'birddog-deadline-ms': '100' });
    assert.deepEqual([late.status, late.body.code], [504, 'deadline_exceeded']);
    assert.equal((await send('/lint', large('payments-batch'))).status, 200);
  });

  it('is accepted up to exactly 16 MiB', async () => {
    const head = 'application: payments-batch\n#';
    const full = head + 'x'.repeat(16 * MIB - head.length - 1);
    const taken = await send('/lint', `${full}\n`);
    assert.equal(taken.status, 200, taken.text.slice(0, 300));
    const refused = await begun('/lint', 16 * MIB + 1);
    assert.equal(refused, 413, 'before it is sent');
  });
});
