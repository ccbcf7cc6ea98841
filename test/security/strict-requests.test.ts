import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { ENDPOINTS } from '../../src/contract/operations.ts';
import { control, type Pod, request, startPod } from '../acceptance/pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const json = { 'content-type': 'application/json' };
const escape = encodeURIComponent;

/** Returns the object paths that Datadog has received so far. */
async function askedOfDatadog(): Promise<string[]> {
  const seen: unknown = await (await control(pod.datadogUrl, 'GET', 'requests')).json();
  assert.ok(Array.isArray(seen));
  return seen.map((one: { path: string }) => one.path).filter((path) => /monitor|dashboard|\.\./.test(path));
}

const NO_IDS = [
  '..',
  '.',
  '',
  ' ',
  'a/b',
  '../monitor',
  '%2e%2e',
  '%2F',
  'a.b',
  '1?x=y',
  '1#x',
  '1\u0000',
  'é',
  '1 2',
];

describe('an invalid id', () => {
  it('is 400 in a query, without a request to Datadog', async () => {
    const text = fc
      .oneof(
        fc.constantFrom(...NO_IDS),
        fc
          .array(fc.constantFrom(...NO_IDS, '1', 'a', '/', '.', '\\', '%'), { maxLength: 5 })
          .map((all) => all.join('')),
        fc.string({ unit: 'grapheme', maxLength: 12 }),
      )
      .filter((id) => !/^[\w-]+$/.test(id));
    const earlier = (await askedOfDatadog()).length;
    const operations = [
      ['GET', '/get_monitors'],
      ['GET', '/get_dashboards'],
      ['DELETE', '/delete_monitor'],
      ['DELETE', '/delete_dashboard'],
      ['POST', '/import'],
    ] as const;
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...operations), async (id, [method, path]) => {
        const { status } = await request(pod, method, `${path}?application=ids&id=${escape(id)}`);
        assert.equal(status, 400);
      }),
      { numRuns: 1000 },
    );
    assert.equal((await askedOfDatadog()).length, earlier);
  });

  it('is rejected in a body and in a document, without a request to another Datadog path', async () => {
    for (const id of NO_IDS) {
      const body = JSON.stringify({ application: 'ids', id, monitor: { name: 'x' } });
      const update = await request(pod, 'PUT', '/update_monitor', { headers: json, body });
      assert.ok([400, 422].includes(update.status), `${JSON.stringify(id)}: ${update.status}`);
      const monitor = {
        key: 'k',
        adopt: id,
        type: 'query alert',
        name: 'n',
        query: 'avg(last_5m):avg:a{*} > 1',
      };
      const document = JSON.stringify({ application: 'ids', team: 't', monitors: [monitor] });
      const plan = await request(pod, 'POST', '/plan', { headers: json, body: document });
      assert.ok([400, 422].includes(plan.status), `${JSON.stringify(id)}: ${plan.status}`);
    }
    for (const path of await askedOfDatadog()) {
      assert.match(path, /^\/api\/v[12]\/(?:monitor|dashboard|validate|catalog|monitor\/validate)[\w/-]*$/);
    }
  });
});

