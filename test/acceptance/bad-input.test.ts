import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Pod, request, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod();
});
after(() => pod.stop());

const QUERY = '"query":"avg(last_5m):avg:a{*} > 1"';
const GOOD = `{"type":"query alert","name":"x",${QUERY}}`;
const around = (monitor: string) => `{"application":"bad","team":"t","monitor":${monitor}}`;
const ALIASES = `a0: &a0 [${'x,'.repeat(9)}x]\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}*a${i}]`).join('\n')}`;

interface Case {
  readonly what: string;
  readonly body: string;
  readonly type?: string;
  readonly path?: string;
  readonly expected: {
    status: number;
    code: string;
    finding?: string;
    line?: number;
    column?: number;
    pointer?: string;
  };
}

const CASES: readonly Case[] = [
  {
    what: 'malformed JSON',
    body: '{"application": "bad",\n "monitor": {,}}',
    expected: { status: 400, code: 'malformed_body', finding: 'malformed_json', line: 2, column: 14 },
  },
  {
    what: 'malformed YAML',
    type: 'application/yaml',
    body: 'application: bad\nmonitor: [1, 2\nteam: x\n',
    expected: { status: 400, code: 'malformed_body', finding: 'malformed_yaml', line: 3 },
  },
  {
    what: 'malformed TOML',
    type: 'application/toml',
    body: 'application = "bad"\nteam = \n',
    expected: { status: 400, code: 'malformed_body', finding: 'malformed_toml' },
  },
  {
    what: 'a YAML alias bomb',
    type: 'application/yaml',
    body: ALIASES,
    expected: { status: 400, code: 'malformed_body', finding: 'too_many_aliases' },
  },
  {
    what: 'one byte too much',
    body: `"${'x'.repeat(1024 * 1024 - 1)}"`,
    expected: { status: 413, code: 'too_large' },
  },
  {
    what: 'deep nesting',
    body: '['.repeat(200),
    expected: { status: 400, code: 'malformed_body', finding: 'too_deep', line: 1, column: 101 },
  },
  {
    what: 'a wrong content type',
    type: 'text/plain',
    body: '{}',
    expected: { status: 415, code: 'unsupported_media_type' },
  },
  {
    what: 'no application',
    body: `{"team":"t","monitor":${GOOD}}`,
    expected: { status: 422, code: 'invalid', finding: 'missing_member', line: 1, column: 1, pointer: '' },
  },
  {
    what: 'a bad slug',
    body: `{"application":"No Slug","team":"t","monitor":${GOOD}}`,
    expected: {
      status: 422,
      code: 'invalid',
      finding: 'wrong_value',
      line: 1,
      column: 16,
      pointer: '/application',
    },
  },
  {
    what: "another's marker",
    body: around(`{"type":"query alert","name":"x",${QUERY},"tags":["birddog_key:other/x"]}`),
    expected: {
      status: 422,
      code: 'invalid',
      finding: 'marker_written',
      pointer: '/monitor/tags/0',
      line: 1,
    },
  },
  {
    what: 'a monitor without query',
    type: 'application/yaml',
    body: 'application: bad\nteam: t\nmonitor:\n  type: query alert\n  name: x\n',
    expected: {
      status: 422,
      code: 'invalid',
      finding: 'missing_member',
      pointer: '/monitor',
      line: 4,
      column: 3,
    },
  },
  {
    what: 'a prototype key',
    body: around(`{"__proto__":{"polluted":true},${GOOD.slice(1)}`),
    expected: { status: 400, code: 'malformed_body', finding: 'prototype_key', line: 1 },
  },
  {
    what: 'a key twice',
    body: '{"application":"bad","application":"bad"}',
    expected: { status: 400, code: 'malformed_body', finding: 'duplicate_key', line: 1 },
  },
  {
    what: 'no name to make a key of',
    body: around(`{"type":"query alert","message":"@a",${QUERY}}`),
    expected: { status: 422, code: 'invalid', finding: 'no_key', pointer: '/monitor' },
  },
  {
    what: 'a second document',
    type: 'application/yaml',
    body: 'application: a\n---\napplication: b\n',
    expected: { status: 422, code: 'invalid', finding: 'several_documents', line: 2 },
  },
  {
    what: 'a query that cannot be read, at the very sign',
    body: around('{"type":"query alert","name":"refused","query":"avg(last_5m):avg:a{* > 1"}'),
    expected: {
      status: 422,
      code: 'invalid',
      finding: 'query_syntax',
      pointer: '/monitor/query',
      line: 1,
    },
  },
  {
    what: 'a monitor that Datadog refuses',
    body: around(
      '{"type":"event-v2 alert","name":"refused","query":"events(\\"a\\").rollup(\\"count\\").last(\\"5m\\") > 1","options":{"thresholds":{"critical":1,"critical_recovery":0}}}',
    ),
    expected: {
      status: 422,
      code: 'datadog_refused',
      finding: 'datadog_refused',
      pointer: '/monitor/options/thresholds/critical_recovery',
      line: 1,
    },
  },
  {
    what: 'an unknown parameter',
    path: '/create_monitor?aplication=x',
    body: GOOD,
    expected: { status: 400, code: 'bad_request' },
  },
  { what: 'a body that is a list', body: '[]', expected: { status: 422, code: 'invalid' } },
  { what: 'no body', body: '', expected: { status: 400, code: 'malformed_body' } },
];

describe('bad input gets its exact problem', () => {
  for (const { what, body, type = 'application/json', path = '/create_monitor', expected } of CASES) {
    it(what, async () => {
      const answer = await request(pod, 'POST', path, { body, headers: { 'content-type': type } });
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.deepEqual([answer.status, answer.body.code], [expected.status, expected.code], answer.text);
      assert.ok(answer.body.hint && answer.body.detail && answer.body.request_id);
      assert.equal(answer.body.type, `urn:birddog:problem:${expected.code}`);
      const [finding] = answer.body.findings ?? [];
      if (expected.finding) assert.equal(finding?.code, expected.finding, answer.text);
      for (const place of ['line', 'column', 'pointer'] as const) {
        if (expected[place] !== undefined)
          assert.equal(finding[place], expected[place], `${place}: ${answer.text}`);
      }
    });
  }

  it('for a wrong method and a wrong path', async () => {
    const wrong = await request(pod, 'GET', '/create_monitor');
    assert.deepEqual(
      [wrong.status, wrong.body.code, wrong.headers.allow],
      [405, 'method_not_allowed', 'POST'],
    );
    assert.deepEqual([(await request(pod, 'GET', '/nothing')).body.code], ['unknown_path']);
    assert.equal((await request(pod, 'GET', '/history')).body.code, 'bad_request');
  });

  it('for OPTIONS and TRACE, with the methods of the path, also of /docs', async () => {
    for (const [path, allow] of [
      ['/update_monitor', 'PUT'],
      ['/docs', 'GET, HEAD'],
      ['/healthz', 'GET, HEAD'],
    ] as const)
      for (const method of ['OPTIONS', 'TRACE']) {
        const answer = await request(pod, method, path);
        assert.deepEqual([answer.status, answer.headers.allow], [405, allow], `${method} ${path}`);
      }
  });

  it('for an entity tag that must match, before anything is written', async () => {
    const body = JSON.stringify({ application: 'tagged', team: 't', key: 'k', monitor: JSON.parse(GOOD) });
    const send = (method: string, path: string, ifMatch: string) =>
      request(pod, method, path, {
        ...(method === 'GET' ? {} : { body }),
        headers: { 'content-type': 'application/json', 'if-match': ifMatch },
      });
    for (const [method, path] of [
      ['POST', '/create_monitor'],
      ['PUT', '/update_monitor'],
      ['POST', '/plan'],
      ['GET', '/get_monitors?application=tagged'],
      ['GET', '/check'],
    ] as const) {
      const answer = await send(method, path, '"x", W/"y"');
      assert.deepEqual([answer.status, answer.body.code], [412, 'precondition_failed'], answer.text);
    }
    assert.deepEqual((await request(pod, 'GET', '/get_monitors?application=tagged')).body.monitors, []);
    assert.equal((await send('POST', '/create_monitor', '*')).status, 201, 'any representation matches');
  });

  it('for an invalid deadline and one that passes', async () => {
    const wrong = await request(pod, 'GET', '/get_monitors?application=a', {
      headers: { 'birddog-deadline-ms': 'soon' },
    });
    assert.deepEqual([wrong.status, wrong.body.code], [400, 'bad_request']);
  });

  it('for all of these, and nothing is written', async () => {
    const state = await (await fetch(`${pod.datadogUrl}/__control/state`)).text();
    assert.doesNotMatch(state, /birddog_application:bad/);
  });
});

describe('lint.ignore in an object', () => {
  it('suppresses findings, including errors; a mistake in it rejects the write', async () => {
    const write = (lint: string) =>
      request(pod, 'POST', '/create_monitor', {
        body: [
          'application: ignoring',
          'team: payments',
          'key: ignoring',
          'monitor:',
          '  type: query alert',
          '  name: Ignoring',
          '  query: avg(last_5m):sum:a{*}.as_count() > 1',
          '  message: The sign {{#is_alert}} is shown as it is.',
          ...lint.split('\n'),
        ].join('\n'),
        headers: { 'content-type': 'application/yaml' },
      });
    const refused = await write('  lint:\n    ignore: message_syntax');
    assert.deepEqual([refused.status, refused.body.code], [422, 'invalid'], refused.text);
    assert.deepEqual(
      refused.body.findings.map((f: { code: string; line: number; column: number }) => [
        f.code,
        f.line,
        f.column,
      ]),
      [
        ['as_count_without_sum', 7, 10],
        ['message_syntax', 8, 21],
        ['suppression_malformed', 10, 13],
      ],
    );

    const created = await write('  lint:\n    ignore:\n      - code: message_syntax');
    assert.equal(created.status, 201, created.text);
    assert.deepEqual(
      created.body.findings.map((f: { code: string; line: number }) => [f.code, f.line]),
      [
        ['as_count_without_sum', 7],
        ['suppression_without_reason', 11],
      ],
    );
  });

  it('is never sent, because Datadog would store an unknown field of a dashboard', async () => {
    const widgets = [{ definition: { type: 'note', content: 'x' } }];
    const ignore = [{ code: 'widget_incomplete', because: 'It is new.' }];
    const dashboard = { title: 'Ignoring', layout_type: 'ordered', widgets, lint: { ignore } };
    const created = await request(pod, 'POST', '/create_dashboard', {
      body: JSON.stringify({ application: 'ignoring', team: 't', dashboard }),
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(created.status, 201, created.text);
    const state = await (await fetch(`${pod.datadogUrl}/__control/state`)).text();
    assert.match(state, /birddog_application:ignoring/);
    assert.match(state, /Managed by Birddog: ignoring\/ignoring/);
    assert.doesNotMatch(state, /"lint"/);
  });
});

describe('numbers', () => {
  it('beyond 2^53 and with a decimal point are sent to Datadog in their notation', async () => {
    const definition = '{"type":"note","content":"x","big":9007199254740993,"one":1,"point":1.0,"exp":1e3}';
    const body = `{"application":"numbers","team":"t","dashboard":{"title":"n","layout_type":"ordered","widgets":[{"id":9007199254740995,"definition":${definition}}]}}`;
    const created = await request(pod, 'POST', '/create_dashboard', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(created.status, 201, created.text);
    assert.ok(created.text.includes(definition), created.text);
    const read = await request(pod, 'GET', '/get_dashboards?application=numbers');
    assert.ok(read.text.includes(definition) && read.text.includes('"id":9007199254740995'), read.text);
    const again = await request(pod, 'POST', '/create_dashboard', {
      body: body.replace('"point":1.0', '"point":1'),
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(again.status, 200, 'equal by value');
    const other = await request(pod, 'POST', '/create_dashboard', {
      body: body.replace('740993', '740992'),
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(other.status, 409, 'a double would call them equal');
  });
});
