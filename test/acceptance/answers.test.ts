import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ENDPOINTS } from '../../src/contract/operations.ts';
import { DASHBOARD, documentOf, MONITOR } from './document-client.ts';
import { contractPath } from './check-answer.ts';
import { type Pod, request, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const { key: _, ...monitor } = MONITOR;
const { key: __, ...dashboard } = DASHBOARD;
const alert = {
  title: 'Queue',
  signal: { metric: 'queue.depth' },
  condition: { over: '5m', above: 10 },
};
const OBJECTS: readonly (readonly [kind: string, key: string, object: object, change: object])[] = [
  ['monitor', 'load', monitor, { ...monitor, message: 'Higher' }],
  ['alert', 'queue', alert, { ...alert, condition: { over: '5m', above: 20 } }],
  ['dashboard', 'overview', dashboard, { ...dashboard, title: 'Another overview' }],
];

type Request = readonly [method: string, path: string, status: number, body?: object];

/** Requests that succeed, and requests that fail in as many ways, for every operation. */
function requests(application: string): Request[] {
  const where = `application=${application}`;
  const team = 'payments';
  const document = documentOf(`${application}-document`, { monitors: [MONITOR] });
  const invalid = documentOf(`${application}-document`, { monitors: [{ key: 'x' }] });
  return [
    ...OBJECTS.flatMap(([kind, key, object, change]): Request[] => [
      ['POST', `/create_${kind}?dry_run=true`, 200, { application, team, key, [kind]: object }],
      ['POST', `/create_${kind}`, 201, { application, team, key, [kind]: object }],
      ['POST', `/create_${kind}`, 200, { application, team, key, [kind]: object }],
      ['POST', `/create_${kind}`, 409, { application, team, key, [kind]: change }],
      ['POST', `/create_${kind}`, 422, { application, team, key, [kind]: { type: 1 } }],
      ['PUT', `/update_${kind}`, 200, { application, key, [kind]: change }],
      ['PUT', `/update_${kind}`, 404, { application, key: 'none', [kind]: change }],
      ['GET', `/get_${kind}s?${where}`, 200],
      ['GET', `/get_${kind}s?${where}&key=none`, 404],
      ['GET', `/get_${kind}s?team=${team}&q=a&page_size=1`, 200],
      ['GET', `/get_${kind}s?key=none`, 400],
    ]),
    ['GET', `/get_alerts?${where}&explain=true`, 200],
    ['POST', '/lint', 200, document],
    ['POST', '/lint', 200, { monitor: { type: 'query alert', query: 'agv(last_5m):avg:a{*} > 1' } }],
    ['POST', '/lint?nope=1', 400, document],
    ['POST', '/expand', 200, document],
    ['POST', '/expand', 422, { monitor: {} }],
    ['POST', '/plan', 200, document],
    ['POST', '/plan?nope=1', 400, document],
    ['POST', '/apply?basis=0-0', 409, document],
    ['POST', '/apply', 422, invalid],
    ['POST', '/apply', 200, document],
    ['POST', '/preview', 422, document],
    ['POST', '/preview', 200, { application, key: 'load' }],
    ['POST', '/preview?span=nope', 400, document],
    ['POST', '/explain', 200, { application, key: 'load', at: new Date(Date.now() - 60_000).toISOString() }],
    ['POST', '/explain', 404, { application, key: 'none', at: '2026-01-02T03:04:05Z' }],
    ['POST', '/explain', 422, { application, key: 'load' }],
    ['POST', '/drift', 200, document],
    ['POST', '/drift?nope=1', 400, document],
    ['POST', `/import?${where}`, 200],
    ['POST', `/import?application=${application}-empty`, 400],
    ['GET', `/history?${where}`, 200],
    ['GET', `/history?${where}&kind=monitor&key=load`, 200],
    ['GET', `/history?${where}&key=load`, 400],
    ['POST', '/restore', 200, { application, kind: 'monitor', key: 'load', revision: 1 }],
    ['POST', '/restore', 404, { application, kind: 'monitor', key: 'load', revision: 99 }],
    ['POST', '/restore', 422, { application, key: 'load' }],
    ['GET', '/packs', 200],
    ['GET', '/packs?nope=1', 400],
    ['GET', '/packs/http-service', 200],
    ['GET', '/packs/http-service?nope=1', 400],
    ['GET', '/packs/none', 404],
    ['GET', '/check', 200],
    ['GET', '/check?nope=1', 400],
    ...OBJECTS.flatMap(([kind, key]): Request[] => [
      ['DELETE', `/delete_${kind}?${where}&key=${key}&dry_run=true`, 200],
      ['DELETE', `/delete_${kind}?${where}&key=${key}`, 200],
      ['DELETE', `/delete_${kind}?${where}&key=${key}`, 404],
    ]),
  ];
}

describe('real answers', () => {
  for (const application of ['checkout', 'answers-unlisted']) {
    it(`match the schemas of every operation, successes and problems: ${application}`, async () => {
      const covered = new Map<string, Set<string>>();
      for (const [method, path, status, body] of requests(application)) {
        const sent = body && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        };
        // Checks the answer against its schema.
        const answer = await request(pod, method, path, sent);
        assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
        const name = contractPath(path);
        covered.set(name, (covered.get(name) ?? new Set()).add(status < 300 ? 'success' : 'problem'));
      }
      for (const { path } of ENDPOINTS)
        assert.deepEqual([...(covered.get(path) ?? [])].sort(), ['problem', 'success'], path);
    });
  }
});
