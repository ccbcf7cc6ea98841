import fc from 'fast-check';
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { type Pod, request, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod();
});
after(() => pod.stop());

const path = fc
  .tuple(
    fc.constantFrom('create', 'update', 'get', 'delete'),
    fc.constantFrom('monitor', 'alert', 'dashboard', 'monitors', 'alerts', 'dashboards'),
    fc.constantFrom(
      '',
      '?application=checkout&team=t',
      '?application=any&team=t&key=k',
      '?application=any&id=1',
      '?application=%00',
      '?dry_run=true&application=any&team=t',
    ),
  )
  .map(([verb, kind, query]) => `/${verb}_${kind}${query}`);
const member = fc.constantFrom(
  'application',
  'team',
  'key',
  'id',
  'catalogs',
  'monitor',
  'alert',
  'dashboard',
  'type',
  'query',
  'name',
  'title',
  'tags',
  'options',
  'thresholds',
  'widgets',
  'definition',
  'layout_type',
  'signal',
  'condition',
  'notify',
  'constructor',
  'toString',
);
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1.5,
      1e300,
      '',
      'any',
      'checkout',
      'query alert',
      'ordered',
      'avg(last_5m):avg:a{*} > 1',
      '\u0000',
      '\ud800',
      '5m',
    ),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(member, tie('any'), { maxKeys: 6 }),
  ),
})).any;
const body = fc.oneof(
  value.map((v) => JSON.stringify(v)),
  fc.string({ unit: 'binary', maxLength: 80 }),
);
const type = fc.constantFrom('application/json', 'application/yaml', 'application/toml');
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE');

it('answers any input with a documented status, and never with an internal error', async () => {
  await fc.assert(
    fc.asyncProperty(method, path, type, body, async (verb, address, contentType, text) => {
      const sent =
        verb === 'GET' || verb === 'DELETE' ? {} : { body: text, headers: { 'content-type': contentType } };
      const answer = await request(pod, verb, address, sent);
      if (answer.status < 400) return;
      assert.equal(answer.headers['content-type'], 'application/problem+json', answer.text);
      assert.ok(Object.hasOwn(PROBLEMS, answer.body.code) && answer.body.code !== 'internal', answer.text);
      for (const finding of answer.body.findings ?? []) assert.match(finding.pointer, /^(?:\/.*)?$/s);
    }),
    { numRuns: 600 },
  );
  assert.doesNotMatch(pod.output(), /"event":"unexpected error"/);
});