describe('a query', () => {
  const get = async (query: string) =>
    (await request(pod, 'GET', `/get_monitors?application=a&${query}`)).status;

  it('accepts numbers only in decimal digits', async () => {
    for (const size of ['1', '100', '1000']) assert.equal(await get(`page_size=${size}`), 200, size);
    const wrong = [
      '0x10',
      ' 5 ',
      '5 ',
      '1e2',
      '+5',
      '-5',
      '05',
      '5.0',
      '0',
      '1001',
      '',
      '٥',
      '5_0',
      'NaN',
      '1e0',
      '0b1',
    ];
    for (const size of wrong) assert.equal(await get(`page_size=${escape(size)}`), 400, size);
  });

  it('rejects every other notation of a number', async () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '5',
      'x',
      'e',
      '+',
      '-',
      '.',
      ' ',
      '_',
      'n',
      '٥',
      '０',
      '\t',
      'Infinity',
    );
    const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (size) => {
        const right = /^[1-9]\d{0,3}$/.test(size) && Number(size) <= 1000;
        assert.equal(await get(`page_size=${escape(size)}`), right ? 200 : 400);
      }),
      { numRuns: 1000 },
    );
  });

  it('rejects unknown, repeated and empty parameters, and values that filter nothing', async () => {
    for (const query of [
      'nope=1',
      'key=',
      'key=%20',
      'tags=',
      'tags=a,,b',
      'tags=,',
      'state=',
      'state=broken',
      'cursor=..',
      'cursor=',
      'cursor=abc',
      'cursor=1e3',
      'cursor=-1',
      'key=A',
      'id=',
      'key=a&key=b',
    ]) {
      assert.equal(await get(query), 400, query);
    }
    for (const query of ['state=OK', 'state=no_data', 'state=No%20Data', 'tags=a,b', 'cursor=123']) {
      assert.equal(await get(query), 200, query);
    }
    const dashboards = async (query: string) =>
      (await request(pod, 'GET', `/get_dashboards?application=checkout&${query}`)).status;
    for (const query of ['state=alert', 'cursor=123', 'cursor=abc'])
      assert.equal(await dashboards(query), 400, query);
    assert.equal(await dashboards('cursor=abc-def-ghi'), 200);
  });

  it('rejects an import with an invalid team, an empty selection, or ids beside a query or a tag', async () => {
    const imported = (query: string) => request(pod, 'POST', `/import?application=payments-batch&${query}`);
    for (const query of [
      'team=%C3%A9%20x',
      'team=A',
      'team=t&id=',
      'team=t&query=',
      'team=t&tag=%20',
      'team=t&id=5&tag=a:b',
      'team=t&id=5&query=x',
    ])
      assert.equal((await imported(query)).status, 400, query);
    const { body } = await imported('team=a/b&tag=a:b&query=x');
    assert.equal(body.document.team, 'a/b');
    const { body: problem } = await imported('team=A');
    assert.match(problem.detail, /^team must be a name of .*"\/" and "-"/);
  });

  it('accepts a deadline only in decimal digits, from 100 to 600000 ms, on every route', async () => {
    const refused = ['0x1000', '1e4', '+5000', '05000', '5000.0', '', '0', '1', '99', '600001', '-100'];
    for (const application of ['checkout', 'payments-batch']) {
      const status = async (deadline: string) => {
        const headers = { 'birddog-deadline-ms': deadline };
        return (await request(pod, 'GET', `/get_monitors?application=${application}`, { headers })).status;
      };
      for (const deadline of refused) assert.equal(await status(deadline), 400, deadline);
      // On a loaded machine, 100 ms may be too short for the catalogs (503) or for Datadog (504).
      const shortest = await status('100');
      assert.ok([200, 503, 504].includes(shortest), String(shortest));
      assert.equal(await status('600000'), 200);
    }
  });
});

describe('a method that a path does not support', () => {
  it('is 405 with every supported method in Allow, and HEAD if GET is supported', async () => {
    const paths = new Map<string, string[]>();
    const described = ['/openapi.json', '/schema.json', '/docs', '/healthz', '/readyz'].map((path) => ({
      path,
      method: 'GET',
    }));
    for (const { path: written, method } of [...ENDPOINTS, ...described]) {
      const path = written.replace('{name}', 'rabbitmq');
      paths.set(path, [...(paths.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
    }
    for (const [path, methods] of paths) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
        if (methods.includes(method)) continue;
        const { status, headers } = await request(pod, method, path);
        assert.deepEqual([status, headers.allow], [405, methods.join(', ')], `${method} ${path}`);
      }
    }
  });

  it('is 404 on a path that is unknown', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
      const { status, headers } = await request(pod, method, '/nowhere');
      assert.deepEqual([status, headers.allow], [404, undefined]);
    }
  });

  it('is 405 on the ops ports too', async () => {
    for (const url of [pod.opsUrl, pod.sidecarOpsUrl]) {
      for (const path of ['/healthz', '/readyz', '/metrics']) {
        const answer = await fetch(new URL(path, url), { method: 'POST' });
        assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD']);
      }
    }
  });
});
