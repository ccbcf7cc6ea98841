import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openApi } from '../../src/contract/openapi.ts';
import { ENDPOINTS } from '../../src/contract/operations.ts';
import { type Pod, request, startPod } from './pod.ts';

const run = promisify(execFile);
let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

/** Returns the content types that the description lists for the answers of an operation, as generated clients send them. */
function listedTypes(description: ReturnType<typeof JSON.parse>, path: string, method: string): string[] {
  const { responses } = description.paths[path][method.toLowerCase()];
  const contents = Object.values<{ $ref?: string; content?: object }>(responses).map(
    ({ $ref, content }) => content ?? description.components.responses[$ref?.split('/').at(-1) ?? ''].content,
  );
  return [...new Set(contents.flatMap((content) => Object.keys(content)))];
}

describe('the content types that the description lists', () => {
  it('are accepted by every operation, together and one by one', async () => {
    const { body } = await request(pod, 'GET', '/openapi.json');
    for (const { path, method } of ENDPOINTS) {
      const types = listedTypes(body, path, method);
      assert.deepEqual(
        types,
        ['application/json', 'application/yaml', 'application/problem+json', 'application/problem+yaml'],
        path,
      );
      const { requestBody } = body.paths[path][method.toLowerCase()];
      const example = requestBody?.content['application/json'].example;
      const query = method === 'GET' && path !== '/check' ? '?application=payments-batch' : '';
      const sent = example ? { body: JSON.stringify(example) } : {};
      for (const accept of [types.join(', '), ...types]) {
        const headers = { accept, ...(example ? { 'content-type': 'application/json' } : {}) };
        const answer = await request(pod, method, `${path}${query}`, { ...sent, headers });
        assert.notEqual(answer.status, 406, `${path} ${accept}`);
        assert.ok(types.includes(answer.headers['content-type'] ?? ''), `${path} ${accept}`);
      }
    }
  });

  it('are not cached, and say that they depend on Accept', async () => {
    for (const query of ['?application=payments-batch', '']) {
      const { headers } = await request(pod, 'GET', `/get_monitors${query}`);
      assert.deepEqual([headers['cache-control'], headers['vary']], ['no-store', 'accept']);
    }
  });
});

it('answers a restore without an application with findings that the description has', async () => {
  const answer = await request(pod, 'POST', '/restore', {
    body: 'key: queue-depth\nkind: alert\nrevision: 3\n',
    headers: { 'content-type': 'application/yaml' },
  });
  assert.deepEqual([answer.status, answer.body.findings[0].code], [422, 'missing_member']);
});

it('is shown in /docs, with each body and an example that lint accepts', async () => {
  const { text } = await request(pod, 'GET', '/docs');
  const sections = text.split('<h3>').slice(1);
  assert.equal(sections.length, 11);
  for (const section of sections) {
    const [, name = '', paths = '', example = ''] =
      /^(\w+)<\/h3>\n<p>(.*): .*<\/p>\n<pre>([^]*?)<\/pre>/.exec(section) ?? [];
    assert.match(paths, /<code>[A-Z]+ \/\w+<\/code>/, name);
    if (name === 'Restore' || name === 'Explain') continue;
    const body = example.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    const headers = { 'content-type': 'application/yaml' };
    const { body: linted } = await request(pod, 'POST', '/lint', { body, headers });
    const mistakes = linted.findings.filter((one: { severity: string }) => one.severity !== 'info');
    assert.deepEqual(mistakes, [], name);
  }
});

it('quotes a number of a body in its own spelling', async () => {
  const answer = await request(pod, 'POST', '/lint?application=a&team=t&key=k', {
    body: '{"type":"query alert","query":"avg(last_5m):avg:a{*} > 1","options":{"thresholds":{"critical":1e400}}}',
    headers: { 'content-type': 'application/json' },
  });
  const [{ message, hint }] = answer.body.findings;
  assert.match(message, /the critical threshold is 1e400\.$/);
  assert.equal(hint, 'Use 1 here, or 1e400 in the query.');
});

it('answers HEAD on every GET path as GET, without content', async () => {
  for (const { path, method } of ENDPOINTS) {
    if (method !== 'GET') continue;
    const ofBirddog = ['/check', '/packs', '/packs/{name}'].includes(path);
    const target = `${path.replace('{name}', 'redis')}${ofBirddog ? '' : '?application=payments-batch'}`;
    const answers = [await request(pod, 'GET', target), await request(pod, 'HEAD', target)];
    assert.deepEqual(
      answers.map(({ status, headers, text }) => [status, headers['content-type'], text === '']),
      [
        [200, 'application/json', false],
        [200, 'application/json', true],
      ],
    );
  }
});

it('is described without errors or warnings of Redocly, with and without authentication', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'birddog-openapi-'));
  t.after(() => rm(folder, { recursive: true }));
  const redocly = join(import.meta.dirname, '../../node_modules/@redocly/cli/bin/cli.js');
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  };
  for (const bearer of [false, true]) {
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(openApi('1.2.3', bearer)));
    const lint = ['lint', '--extends=recommended', '--format=json', file];
    const { stdout } = await run(process.execPath, [redocly, ...lint], { env, cwd: folder });
    const { totals, problems } = JSON.parse(stdout);
    assert.deepEqual([totals.errors, totals.warnings], [0, 0], JSON.stringify(problems));
  }
});
